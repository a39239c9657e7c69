import { parse } from "csv-parse/sync";
import { badInput, type Fault, shown } from "./bad-input.ts";

/** Rows beyond which a recording is refused. */
const MOST_ROWS = 5e7;

/** Faults of one file that are kept; beyond them reading stops. */
const MOST_FAULTS = 1000;

/** The rows of a recording as its file has them. */
export interface Rows {
  readonly times: number[];
  /** `NaN` where the value is missing. */
  readonly rates: number[];
  readonly lines: number[];
  readonly notes: string[];
  readonly counter: boolean;
  readonly zoneless: boolean;
}

interface Header {
  readonly time: number;
  readonly rate: number;
  readonly columns: number;
  readonly perRow: number;
  readonly milliseconds: boolean;
  readonly counter: boolean;
}

/** Every row of a CSV, read or refused; all refusals are reported together. */
export function rowsOf(chunks: Iterable<string>, file: string, unit: "s" | "ms"): Rows {
  const [times, rates, lines, notes, faults]: [number[], number[], number[], string[], Fault[]] = [
    [],
    [],
    [],
    [],
    [],
  ];
  let header: Header | undefined;
  let form: "seconds" | "iso" | undefined;
  let zoneless = false;
  for (const { record, line } of records(chunks, file)) {
    if (header === undefined) {
      header = headerOf(record, file, line);
      const others = record.length - 2;
      if (others > 0) notes.push(`${others} column(s) that hold neither time nor rate are ignored`);
      continue;
    }
    faults.push(...surplusFields(record, header.columns, file, line));
    const time = timeOf(record[header.time]?.trim() ?? "", unit === "ms" || header.milliseconds ? 1000 : 1);
    const rate = rateOf(record[header.rate]?.trim() ?? "");
    if ("refused" in time)
      faults.push({
        where: spot(file, line, record, header.time),
        message: `timestamp is ${shown("timestamp", record[header.time])}; ${time.refused}.`,
      });
    else if (form !== undefined && form !== time.form)
      faults.push({
        where: spot(file, line, record, header.time),
        message: `timestamp is ${shown("timestamp", record[header.time])}; the rows above hold ${form === "iso" ? "ISO 8601" : "seconds"}. Use one form throughout.`,
      });
    if (typeof rate === "string")
      faults.push({
        where: spot(file, line, record, header.rate),
        message: `the rate is ${shown("rate", record[header.rate])}; ${rate}.`,
      });
    if (faults.length >= MOST_FAULTS) break;
    if ("refused" in time || typeof rate === "string") continue;
    form ??= time.form;
    zoneless ||= time.zoneless;
    times.push(time.seconds);
    rates.push(rate / header.perRow);
    lines.push(line);
    if (times.length > MOST_ROWS)
      throw refused(file, `it has more than ${MOST_ROWS} rows; the limit is 5·10⁷. Aggregate it to minutes`);
  }
  if (header === undefined)
    throw refused(file, "it is empty; at least a header and two rows are needed, or `step: 60 s`");
  if (faults.length > 0) throw badInput(faults);
  if (zoneless) notes.push("its times have no zone; they are read as UTC");
  return { times, rates, lines, notes, counter: header.counter, zoneless };
}

/** Where a field begins, as far as its record tells. */
export function spot(file: string, line: number, record: readonly string[], column: number): string {
  return `${file}:${line}:${record.slice(0, column).join(",").length + (column > 0 ? 2 : 1)}`;
}

/** A row with more fields than the header names: a decimal comma makes one more, and would cut the number. */
export function surplusFields(
  record: readonly string[],
  columns: number,
  file: string,
  line: number,
): readonly Fault[] {
  if (record.slice(columns).every((field) => field.trim() === "")) return [];
  return [
    {
      where: spot(file, line, record, columns),
      message: `the row has ${record.length} fields, and the header ${columns}; a decimal comma or a thousands separator makes one more. Write a decimal point, and the digits alone.`,
    },
  ];
}

/** The CSV's records, block by block, so that a file of any size needs little memory. */
export function* records(
  chunks: Iterable<string>,
  file: string,
): Generator<{ record: readonly string[]; line: number }> {
  let rest = "";
  let line = 1;
  let delimiter: string | undefined;
  const block = function* (text: string) {
    delimiter ??= delimiterOf(text);
    let at = line;
    for (const record of parsed(text, delimiter, file, line)) {
      if (record.length > 1 || record[0]?.trim() !== "") yield { record, line: at };
      at++;
    }
    line = at;
  };
  for (const chunk of chunks) {
    const text = line === 1 && rest === "" ? chunk.replace(/^\uFEFF/, "") : rest + chunk;
    const end = text.lastIndexOf("\n") + 1;
    if (end > 0) yield* block(text.slice(0, end));
    rest = text.slice(end);
    if (rest.length > 1e6)
      throw refused(`${file}:${line}`, "a line is longer than a million characters; this is no CSV");
  }
  if (rest !== "") yield* block(rest);
}

function parsed(text: string, delimiter: string, file: string, line: number): readonly (readonly string[])[] {
  try {
    return parse(text, { delimiter, relax_column_count: true });
  } catch (error) {
    const { message, lines = 1 } = error as { readonly message: string; readonly lines?: number };
    throw refused(`${file}:${line + lines - 1}:1`, `it is no CSV: ${message.slice(0, 120)}`);
  }
}

function delimiterOf(text: string): string {
  const first = text.trimStart().split("\n")[0] ?? "";
  return [",", ";", "\t"].find((delimiter) => first.includes(delimiter)) ?? ",";
}

const TIME_COLUMNS = ["timestamp", "timestamp_seconds", "time", "timestamp_ms"];

/** Rate columns and how many seconds one unit of theirs spans. */
const RATE_COLUMNS: ReadonlyMap<string, number> = new Map([
  ["requests_per_second", 1],
  ["rps", 1],
  ["requests_per_minute", 60],
  ["rpm", 60],
  ["requests_total", 1],
]);

function headerOf(record: readonly string[], file: string, line: number): Header {
  const names = record.map((name) => name.trim().toLowerCase());
  const time = names.findIndex((name) => TIME_COLUMNS.includes(name));
  const rate = names.findIndex((name) => RATE_COLUMNS.has(name));
  if (time < 0 || rate < 0)
    throw refused(
      `${file}:${line}:1`,
      `the header is ${shown("header", record.join(","))}; it must name a time (${TIME_COLUMNS.join(", ")}) and a rate (${[...RATE_COLUMNS.keys()].join(", ")}). Write \`timestamp,requests_per_second\``,
    );
  const columns = names.filter((name) => TIME_COLUMNS.includes(name) || RATE_COLUMNS.has(name));
  if (columns.length > 2)
    throw refused(
      `${file}:${line}:1`,
      `the header has ${columns.join(", ")}: one time and one rate are read. Remove the others`,
    );
  const counter = names[rate] === "requests_total";
  return {
    time,
    rate,
    columns: names.length,
    perRow: RATE_COLUMNS.get(names[rate]!)!,
    milliseconds: names[time] === "timestamp_ms",
    counter,
  };
}

type Time =
  | { readonly seconds: number; readonly form: "seconds" | "iso"; readonly zoneless: boolean }
  | { readonly refused: string };

/** Seconds beyond the year 5138 are milliseconds or finer. */
const TOO_LATE = 1e11;

/** Unix seconds of a number, of which there are so many in a second, or of ISO 8601. */
export function timeOf(text: string, perSecond: number): Time {
  if (/^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text)) {
    const seconds = Number(text) / perSecond;
    if (seconds > TOO_LATE * 1e3)
      return { refused: "it looks like microseconds or nanoseconds; write seconds" };
    if (seconds > TOO_LATE)
      return { refused: "it looks like milliseconds; write seconds, or declare `unit: ms`" };
    return seconds < 0
      ? { refused: "it lies before 1970; write Unix seconds" }
      : { seconds, form: "seconds", zoneless: false };
  }
  const iso = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?(Z|[+-]\d\d:?\d\d)?$/i.exec(text);
  if (iso === null)
    return {
      refused: text.includes("/")
        ? `${/^\d{4}\//.test(text) ? "slashes are not read" : "day and month are ambiguous"}; write ISO 8601, as 2026-02-01T00:00:00Z`
        : "it is neither seconds nor ISO 8601, as 2026-02-01T00:00:00Z",
    };
  const [, day, clock = "00:00", zone] = iso;
  const offset = (zone ?? "Z").toUpperCase().replace(/^([+-]\d\d)(\d\d)$/, "$1:$2");
  const midnight = new Date(`${day}T00:00:00Z`);
  const seconds = Date.parse(`${day}T${clock}${offset}`) / 1000;
  const exists =
    !Number.isNaN(seconds) && !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day!);
  return exists
    ? { seconds, form: "iso", zoneless: zone === undefined }
    : { refused: "there is no such moment" };
}

/** `1,234`, `1 234.5`, `1'234`, `1.234,5`: a point alone is a decimal point. */
const GROUPED = /^[+-]?\d{1,3}(?:([,' \u00a0\u2009\u202f’])\d{3}(?:\1\d{3})*(?:[.,]\d+)?|(?:\.\d{3})+,\d+)$/u;

/** Why a number with commas or thousands separators is not read; undefined where that is not what is wrong. */
export function separators(text: string): string | undefined {
  if (/^[+-]?\d{1,3},\d{3}$/.test(text))
    return `its comma is ambiguous; write \`${text.replace(",", "")}\` or \`${text.replace(",", ".")}\``;
  if (GROUPED.test(text)) return "thousands separators are not read; write the digits alone";
  if (/^[+-]?\d+,\d+$/.test(text)) return "decimal commas are not read; write a decimal point";
  return undefined;
}

function rateOf(text: string): number | string {
  if (text === "" || /^nan$/i.test(text)) return Number.NaN;
  const separated = separators(text);
  if (separated !== undefined) return separated;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text))
    return "a rate is a finite number of at least 0; leave it empty where it is unknown";
  const rate = Number(text);
  if (!Number.isFinite(rate)) return "a rate is finite; leave it empty where it is unknown";
  return rate < 0 ? "a rate is at least 0; leave it empty where it is unknown" : rate;
}

/** The rows in the order of time, equal duplicates merged; contradicting ones are refused. */
export function tidy(rows: Rows, file: string): Rows {
  const inOrder = rows.times.every((time, i) => i === 0 || time >= rows.times[i - 1]!);
  const order = inOrder
    ? null
    : rows.times.map((_, i) => i).toSorted((a, b) => rows.times[a]! - rows.times[b]!);
  const tidied: Rows = { ...rows, times: [], rates: [], lines: [], notes: [...rows.notes] };
  const faults: Fault[] = [];
  let merged = 0;
  for (let k = 0; k < rows.times.length; k++) {
    const i = order === null ? k : order[k]!;
    const [time, rate, line] = [rows.times[i]!, rows.rates[i]!, rows.lines[i]!];
    if (time !== tidied.times.at(-1)) {
      tidied.times.push(time);
      tidied.rates.push(rate);
      tidied.lines.push(line);
      continue;
    }
    const other = tidied.rates.at(-1)!;
    merged++;
    if (Number.isNaN(other)) tidied.rates[tidied.rates.length - 1] = rate;
    else if (!Number.isNaN(rate) && rate !== other && faults.length < MOST_FAULTS)
      faults.push({
        where: `${file}:${line}:1`,
        message: twice(time, tidied.lines.at(-1)!, line, rows.zoneless),
      });
  }
  if (faults.length > 0) throw badInput(faults);
  if (!inOrder) tidied.notes.push("its rows are out of order; they are sorted by time");
  if (merged > 0) tidied.notes.push(`${merged} row(s) that repeat a time are merged`);
  return tidied;
}

function twice(time: number, first: number, second: number, zoneless: boolean): string {
  const summer = zoneless
    ? " (times without a zone repeat for an hour when summer time ends; write UTC)"
    : "";
  return `timestamp is ${iso(time)}; lines ${first} and ${second} give it different rates${summer}. Keep one of them.`;
}

/** Rows of a counter that never falls are taken for a counter from this many on. */
const COUNTER_ROWS = 60;

/** A counter's differences as rates; a rate as it is. */
export function asRates(rows: Rows, file: string, kind: "detect" | "rate" | "counter") {
  if (kind === "rate" || (kind === "detect" && !rows.counter)) {
    if (kind === "detect" && looksCumulative(rows.rates))
      throw refused(
        file,
        `its ${rows.rates.length} values never fall, it looks cumulative; difference it, or declare \`kind: counter\` (\`kind: rate\` if it is a rate all the same)`,
      );
    return rows;
  }
  const known = rows.rates.map((_, i) => i).filter((i) => !Number.isNaN(rows.rates[i]!));
  let resets = 0;
  const rates = known.slice(1).map((i, k) => {
    const [before, after] = [rows.rates[known[k]!]!, rows.rates[i]!];
    if (after < before) resets++;
    return (after < before ? after : after - before) / (rows.times[i]! - rows.times[known[k]!]!);
  });
  const times = known.slice(0, -1).map((i) => rows.times[i]!);
  const reset = resets > 0 ? `, ${resets} time(s) starting again from 0` : "";
  return { times, rates, notes: [...rows.notes, `it is a counter${reset}; its differences are the rate`] };
}

function looksCumulative(rates: readonly number[]): boolean {
  if (rates.length < COUNTER_ROWS) return false;
  const rises = rates.filter((rate, i) => i > 0 && rate > rates[i - 1]!).length;
  const falls = rates.some((rate, i) => i > 0 && rate < rates[i - 1]!);
  return !falls && rises >= rates.length / 2;
}

/** Unix seconds as people read them. */
export function iso(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? `${seconds} s` : date.toISOString().replace(".000Z", "Z");
}

/** A fault that no single row has. */
export function refused(where: string, message: string): Error {
  return badInput([{ where, message: `${message}.`.replace(/\.\.$/, ".") }]);
}
