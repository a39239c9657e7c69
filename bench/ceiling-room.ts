/**
 * One ratio: the highest rate of two days ÷ the highest of the history just before them, by the history's length. What policy/ceiling-room.ts
 * goes by. Prints a Markdown table of quantiles over all stretches of a trace, and over all traces together.
 * `npm run bench:ceiling-room [-- DIRECTORY [--traces NAME,…]]`
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readTrace } from "../adapters/trace-csv.ts";
import { byMinute } from "../policy/minutes.ts";

const HOURS = [1, 3, 6, 12, 24, 48, 168];
const QUANTILES = [0.5, 0.9, 0.95, 0.98];

/** Minutes in the two days that follow, and from one stretch to the next: prime, so that all hours of the day come. */
const [AFTER, APART] = [2 * 1440, 97];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { traces: { type: "string", default: "elb,nasa,wikipedia,worldcup" } },
});
const [directory = "traces"] = positionals;
console.log(`| trace | hours | stretches | ${QUANTILES.map((q) => `${q * 100} %`).join(" | ")} |`);
console.log(`| --- | --: | --: | ${QUANTILES.map(() => "--:").join(" | ")} |`);
const all = HOURS.map((): number[] => []);
for (const file of readdirSync(directory).filter((name) => name.endsWith(".csv"))) {
  if (!values.traces.split(",").some((name) => file.includes(name))) continue;
  const { rates } = byMinute(readTrace(join(directory, file)).trace);
  HOURS.forEach((hours, i) => {
    const ratios = ratiosOf(rates, hours * 60);
    if (ratios.length === 0) return;
    all[i]!.push(...ratios);
    print(file.replace(/\.csv$/, ""), hours, ratios);
  });
}
HOURS.forEach((hours, i) => {
  if (all[i]!.length > 0) print("all", hours, all[i]!);
});

function ratiosOf(rates: readonly number[], minutes: number): number[] {
  const ratios: number[] = [];
  for (let now = minutes; now + AFTER <= rates.length; now += APART) {
    const before = highest(rates, now - minutes, now);
    if (before > 0) ratios.push(highest(rates, now, now + AFTER) / before);
  }
  return ratios;
}

function highest(rates: readonly number[], from: number, to: number): number {
  let most = 0;
  for (let i = from; i < to; i++) most = Math.max(most, rates[i]!);
  return most;
}

function print(name: string, hours: number, ratios: readonly number[]): void {
  const sorted = ratios.toSorted((a, b) => a - b);
  const figures = QUANTILES.map((q) =>
    sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!.toFixed(1),
  );
  console.log(`| ${name} | ${hours} | ${sorted.length} | ${figures.join(" | ")} |`);
}
