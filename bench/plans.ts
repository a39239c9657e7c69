/**
 * Whether many services are as cheap, each, as one: wall time, CPU time and peak memory of `setpoint plan` for 1, 10, 100
 * and 1,000 services, on one core and on all of them, as ratios; and one on CPU credits. `npm run bench:plans [-- COUNT…]`.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const COUNTS = process.argv.slice(2).map(Number);

/** A month minute by minute: of what ships, the longest to plan on CPU credits. */
const NASA = fileURLToPath(new URL("../traces/nasa-ksc-jul1995-1min.csv", import.meta.url));

/** A month of hourly page views, of which a plan reads 28 days minute by minute. */
const TRACE = fileURLToPath(new URL("../traces/wikipedia-en-jan2016-1h.csv", import.meta.url));
const PROGRAM = fileURLToPath(new URL("../cli/setpoint.js", import.meta.url));

/** Prints, when the process ends, what it has used, worker threads included: CPU seconds and peak resident set in KiB. */
const USED = `data:text/javascript,process.on("exit",()=>{const u=process.resourceUsage();console.error("used "+(u.userCPUTime+u.systemCPUTime)/1e6+" "+u.maxRSS)})`;

/** On one core alone no more than so many are planned: beyond, only the time gets longer. */
const MOST_ALONE = 100;

interface Measured {
  /** Seconds. */
  readonly time: number;
  /** Seconds of all threads together: what does not depend on who else uses the machine. */
  readonly cpu: number;
  /** MiB. */
  readonly memory: number;
}

const root = mkdtempSync(join(tmpdir(), "setpoint-plans-"));
process.once("exit", () => rmSync(root, { recursive: true, force: true }));

const cores = availableParallelism();
console.log("services  threads      time  a service   ÷ one's    CPU each   ÷ one's    peak RSS   ÷ one's");
let one: Measured | undefined;
for (const count of COUNTS.length > 0 ? COUNTS : [1, 10, 100, 1000]) {
  const file = join(root, `${count}.yaml`);
  writeFileSync(file, declaration(count));
  const threads = [...(count <= MOST_ALONE ? [1] : []), ...(count > 1 && cores > 1 ? [cores] : [])];
  for (const each of threads) {
    const measured = await planned(file, each);
    one ??= { ...measured, time: measured.time / count, cpu: measured.cpu / count };
    console.log(row(count, each, measured, one));
  }
}

const credited = join(root, "credits.yaml");
writeFileSync(credited, onCredits());
const { time, cpu } = await planned(credited, 1);
console.log(
  `one on CPU credits, whose history is replayed whole: ${time.toFixed(1)} s, CPU ${cpu.toFixed(1)} s`,
);

function row(count: number, threads: number, { time, cpu, memory }: Measured, one: Measured): string {
  const cells: readonly [string, number][] = [
    [String(count), 8],
    [String(threads), 7],
    [`${time.toFixed(1)} s`, 8],
    [`${(time / count).toFixed(3)} s`, 9],
    [`${(time / count / one.time).toFixed(2)} ×`, 8],
    [`${(cpu / count).toFixed(3)} s`, 10],
    [`${(cpu / count / one.cpu).toFixed(2)} ×`, 8],
    [`${memory.toFixed(0)} MiB`, 10],
    [`${(memory / one.memory).toFixed(2)} ×`, 8],
  ];
  return cells.map(([text, width]) => text.padStart(width)).join("  ");
}

async function planned(file: string, threads: number): Promise<Measured> {
  const started = performance.now();
  const args = [
    `--import=${USED}`,
    PROGRAM,
    "plan",
    "-f",
    file,
    "--format",
    "json",
    "--jobs",
    String(threads),
  ];
  const { stderr } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 31 - 1 });
  const [, cpu, peak] = /^used ([\d.]+) (\d+)$/m.exec(stderr)!;
  return { time: (performance.now() - started) / 1000, cpu: Number(cpu), memory: Number(peak) / 1024 };
}

/** Services of many sizes, no two alike: volume, service time and start-up vary. */
function declaration(count: number): string {
  const services = Array.from({ length: count }, (_, i) => {
    const spread = (i * 0.618) % 1; // evenly over (0, 1), in no order
    return `  service-${i}:
    compute: { type: fargate, cpu: 512, memory: 1024 }
    slos: [{ name: latency, threshold: 1 s, objective: 99 % }]
    capacity: { serviceTime: { mean: ${150 + Math.round(100 * spread)} ms, cv: 0.7 }, concurrency: 2, maxWait: 5 s, startup: ${45 + Math.round(60 * spread)} s }
    demand: { history: { file: ${TRACE}, scale: ${(0.02 + 0.1 * spread).toFixed(4)} } }
    bounds: { min: 1, max: 500 }`;
  });
  return `services:\n${services.join("\n")}\n`;
}

/** Instances that slow down when their CPU credits are spent. */
function onCredits(): string {
  return `services:
  credited:
    compute: { type: ec2, instanceType: t3.medium, credits: standard }
    slos: [{ name: latency, threshold: 1 s, objective: 99 % }]
    capacity: { serviceTime: { mean: 100 ms, cv: 0.7 }, cpuTime: 80 ms, concurrency: 8, maxWait: 5 s, startup: 150 s }
    demand: { history: { file: ${NASA}, scale: 600 } }
    bounds: { min: 1, max: 5000 }
`;
}
