import { createRequire } from "node:module";
import { HOURS_A_MONTH } from "../policy/month.ts";
import { twelveDigits } from "../policy/rounded.ts";

/** A quantity that cannot be read: what is wrong with it and the way out, in words. */
export interface Refusal {
  readonly refused: string;
}

/** A quantity in our unit, or why it has none. */
export type Reading = number | Refusal;

/** Seconds: `250 ms`, `1 s`, `28 d`. */
export function duration(input: unknown): Reading {
  return read(input, "a time, as `250 ms`, `1 s` or `28 d`", ({ value, unit }) =>
    scaled(value, seconds(unit)),
  );
}

/** Requests per second: `400 /s`, `24000 /min`, `400 rps`. */
export function rate(input: unknown): Reading {
  return read(input, "a rate, as `400 /s`, `24000 /min` or `400 rps`", ({ value, unit }) => {
    const named = { rps: "s", rpm: "min" }[unit.toLowerCase()];
    const per = named ?? /^(?:1|req|requests?)?\s*\/\s*([a-z]+)$/i.exec(unit)?.[1];
    if (per === undefined)
      return { refused: `\`${unit}\` is no unit of rate; write \`400 /s\`, \`/min\` or \`/h\`` };
    const period = seconds(per);
    return typeof period === "number"
      ? scaled(value, 1 / period)
      : { refused: `${period.refused} after the \`/\`` };
  });
}

/** A ratio: `99 %` is 0.99. */
export function share(input: unknown): Reading {
  return read(input, "a percentage, as `99 %`", ({ value, unit }) =>
    unit === "%" ? twelveDigits(value / 100) : { refused: `\`${unit}\` is no percentage; write \`99 %\`` },
  );
}

/** US dollars for a month of 730 hours: `900 USD/month`, `1.2 USD/hour`. */
export function dollarsPerMonth(input: unknown): Reading {
  return read(input, "money over a time, as `900 USD/month`", ({ value, unit }) => {
    const [currency = "", period] = unit.split("/").map((part) => part.trim());
    if (currency !== "USD")
      return { refused: "prices are in US dollars and no rate of exchange is known; write `900 USD/month`" };
    if (period === undefined) return { refused: "the period is missing; write `900 USD/month`" };
    if (/^months?$/.test(period)) return value;
    const length = seconds(period);
    return typeof length === "number" ? scaled(value, (HOURS_A_MONTH * 3600) / length) : length;
  });
}

/** MiB: a plain number, `1 GB` and `1 GiB` alike, as Fargate counts its sizes. */
export function mebibytes(input: unknown): Reading {
  if (typeof input === "number") return input;
  return read(input, "a size of memory, as `1 GB` or 1024 (MiB)", ({ value, unit }) => {
    if (unit === "") return value;
    const binary = unit.replace(/^([kKMGT])B$/, (_, prefix: string) => `${prefix.toUpperCase()}iB`);
    return scaled(value, inUnit(binary, "MiB", "memory; write `1 GB` or 1024 (MiB)"));
  });
}

/** CPU units, of which a vCPU has 1024: a plain number or `0.5 vCPU`. */
export function cpuUnits(input: unknown): Reading {
  if (typeof input === "number") return input;
  return read(input, "CPU, as `0.5 vCPU` or 512 (units)", ({ value, unit }) => {
    if (unit === "") return value;
    if (unit === "m")
      return {
        refused: `\`m\` is Kubernetes' millicpu: ${value} m ≈ ${Math.round(value * 1.024)} units; write \`0.5 vCPU\` or 512`,
      };
    return /^vcpus?$/i.test(unit)
      ? value * 1024
      : { refused: `\`${unit}\` is no unit of CPU; write \`0.5 vCPU\` or 512` };
  });
}

/** A number without a unit. */
export function plainNumber(input: unknown): Reading {
  if (typeof input !== "number") return { refused: "it must be a plain number" };
  return Number.isFinite(input) ? input : { refused: "it must be finite" };
}

interface Parts {
  readonly value: number;
  readonly unit: string;
}

function read(input: unknown, expected: string, reading: (parts: Parts) => Reading): Reading {
  if (typeof input === "number") return { refused: `it has no unit; write ${expected}` };
  if (typeof input !== "string") return { refused: `it must be ${expected}` };
  const text = input.replace(/[\u00a0\u2007\u2009\u202f]/g, " ").trim();
  if (/\d,\d/.test(text))
    return { refused: `commas are ambiguous; write \`${withoutCommas(text).slice(0, 40)}\`` };
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*([ -~µ]*)$/i.exec(text);
  if (match === null) return { refused: `it must be ${expected}${plainly(text)}` };
  const [, digits = "", unit = ""] = match;
  const value = Number(digits);
  if (!Number.isFinite(value)) return { refused: "it must be finite" };
  if (unit === "" && !UNITLESS.test(expected)) return { refused: `it has no unit; write ${expected}` };
  const result = reading({ value, unit });
  return typeof result === "number" && !Number.isFinite(result) ? { refused: "it must be finite" } : result;
}

const UNITLESS = /^(CPU|a size of memory)/;

/** `1,000` without its thousands' commas; `99,9` with a decimal point. */
function withoutCommas(text: string): string {
  return /^\D?\d{1,3}(,\d{3})+\b/.test(text) ? text.replaceAll(",", "") : text.replace(",", ".");
}

/** What full-width and other look-alike characters stand for, if that is readable. */
function plainly(text: string): string {
  const plain = text.normalize("NFKC");
  return plain !== text && /^[\d.]+ ?[a-z/%]*$/i.test(plain) ? `; write \`${plain}\` with plain digits` : "";
}

function scaled(value: number, factor: Reading): Reading {
  return typeof factor === "number" ? twelveDigits(value * factor) : factor;
}

/** Seconds in one `unit`. */
function seconds(unit: string): Reading {
  if (unit === "Ms") return { refused: "`Ms` is a megasecond; write `ms` for milliseconds" };
  if (/^(months?|years?|decades?|centur|millenni)/i.test(unit))
    return { refused: `a ${unit} has no fixed length; write \`28 d\` or \`30 d\`` };
  return inUnit(unit, "s", "time; write `250 ms`, `1 s`, `5 min`, `1 h` or `28 d`");
}

/** How many `target` one `unit` is, by mathjs; refused if it is unknown or measures something else. */
function inUnit(unit: string, target: "s" | "MiB", kind: string): Reading {
  const math = mathjs();
  try {
    const one = math.unit(1, unit);
    const same = one.equalBase(math.unit(1, target));
    return same ? one.toNumber(target) : { refused: `\`${unit}\` is no unit of ${kind}` };
  } catch {
    return { refused: `\`${unit}\` is an unknown unit, not one of ${kind}` };
  }
}

type MathJs = Pick<typeof import("mathjs"), "unit" | "createUnit">;

let loaded: MathJs | undefined;

/** mathjs in one bundle, at the first use: 0.1 s, where importing its thousand modules takes 1.2 s. */
function mathjs(): MathJs {
  if (loaded !== undefined) return loaded;
  loaded = createRequire(import.meta.url)("mathjs/lib/browser/math.js") as MathJs;
  loaded.createUnit({ msec: "1 ms", d: "1 day", w: "1 week" }, { override: true });
  return loaded;
}
