/**
 * One ratio: the back-test's inner loop ÷ the same loop in Rust (bench/loop/loop.rs), on one core. Both replay one plan,
 * with target tracking, a step policy and a schedule, over four weeks; they must agree. `npm run bench:loop`.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readStack } from "../adapters/declaration.ts";
import { awsAutoscaler } from "../policy/autoscaler.ts";
import { initialTasks } from "../policy/backtest.ts";
import { demandHistory } from "../policy/demand.ts";
import { scalingPlan } from "../policy/plan.ts";
import { type Replay, replay } from "../policy/replay.ts";
import { steadyPlant } from "../policy/steady-plant.ts";
import { loopInput } from "./loop/input.ts";

/** Replays in a round; the fastest counts, as anything else on the machine only slows down. */
const REPLAYS = 40;
const ROUNDS = 5;

/**
 * Relative difference from which the two would not be doing the same. The two languages round logarithms differently: in one minute
 * of 40,000 a queue was settled in one and on its way in the other, 0.2 late requests of 1.4 million.
 */
const AGREEMENT = 1e-6;

/** Times Rust's time that the inner loop may take. */
const AIM = 2;

interface Timed
  extends Pick<Replay, "arrived" | "late" | "refused" | "taskHours" | "scaleOuts" | "scaleIns"> {
  /** Of the fastest replay. */
  readonly seconds: number;
}

const root = fileURLToPath(new URL("..", import.meta.url));
const program = compiled();
if (program === undefined) {
  console.error(
    "bench:loop needs rustc, the Rust compiler, and it is not here: https://rustup.rs, or `apt-get install rustc`.",
  );
  process.exitCode = 1;
} else compare(program);

/** The Rust side, built into .cache/; nothing where there is no compiler. */
function compiled(): string | undefined {
  if (spawnSync("rustc", ["--version"]).error !== undefined) return undefined;
  mkdirSync(join(root, ".cache"), { recursive: true });
  const program = join(root, ".cache/loop");
  execFileSync("rustc", ["--edition", "2021", "-O", "-o", program, join(root, "bench/loop/loop.rs")], {
    stdio: "inherit",
  });
  return program;
}

function compare(program: string): void {
  const { service } = readStack("prod", root).find((declared) => declared.service.name === "cart")!;
  const { controls } = scalingPlan(service);
  const { trace } = demandHistory(service.demand);
  const initial = initialTasks(service, trace, controls.min, controls.max);
  const input = join(root, ".cache/loop-input.txt");
  writeFileSync(input, loopInput(service, controls, trace, initial));

  const once = () =>
    replay(awsAutoscaler(controls), steadyPlant(service), trace, service.capacity.startup, initial);
  const inRust = () =>
    JSON.parse(execFileSync(program, [input, String(REPLAYS)], { encoding: "utf8" })) as Timed;
  const rounds = Array.from({ length: ROUNDS }, () => ({ ours: timed(once), theirs: inRust() }));
  const ours = rounds.map((round) => round.ours).reduce(faster);
  const theirs = rounds.map((round) => round.theirs).reduce(faster);
  agree(ours, theirs);

  const days = trace.rates.length / 1440;
  const { tracking, steps, schedule } = controls;
  console.log(
    `cart of the stack prod, ${days.toFixed(1)} days: ${tracking.length} tracking, ${steps.length} step policy, ${schedule.length} scheduled actions; ${ours.taskHours.toFixed(1)} task-hours, ${ours.scaleOuts} scale-outs, ${ours.scaleIns} scale-ins`,
  );
  console.log(row("TypeScript", ours.seconds, days));
  console.log(row("Rust", theirs.seconds, days));
  const ratio = ours.seconds / theirs.seconds;
  console.log(
    `TypeScript takes ${ratio.toFixed(2)} times as long as Rust, ${ratio <= AIM ? "within" : "above"} the aim of ${AIM}; their results differ by less than ${AGREEMENT} of each figure`,
  );
}

function timed(once: () => Replay): Timed {
  let [seconds, result] = [Number.POSITIVE_INFINITY, once()];
  for (let i = 0; i < REPLAYS; i++) {
    const started = performance.now();
    result = once();
    seconds = Math.min(seconds, (performance.now() - started) / 1000);
  }
  return { ...result, seconds };
}

function faster(a: Timed, b: Timed): Timed {
  return b.seconds < a.seconds ? b : a;
}

/** Different work is not worth timing. */
function agree(ours: Timed, theirs: Timed): void {
  const figures = ({ arrived, late, refused, taskHours, scaleOuts, scaleIns }: Timed) => [
    taskHours,
    ...late,
    refused,
    arrived,
    scaleOuts,
    scaleIns,
  ];
  const [a, b] = [figures(ours), figures(theirs)];
  const apart = a.findIndex(
    (value, i) => Math.abs(value - b[i]!) > AGREEMENT * Math.max(Math.abs(value), 1e-6),
  );
  if (apart >= 0 || a.length !== b.length)
    throw new Error(`loop.rs does not do what policy/ does: ${JSON.stringify({ ours: a, theirs: b })}`);
}

function row(name: string, seconds: number, days: number): string {
  return `${name.padEnd(10)} ${(1000 * seconds).toFixed(2).padStart(8)} ms a replay ${Math.round(
    days / seconds,
  )
    .toLocaleString("en-US")
    .padStart(10)} service-days a second`;
}
