import type { Served, TaskPool } from "./task-pool.ts";

/** Tasks that started together, or that have come to be as good as ones that did. */
export interface Cohort {
  count: number;
  /** Requests in each, and the spread of their waits (task-pool.ts). */
  inSystem: number;
  spread: number;
}

/** Queues are as good as one that differ by this share of the longer one. */
const ALIKE = 0.1;

type MutableServed = { -readonly [K in keyof Served]: Served[K] };

/**
 * Tasks that have not all the same queue. The balancer gives those that have just joined, empty, as many requests as those with a backlog, so that
 * with one mean queue the old would be rid of their backlog too soon. Each cohort is served by itself for as long as its queue is its own. The
 * newest leave first, and finish what they hold.
 */
export abstract class Cohorts<Kind extends Cohort> {
  private readonly sum: MutableServed = {
    late: new Float64Array(0),
    refused: 0,
    busy: 0,
    idle: 0,
    inSystem: 0,
    spread: 1,
  };
  private tasks = 0;
  /** Requests in each up to which queues are as good as one. */
  private calm = 0;
  private readonly list: Kind[] = [];

  /** The oldest first. */
  get all(): readonly Readonly<Kind>[] {
    return this.list;
  }

  /** Serves `rate` requests a second on `tasks` tasks for `seconds`. What it returns is the mean of the tasks, and holds until the next call. */
  serve(tasks: number, rate: number, seconds: number): Served {
    if (tasks !== this.tasks) this.resize(tasks);
    const { list, sum } = this;
    if (list.length === 1) return this.serveCohort(list[0]!, rate, seconds);
    clear(sum);
    for (const cohort of list) add(sum, this.serveCohort(cohort, rate, seconds), cohort.count / tasks);
    if (tasks > 0) this.takeTogether();
    return sum;
  }

  /** US dollars beyond the price of the tasks for the slice served last, of all tasks. */
  get charged(): number {
    return 0;
  }

  protected abstract calmUpTo(tasks: number): number;
  protected abstract started(count: number): Kind;
  protected abstract served(cohort: Kind, tasks: number, rate: number, seconds: number): Served;

  /** Whether two with the same queue are as good as one in what else they differ in. */
  protected isAlike(_older: Kind, _newer: Kind): boolean {
    return true;
  }

  /** Makes the older of what both have beside their queues; `share` of the tasks are of the older. */
  protected join(_older: Kind, _newer: Kind, _share: number): void {}

  /** Sees off so many tasks of a cohort. */
  protected leave(_cohort: Kind, _gone: number): void {}

  private serveCohort(cohort: Kind, rate: number, seconds: number): Served {
    const served = this.served(cohort, this.tasks, rate, seconds);
    cohort.inSystem = served.inSystem;
    cohort.spread = served.spread;
    return served;
  }

  private resize(tasks: number): void {
    const { list } = this;
    let more = tasks - this.tasks;
    this.tasks = tasks;
    if (tasks > 0) this.calm = this.calmUpTo(tasks);
    if (more > 0) {
      list.push(this.started(more));
      if (list.length > 1) this.takeTogether(); // calm ones need not be served apart even once
    }
    for (let newest = list.at(-1); newest && more < 0; newest = list.at(-1)) {
      const gone = Math.min(-more, newest.count);
      this.leave(newest, gone);
      newest.count -= gone;
      more += gone;
      if (newest.count === 0) list.pop();
    }
  }

  /** Makes one of those that started one after the other and are alike. */
  private takeTogether(): void {
    const { list } = this;
    let last = 0;
    for (let i = 1; i < list.length; i++) {
      const [older, newer] = [list[last]!, list[i]!];
      if (this.sameQueue(older, newer) && this.isAlike(older, newer)) this.merge(older, newer);
      else list[++last] = newer;
    }
    list.length = last + 1;
  }

  private sameQueue({ inSystem: a }: Cohort, { inSystem: b }: Cohort): boolean {
    const longer = Math.max(a, b);
    return longer <= this.calm || Math.abs(a - b) <= ALIKE * longer;
  }

  private merge(older: Kind, newer: Kind): void {
    const count = older.count + newer.count;
    const share = older.count / count;
    older.inSystem = mean(share, older.inSystem, newer.inSystem);
    older.spread = mean(share, older.spread, newer.spread);
    this.join(older, newer, share);
    older.count = count;
  }
}

/** Cohorts that differ in their queues alone. */
export class TaskCohorts extends Cohorts<Cohort> {
  private readonly pool: TaskPool;

  constructor(pool: TaskPool) {
    super();
    this.pool = pool;
  }

  protected override calmUpTo(tasks: number): number {
    return this.pool.calm(tasks);
  }

  protected override started(count: number): Cohort {
    return { count, inSystem: 0, spread: 1 };
  }

  protected override served(cohort: Cohort, tasks: number, rate: number, seconds: number): Served {
    return this.pool.serve(tasks, rate, seconds, cohort.inSystem, cohort.spread);
  }
}

function clear(sum: MutableServed): void {
  sum.late.fill(0);
  sum.refused = sum.busy = sum.idle = sum.inSystem = sum.spread = 0;
}

/** Adds what a share of the tasks did. */
function add(sum: MutableServed, each: Served, share: number): void {
  if (sum.late.length === 0) sum.late = new Float64Array(each.late.length);
  for (let i = 0; i < each.late.length; i++) sum.late[i]! += share * each.late[i]!;
  sum.refused += share * each.refused;
  sum.busy += share * each.busy;
  sum.idle += share * each.idle;
  sum.inSystem += share * each.inSystem;
  sum.spread += share * each.spread;
}

/** Of two, the first having a share of so much. */
export function mean(share: number, a: number, b: number): number {
  return share * a + (1 - share) * b;
}
