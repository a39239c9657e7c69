import { didYouMean, type Fault, shown } from "./bad-input.ts";

/** What a column of a load-test table holds, and how many of our units one of its is. */
export type Column =
  | { readonly kind: "offered" | "achieved"; readonly perRow: number }
  | { readonly kind: "response"; readonly of: "mean" | number; readonly seconds: number }
  | { readonly kind: "cpu" | "errorShare"; readonly ratio: number }
  | { readonly kind: "errors" | "tasks" | "n" | "memory" }
  | { readonly kind: "duration" | "elapsed"; readonly seconds: number | null };

/** One in a hundred. */
export const PERCENT = 0.01;

/** The columns by their place; `rate` names the one to take for the rate achieved, where that is not plain. */
export function columnsOf(
  record: readonly string[],
  rate: string | null,
): {
  readonly columns: ReadonlyMap<number, Column>;
  readonly ignored: readonly string[];
  readonly faults: readonly Omit<Fault, "where">[];
} {
  const names = record.map((name) => name.trim().toLowerCase());
  const columns = new Map<number, Column>();
  const faults: Omit<Fault, "where">[] = [];
  const ignored: string[] = [];
  const chosen = rate?.toLowerCase();
  names.forEach((name, place) => {
    const column = name === chosen ? rateOf(name) : columnOf(name);
    if (typeof column === "string")
      faults.push({ message: `the column ${shown("column", name)} ${column}.` });
    else if (column === null || (chosen !== undefined && column.kind === "achieved" && name !== chosen))
      ignored.push(name);
    else if (has(columns, column))
      faults.push({
        message: `the column ${shown("column", name)} repeats what another column holds; keep one, or name the rate with \`rate\`.`,
      });
    else columns.set(place, column);
  });
  if (chosen !== undefined && !names.includes(chosen))
    faults.push({ message: `there is no column ${shown("column", rate)}; ${didYouMean(chosen, names)}` });
  const kinds = [...columns.values()].map(({ kind }) => kind);
  const longer = names.find(
    (name, place) => PER_LONGER.test(name) && columns.get(place)?.kind === "achieved",
  );
  if (longer !== undefined && (kinds.includes("response") || kinds.includes("cpu")))
    faults.push({
      message: `the column ${shown("column", longer)} counts hours or days; response times and CPU need a rate. Write \`achieved_rps\` or \`achieved_rpm\`.`,
    });
  return { columns, ignored, faults };
}

function has(columns: ReadonlyMap<number, Column>, { kind, ...rest }: Column): boolean {
  return [...columns.values()].some(
    (other) => other.kind === kind && (other.kind !== "response" || ("of" in rest && other.of === rest.of)),
  );
}

/** Names that tools and people give the same thing. */
const NAMES: ReadonlyMap<string, Column> = new Map<string, Column>([
  ...each(["offered_rps", "offered_rate", "offered_requests_per_second", "target_rps"], {
    kind: "offered",
    perRow: 1,
  }),
  ...each(["offered_rpm", "offered_requests_per_minute"], { kind: "offered", perRow: 60 }),
  ...each(["achieved_rps", "achieved_rate", "requests_per_second", "rps", "rate", "txn_rate"], {
    kind: "achieved",
    perRow: 1,
  }),
  ...each(["achieved_rpm", "requests_per_minute", "rpm"], { kind: "achieved", perRow: 60 }),
  ...each(["cpu_percent", "cpu_pct", "cpu_util", "cpu_utilization", "cpuutilization"], {
    kind: "cpu",
    ratio: PERCENT,
  }),
  ...each(["cpu_ratio"], { kind: "cpu", ratio: 1 }),
  ...each(["error_percent", "errors_percent"], { kind: "errorShare", ratio: PERCENT }),
  ...each(["error_ratio", "errors_ratio"], { kind: "errorShare", ratio: 1 }),
  ...each(["errors"], { kind: "errors" }),
  ...each(["tasks", "instances", "replicas"], { kind: "tasks" }),
  ...each(["n", "users", "load_users", "clients", "threads", "processors", "cpus", "connections"], {
    kind: "n",
  }),
  ...each(["memory_mb", "memory_mib"], { kind: "memory" }),
  ...each(["duration_s", "duration_seconds"], { kind: "duration", seconds: 1 }),
  ...each(["duration"], { kind: "duration", seconds: null }),
  ...each(["timestamp", "elapsed_s"], { kind: "elapsed", seconds: 1 }),
]);

function each(names: readonly string[], column: Column): readonly (readonly [string, Column])[] {
  return names.map((name) => [name, column]);
}

/** `rpm`, `throughput_per_minute`, `throughput (req/min)`. */
const PER_MINUTE = /(rpm|(per[ _]|\/)min(ute)?)[)\]]?$/;

/** `throughput_scripts_per_hour`, `throughput (req/h)`: against N any unit will do, beside times only one that is known. */
const PER_LONGER = /(rph|(per[ _]|\/)(h|hr|hour|d|day))[)\]]?$/;

/** The column of a rate whose name may tell a unit; without one it counts seconds. */
function rateOf(name: string): Column {
  return { kind: "achieved", perRow: PER_MINUTE.test(name) ? 60 : 1 };
}

const SECONDS: Readonly<Record<string, number>> = { us: 1e-6, ms: 1e-3, s: 1 };

/** What a name says, why it cannot be read, or `null` where it says nothing to us. */
function columnOf(name: string): Column | string | null {
  const known = NAMES.get(name);
  if (known !== undefined) return known;
  if (name.startsWith("throughput")) return rateOf(name);
  if (name === "cpu") return "has no unit; write `cpu_percent` or `cpu_ratio`";
  const response = /^(p\d+(?:\.\d+)?|mean|avg|average)(?:_(?:latency|response))?(?:_([a-zµ]+))?$/.exec(name);
  if (response === null) return null;
  const [, figure = "", unit] = response;
  if (unit === undefined || SECONDS[unit] === undefined)
    return `has ${unit === undefined ? "no unit" : "an unknown unit"}; the unit of a time is in the header: \`${figure}_ms\`, \`${figure}_us\` or \`${figure}_s\``;
  if (!figure.startsWith("p")) return { kind: "response", of: "mean", seconds: SECONDS[unit] };
  const share = percentile(figure.slice(1));
  return share > 0 && share < 1
    ? { kind: "response", of: share, seconds: SECONDS[unit] }
    : "is no percentile; write `p50_ms`, `p99_ms` or `p99.9_ms`";
}

/** `99`, `99.9` and `999` alike: beyond two digits the point is left out. */
function percentile(digits: string): number {
  const percent =
    /^\d{3,}$/.test(digits) && digits !== "100" ? `${digits.slice(0, 2)}.${digits.slice(2)}` : digits;
  return Number((Number(percent) / 100).toPrecision(12));
}
