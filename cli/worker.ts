import { parentPort } from "node:worker_threads";
import { type JobName, jobs } from "./jobs.ts";

/** A job for this thread. */
export interface Order {
  readonly job: JobName;
  readonly input: unknown;
}

/** What came of it: the result, or the error that the job threw. */
export type Answer = { readonly output: unknown } | { readonly error: unknown };

parentPort!.on("message", ({ job, input }: Order) => {
  parentPort!.postMessage(answer(jobs[job] as (input: unknown) => unknown, input));
});

function answer(job: (input: unknown) => unknown, input: unknown): Answer {
  try {
    return { output: job(input) };
  } catch (error) {
    return { error };
  }
}
