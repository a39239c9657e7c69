import { type Autoscaler, awsAutoscaler } from "./autoscaler.ts";
import { AWS_LOOP } from "./aws-loop.ts";
import { initialRate } from "./backtest.ts";
import { type Candidate, controlsFor, FRESH, freshCooldown } from "./candidate.ts";
import { asCounted } from "./counting.ts";
import { creditRules } from "./credits.ts";
import { section } from "./minutes.ts";
import { type Replay, type ReplayMinutes, replay, type Watch } from "./replay.ts";
import type { Service, TaskProfile } from "./service.ts";
import type { Standing } from "./standing.ts";
import { type SteadyDoubt, steadyDoubts } from "./steady-doubt.ts";
import { steadyPlant } from "./steady-plant.ts";
import type { Trace } from "./trace.ts";
import { WINDOW } from "./window.ts";
import { type WindowOdds, windowOdds } from "./window-odds.ts";

/** How a candidate did on a trace. */
export interface Rehearsal {
  readonly candidate: Candidate;
  readonly taskHours: number;
  /** Probability that a window like those of the trace misses an SLO. */
  readonly missed: number;
  /** The cost of the plan and of what it misses, in task-hours. */
  readonly loss: number;
  /** What each that it was rehearsed on adds to that, the history first. */
  readonly lossBy: readonly number[];
  /** Error budget used in the worst window, as a ratio; over all SLOs. */
  readonly worstUse: number;
  /** The same of the whole trace. */
  readonly wholeUse: number;
}

/** Why a candidate was given up: it misses more than it may, or its loss is too high. */
export type Rejection = "missing" | "costly";

/** What candidates are rehearsed on. */
export interface Stage {
  readonly service: Service;
  readonly trace: Trace;
  readonly max: number;
  /** The trace in blocks, the newest first: what they show weighs most, so that most candidates need no more. */
  readonly blocks: readonly Block[];
  readonly odds: () => WindowOdds;
  /** Of each minute as metrics show it, requests per second. */
  readonly shown: readonly number[];
  /** The least rate of the minutes visible in each, for as long as tracking takes to answer it, requests per second. */
  readonly lasting: Float64Array;
  /** What the newest candidates took at least, by utilization: the same for all reactions. */
  readonly ahead: Map<number, Float64Array>;
  aheadOf?: Standing;
}

/** Minutes `from` to `to` of a trace, replayed by themselves after a warm-up that is not counted. */
interface Block {
  readonly from: number;
  readonly to: number;
  readonly warmUp: number;
  /** With the warm-up. */
  readonly trace: Trace;
  /** The highest rate of its first ten minutes, requests per second. */
  readonly initialRate: number;
}

/** Minutes after which a fleet no longer shows what it was started with: two hours are eight scale-ins. */
const WARM_UP = 120;

/**
 * A plan that misses as many windows as it keeps costs so many times its task-hours more. By the odds, not the probability: what is
 * costlier to keep must not be given up for it. Chosen by walk-forward (docs/model.md).
 */
const PRICE_OF_A_MISS = 2.5;

/** Probability below which a kept window counts no less: odds stay finite. */
const HARDLY_EVER = 1e-9;

/** Candidates whose losses differ by less than this ratio are as good as each other, but for rounding: the first stays. */
const TIE = 1e-9;

/** Whether a loss is below the limit by more than rounding. */
export function beats(loss: number, limit: number): boolean {
  return loss < limit * (1 - TIE);
}

function lossOf(taskHours: number, missed: number): number {
  const odds = missed / Math.max(HARDLY_EVER, 1 - missed);
  return taskHours * (1 + PRICE_OF_A_MISS * odds);
}

/** A trace of one-minute steps, made ready to rehearse many candidates on. */
export function stageFor(
  service: Service,
  traffic: Trace,
  max: number,
  doubts: readonly SteadyDoubt[] = steadyDoubts(service, traffic),
): Stage {
  const trace = asCounted(traffic);
  const shown = trace.counts!.map((count) => count / 60);
  return {
    service,
    trace,
    max,
    blocks: blocksOf(service, trace),
    odds: windowOdds(service, trace, doubts),
    shown,
    lasting: lastingRates(shown, service.capacity),
    ahead: new Map(),
  };
}

/** Blocks as long as a window, the oldest with what is left over; one where tasks remember for days, in their CPU credits. */
function blocksOf({ compute }: Service, trace: Trace): readonly Block[] {
  const blocks: Block[] = [];
  const remembers = creditRules(compute) !== undefined;
  for (let to = trace.rates.length; to > 0; ) {
    const from = remembers || to < 2 * WINDOW ? 0 : to - WINDOW;
    const warmUp = Math.min(from, WARM_UP);
    const part = section(trace, from - warmUp, to - from + warmUp);
    blocks.push({ from, to, warmUp, trace: part, initialRate: initialRate(part) });
    to = from;
  }
  return blocks;
}

/** Replays a candidate. */
export function rehearse(stage: Stage, candidate: Candidate): Rehearsal;
/**
 * Replays a candidate unless its loss reaches `limit` task-hours, it misses more than `mostMissed` of the windows or uses more than
 * `mostUsed` of the whole trace's error budget, which ends the replay as soon as it would, used the minutes to come no budget.
 */
export function rehearse(
  stage: Stage,
  candidate: Candidate,
  limit: number,
  mostMissed: number,
  mostUsed?: number,
): Rehearsal | Rejection;
export function rehearse(
  stage: Stage,
  candidate: Candidate,
  limit = Number.POSITIVE_INFINITY,
  mostMissed = 1,
  mostUsed = Number.POSITIVE_INFINITY,
): Rehearsal | Rejection {
  const ahead = leastAhead(stage, candidate);
  const odds = stage.odds();
  const rejection = (taskHours: number, missed: number): Rejection | undefined => {
    if (missed > mostMissed || odds.wholeUse() > mostUsed) return "missing";
    return beats(lossOf(taskHours, missed), limit) ? undefined : "costly";
  };
  let rejected = rejection(ahead[0]!, 0);
  let [done, older] = [0, ahead[0]!];
  for (const block of stage.blocks) {
    if (rejected !== undefined) return rejected;
    const { from, to, warmUp } = block;
    older -= ahead[from]! - ahead[to]!;
    let [warmedUp, next] = [0, from];
    const count = (minutes: ReplayMinutes, taskHours: number) => {
      const reached = from + minutes.count - warmUp;
      if (reached <= from) warmedUp = taskHours;
      else odds.add(minutes, next - from + warmUp, minutes.count, next);
      next = Math.max(next, reached);
      const least = done + taskHours - warmedUp + ahead[next]! - ahead[to]! + older;
      rejected = rejection(least, odds.missed());
      return rejected === undefined;
    };
    const { minutes, taskHours } = replayed(stage, candidate, block, count);
    if (rejected !== undefined) return rejected;
    count(minutes, taskHours);
    done += taskHours - warmedUp;
  }
  const missed = odds.missed();
  return (
    rejection(done, missed) ?? {
      candidate,
      taskHours: done,
      missed,
      loss: lossOf(done, missed),
      lossBy: [lossOf(done, missed)],
      worstUse: odds.worstUse(),
      wholeUse: odds.wholeUse(),
    }
  );
}

/** What a candidate is rehearsed on, beside the history. */
export interface Beside {
  readonly replicas: readonly Stage[];
  /** The history at the level of a weekend, where it has seen none. */
  readonly weekend: Stage | undefined;
}

/**
 * A candidate that has lost this many times as much as its rival on what both were rehearsed on so far gives up; on the history alone, by
 * which the first rival was chosen, so that its loss there is flattered, only the first number of times as much.
 */
const [BEHIND_ON_HISTORY, BEHIND] = [1.1, 1.05];

/** Days of weekend ÷ workdays of a week: what counts of the loss on an unseen weekend for each day like those seen. */
const WEEKEND = 2 / 5;

/**
 * Replays a candidate on the history, on replications of it and on an unseen weekend: what it took and missed is the mean over the history
 * and its replications, the budgets used are the history's, the loss is that of a week. Given up if it misses or uses more of the history
 * than it may, as soon as its loss is known to reach `limit`, or where it falls behind a rival that was rehearsed on all of it.
 */
export function rehearseAll(
  history: Stage,
  { replicas, weekend }: Beside,
  candidate: Candidate,
  limit: number,
  mostMissed: number,
  mostUsed: number,
  rival?: Rehearsal,
): Rehearsal | Rejection {
  const alike = 1 + replicas.length;
  const parts = [
    { stage: history, share: 1 / alike },
    ...(weekend === undefined ? [] : [{ stage: weekend, share: WEEKEND }]),
    ...replicas.map((stage) => ({ stage, share: 1 / alike })),
  ].map((part) => {
    const { standing } = candidate;
    const there =
      part.stage === weekend ? { ...candidate, standing: standing.onUnseenWeekend ?? standing } : candidate;
    return { ...part, there, least: leastAhead(part.stage, there)[0]! };
  });
  let spare = limit - parts.reduce((sum, { share, least }) => sum + share * least, 0);
  const all: Rehearsal[] = [];
  const lossBy: number[] = [];
  let [theirs, ours] = [0, 0];
  for (const [i, { stage, share, there, least }] of parts.entries()) {
    theirs += rival?.lossBy[i] ?? Number.POSITIVE_INFINITY;
    const lead = (stage === history ? BEHIND_ON_HISTORY : BEHIND) * theirs - ours;
    const [missed, used] = stage === history ? [mostMissed, mostUsed] : [1, Number.POSITIVE_INFINITY];
    const one = rehearse(stage, there, Math.min(least + spare / share, lead / share), missed, used);
    if (typeof one === "string") return one;
    spare -= share * (one.loss - least);
    ours += share * one.loss;
    lossBy.push(share * one.loss);
    if (stage !== weekend) all.push(one);
  }
  const mean = (of: "taskHours" | "missed") => all.reduce((sum, one) => sum + one[of], 0) / alike;
  return {
    ...all[0]!,
    taskHours: mean("taskHours"),
    missed: mean("missed"),
    loss: lossBy.reduce((a, b) => a + b),
    lossBy,
  };
}

/** Task-hours that a candidate takes at least from each minute on, whatever its reaction. */
export function leastAhead(stage: Stage, { standing, utilization }: Candidate): Float64Array {
  if (stage.aheadOf !== standing) stage.ahead.clear();
  stage.aheadOf = standing;
  const found = stage.ahead.get(utilization) ?? hoursAhead(stage, standing, utilization);
  stage.ahead.set(utilization, found);
  return found;
}

function hoursAhead(stage: Stage, standing: Standing, utilization: number): Float64Array {
  const ahead = leastRunning(stage, standing, utilization);
  for (let i = ahead.length - 2; i >= 0; i--) ahead[i] = ahead[i + 1]! + ahead[i]! / 60;
  return ahead;
}

/**
 * The tasks that there are at least in each minute, and a 0. Let the visible rates that last ask for n tasks.
 * - Those there are stay: only tracking removes any, and leaves what the newest visible minute asks for.
 * - Others join: short of n, tracking starts what is missing unless a scale-out of its own still counts, as one does until
 *   `minutesToAnswer` after the last start, whoever's. So in as many minutes there are n, or one more: traffic that keeps
 *   rising keeps the first scale-out's base in force for hours, and a big fleet short.
 * - A replay, or a block of one, begins with no scale-out that counts: its first answer is whole.
 */
function leastRunning(
  { service, trace: { rates }, shown, lasting, max }: Stage,
  { rehearsed, min }: Standing,
  utilization: number,
): Float64Array {
  const { serviceTime, concurrency } = service.capacity;
  const setpoint = (utilization * concurrency) / serviceTime.mean;
  const asked = (rate: number) => Math.min(max, Math.ceil(rate / setpoint - ROUNDING));
  const busy = minutesToAnswer(service.capacity);
  const least = new Float64Array(rates.length + 1);
  for (let i = 0, tasks = 0; i < rates.length; i++) {
    if (i > FIRST_ANSWER && shown[i - 1 - DELAY]! < tasks * setpoint)
      tasks = Math.min(tasks, asked(shown[i - 1 - DELAY]!));
    if (lasting[i]! > tasks * setpoint) {
      const joined = i === FIRST_ANSWER ? max : 1 + (i < busy ? 0 : least[i - busy]!);
      if (joined > tasks) tasks = Math.max(tasks, Math.min(joined, asked(lasting[i]!)));
    }
    const floor = rehearsed === undefined ? min : rehearsed[i]!;
    if (floor > tasks) tasks = floor;
    least[i] = tasks;
  }
  return least;
}

/** Tasks asked for are whole but for this. */
const ROUNDING = 1e-6;

/** Minutes from the end of a minute until it is visible. */
const DELAY = AWS_LOOP.publicationDelay / 60;

/** Minutes until tracking has seen enough datapoints of what begins now. */
const FIRST_ANSWER = AWS_LOOP.datapointsOut + DELAY;

/**
 * Minutes after the last start in which target tracking has answered: that start's slowest task and its own cooldown are over
 * (an instance's warm-up counts from the launch), or, where that is sooner, what a removal just before hid is visible.
 */
function minutesToAnswer({ startup, warmup }: TaskProfile): number {
  const slowest = startup * (1 + AWS_LOOP.startupSpread);
  const busy = Math.ceil((slowest + (warmup === undefined ? freshCooldown(startup) : FRESH)) / 60);
  return Math.max(FIRST_ANSWER, busy);
}

/** The least rate of the minutes visible up to each, as many as tracking takes to answer them. */
function lastingRates(rates: readonly number[], profile: TaskProfile): Float64Array {
  const busy = minutesToAnswer(profile);
  return Float64Array.from(rates, (_, i) => {
    const from = i === FIRST_ANSWER ? 0 : i - DELAY - busy;
    if (from < 0 || i < FIRST_ANSWER) return 0;
    let least = Number.POSITIVE_INFINITY;
    for (let j = from; j < i - DELAY; j++) least = Math.min(least, rates[j]!);
    return least;
  });
}

/** The candidate on a block, its floors as the other days would have set them. */
function replayed({ service, max }: Stage, candidate: Candidate, block: Block, watch: Watch): Replay {
  const controls = controlsFor(candidate, service.capacity, max);
  const begin = block.from - block.warmUp;
  const floors = candidate.standing.rehearsed?.subarray(begin, block.to);
  const min = floors?.[0] ?? controls.min;
  const inner = awsAutoscaler({ ...controls, min: floors ? 1 : min, schedule: [] });
  const autoscaler = floors ? floored(inner, floors, block.trace.start) : inner;
  // What the candidate itself holds: what the SLOs need would make a policy act on the first minute, and another one for other SLOs.
  const held = Math.ceil(block.initialRate / controls.tracking[0]!.setpoint - ROUNDING);
  const initial = Math.min(max, Math.max(min, held));
  const { startup } = service.capacity;
  return replay(autoscaler, steadyPlant(service), block.trace, startup, initial, AWS_LOOP, watch);
}

/** At least the floor of the minute that it is. */
function floored(autoscaler: Autoscaler, floors: Int32Array, start: number): Autoscaler {
  const floorAt = (now: number) => floors[Math.min(floors.length - 1, Math.round((now - start) / 60))]!;
  return {
    interval: autoscaler.interval,
    desired: (view) => Math.max(autoscaler.desired(view), floorAt(view.now)),
  };
}
