import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Input, JobName, Output } from "./jobs.ts";
import type { Answer } from "./worker.ts";

/** One service's job, and how it is spoken of: `planning cart`. */
export interface Task<J extends JobName> {
  readonly title: string;
  readonly input: Input<J>;
}

export interface Watch {
  readonly started: (title: string) => void;
  readonly finished: (title: string) => void;
}

/** Results that wait for an earlier one to be taken, for each thread, before their thread waits too. */
const AHEAD = 8;

/**
 * The results of one job for each task, in the order of the tasks, on so many threads. A thread holds one task at a
 * time; a task that fails ends the results in its place with an error that names it.
 */
export async function* inOrder<J extends JobName>(
  job: J,
  tasks: readonly Task<J>[],
  threads: number,
  watch: Watch,
): AsyncGenerator<Output<J>> {
  const count = Math.min(threads, tasks.length);
  yield* count <= 1 ? here(job, tasks, watch) : onThreads(job, tasks, count, watch);
}

async function* here<J extends JobName>(
  job: J,
  tasks: readonly Task<J>[],
  watch: Watch,
): AsyncGenerator<Output<J>> {
  const { jobs } = await import("./jobs.ts");
  const run = jobs[job] as (input: Input<J>) => Output<J>;
  for (const { title, input } of tasks) {
    watch.started(title);
    const output = attempted(title, () => run(input));
    watch.finished(title);
    yield output;
  }
}

function attempted<T>(title: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw failed(title, error);
  }
}

async function* onThreads<J extends JobName>(
  job: J,
  tasks: readonly Task<J>[],
  threads: number,
  watch: Watch,
): AsyncGenerator<Output<J>> {
  const workers = Array.from({ length: threads }, newWorker);
  const slots: (Slot<Output<J>> | undefined)[] = tasks.map(() => slot());
  let [next, going, wanted] = [0, true, true];
  const work = async (worker: Worker) => {
    for (let i = next++; i < tasks.length && going && wanted; i = next++) {
      await slots[i - AHEAD * threads]?.taken;
      if (!wanted) return;
      const { title, input } = tasks[i]!;
      if (going) watch.started(title);
      try {
        slots[i]!.fill(await ordered<J>(worker, job, input));
        if (going) watch.finished(title);
      } catch (error) {
        going = false;
        slots[i]!.fail(failed(title, error));
      }
    }
  };
  const working = workers.map(work);
  try {
    for (let i = 0; i < slots.length; i++) {
      const { result, take } = slots[i]!;
      yield await result;
      slots[i] = undefined; // what has been taken is kept no longer
      take();
    }
  } finally {
    wanted = false;
    await Promise.all(workers.map((worker) => worker.terminate()));
    for (const slot of slots) slot?.take();
    await Promise.all(working);
  }
}

const ENTRY = new URL("thread.js", import.meta.url);

function newWorker(): Worker {
  const worker = new Worker(ENTRY, { execArgv: [] });
  return worker.on("error", () => {}); // whoever waits for its answer hears it too
}

/** Has a thread do one job; a thread that dies on it fails it. */
async function ordered<J extends JobName>(worker: Worker, job: J, input: Input<J>): Promise<Output<J>> {
  const over = new AbortController();
  const { signal } = over;
  try {
    worker.postMessage({ job, input });
    const exited = once(worker, "exit", { signal }).then(([code]) => {
      throw new Error(`its thread ended with code ${code}`);
    });
    const [answer] = (await Promise.race([once(worker, "message", { signal }), exited])) as [Answer];
    if ("error" in answer) throw answer.error;
    return answer.output as Output<J>;
  } finally {
    over.abort();
  }
}

interface Slot<T> {
  readonly result: Promise<T>;
  readonly fill: (value: T) => void;
  readonly fail: (error: Error) => void;
  /** Settled once somebody has the result, or nobody wants it any more. */
  readonly taken: Promise<void>;
  readonly take: () => void;
}

/** The place of one result. */
function slot<T>(): Slot<T> {
  let [fill, fail, take]: [Slot<T>["fill"], Slot<T>["fail"], Slot<T>["take"]] = [
    () => {},
    () => {},
    () => {},
  ];
  const result = new Promise<T>((resolve, reject) => {
    [fill, fail] = [resolve, reject];
  });
  result.catch(() => {}); // after a failure nobody waits for those behind it
  const taken = new Promise<void>((resolve) => {
    take = resolve;
  });
  return { result, fill, fail, taken, take };
}

function failed(title: string, error: unknown): Error {
  const message = error instanceof Error ? error.message : String(error);
  return new Error(`${title}: ${message}`, { cause: error });
}
