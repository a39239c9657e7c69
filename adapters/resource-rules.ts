import { burstSeconds, creditRules, launchBalance } from "../policy/credits.ts";
import { fleetLimit, sustainedCeiling } from "../policy/demand-curve.ts";
import { resourcesOf } from "../policy/instance-types.ts";
import { fittingRequests } from "../policy/memory-bound.ts";
import { memoryFor } from "../policy/packing.ts";
import type { Service } from "../policy/service.ts";
import { taskBounds } from "../policy/task-bounds.ts";
import { figure } from "../policy/words.ts";
import type { Judging } from "./declaration-rules.ts";
import { sixDigits } from "./six-digits.ts";
import { whereSound } from "./sound.ts";

/** What a task's CPU, memory and credits, and what tasks share, have against a declaration. */
export function resourceRules(service: Service, judging: Judging): void {
  for (const rule of [cpuRules, memoryRules, creditRemarks, contentionRules])
    whereSound(() => rule(service, judging));
}

/** A request that uses less of a vCPU than this share while it is served mostly waits for others. */
const MOSTLY_WAITING = 0.02;

function cpuRules({ compute, capacity }: Service, { say, notes }: Judging): void {
  const { cpuTime, serviceTime } = capacity;
  const vcpus = resourcesOf(compute)?.vcpus;
  if (vcpus === undefined) return;
  if (cpuTime === undefined) {
    const { concurrency } = capacity;
    const share = vcpus / concurrency;
    if (share < MOSTLY_WAITING)
      notes.push(
        `concurrency is ${concurrency} on ${sixDigits(vcpus)} vCPU: that is right only if a request takes at most ${seconds(share * serviceTime.mean)} of CPU in its ${seconds(serviceTime.mean)}. Declare cpuTime, and the plan respects it`,
      );
    return;
  }
  if (cpuTime > serviceTime.mean * Math.max(1, vcpus))
    say(
      ["capacity", "cpuTime"],
      `cpuTime is ${seconds(cpuTime)}; a request that is served in ${seconds(serviceTime.mean)} on average takes at most ${seconds(serviceTime.mean * Math.max(1, vcpus))} of ${sixDigits(vcpus)} vCPU. Correct cpuTime or serviceTime.`,
    );
  const { concurrency } = capacity;
  const slots = concurrency / serviceTime.mean;
  if (vcpus / cpuTime < slots)
    notes.push(
      `cpuTime binds before concurrency does: ${sixDigits(vcpus)} vCPU serves at most ${sixDigits(vcpus / cpuTime)} /s at ${seconds(cpuTime)} of CPU each, ${concurrency} slots ${sixDigits(slots)} /s`,
    );
}

function memoryRules(service: Service, { say, notes }: Judging): void {
  const { memory } = service.capacity;
  const whole = memoryFor(service.compute);
  if (memory === undefined || whole === undefined) return;
  if (memory.base + memory.perRequest > whole) {
    say(
      ["capacity", "memory"],
      `memory takes ${sixDigits(memory.base + memory.perRequest)} MiB for the first request (base ${sixDigits(memory.base)}, perRequest ${sixDigits(memory.perRequest)}); there are ${sixDigits(whole)} MiB${service.compute.type === "ec2" ? " beside the system" : ""}. Use a larger one.`,
    );
    return;
  }
  const { concurrency } = service.capacity;
  const fitting = fittingRequests(service);
  if (fitting !== undefined)
    notes.push(
      `memory binds before concurrency does: ${concurrency} requests at a time take ${sixDigits(memory.base + concurrency * memory.perRequest)} MiB of ${sixDigits(whole)}; no more than ${sixDigits(taskBounds(service).memory)} /s are given to one task, so that it runs out of memory once a month. One that takes no more than ${fitting} at a time, and \`concurrency: ${fitting}\`, never does`,
    );
}

function creditRemarks(service: Service, { notes }: Judging): void {
  const rules = creditRules(service.compute);
  if (rules === undefined) return;
  const { bound, utilization } = sustainedCeiling(service);
  if (bound !== "credits") return;
  const taken =
    service.capacity.cpuTime === undefined
      ? ", the CPU taken to be as busy as the slots (cpuTime is not declared)"
      : "";
  notes.push(
    `CPU credits bind: it sustains ${sixDigits(100 * rules.baseline)} % of its CPU, a utilization of ${sixDigits(100 * utilization)} %${taken}; a new one at full CPU slows down to that after ${figure(burstSeconds(rules, launchBalance(rules), 1) / 60)} min`,
  );
}

function contentionRules(service: Service, { say }: Judging): void {
  const { demand } = service;
  const limit = fleetLimit(service);
  const highest =
    demand.kind === "peak" ? demand.peak : demand.trace.rates.reduce((a, b) => Math.max(a, b), 0);
  const peak = (1 + demand.growth) * highest;
  if (peak <= limit.rate) return;
  const where = Number.isFinite(limit.tasks)
    ? `at ${limit.tasks} tasks, and more of them serve less`
    : "however many tasks";
  say(
    ["capacity", "contention"],
    `contention lets all tasks together serve at most ${sixDigits(limit.rate)} /s, ${where}; the demand peaks at ${sixDigits(peak)} /s. Take load off what they share, or lower the demand.`,
  );
}

function seconds(time: number): string {
  return time < 1 ? `${sixDigits(1000 * time)} ms` : `${sixDigits(time)} s`;
}
