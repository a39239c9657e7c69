import { AWS_LOOP } from "../policy/aws-loop.ts";
import { defaultCredits } from "../policy/credits.ts";
import { resourcesOf } from "../policy/instance-types.ts";
import { HOURS_A_MONTH } from "../policy/month.ts";
import { raisedQuota, taskQuota } from "../policy/quotas.ts";
import type { Bounds, Compute, Service, Slo, TaskProfile } from "../policy/service.ts";
import { seconds } from "../policy/words.ts";
import type { InstanceSettings } from "./cluster-settings.ts";
import type { ServiceDeclaration } from "./declaration-schema.ts";
import { demandOf, type Say, type TraceSource } from "./demand.ts";
import { hostNote, hostOf } from "./host.ts";
import { type LoadTestSource, measuredCapacity } from "./measured-capacity.ts";
import { policyRules } from "./policy-rules.ts";
import { hourlyPrice } from "./prices.ts";
import { resourceRules } from "./resource-rules.ts";
import { DEFAULT_DEPLOYMENT } from "./service-deployment.ts";
import { sixDigits } from "./six-digits.ts";
import { eachSound, soundOver, unsound, whereSound } from "./sound.ts";

/** What judging a declaration takes: where its traces and load tests come from, and whom to tell what. */
export interface Judging {
  readonly read: TraceSource;
  readonly readLoadTest: LoadTestSource;
  readonly say: Say;
  readonly notes: string[];
  /** The stack's name, if the declaration belongs to one. */
  readonly stack: string | null;
  /** The stack's cluster's, where it has any. */
  readonly instances: () => InstanceSettings | undefined;
}

/** A declaration as a service, as far as it and its name are sound, judged by the rules that span its parts. */
export function parsedService(name: string | undefined, data: ServiceDeclaration, judging: Judging): Service {
  const { notes } = judging;
  const parts = eachSound<Pick<Service, "compute" | "slos">>({
    compute: () => computeOf(data, notes),
    slos: () => data.slos.map(sloOf),
  });
  whereSound(() => sloRemarks(parts.slos, notes));
  const priced = whereSound(() => priceOf(data, parts.compute, judging));
  const service = eachSound<Service>({
    name: () => name ?? unsound(),
    compute: () => parts.compute,
    slos: () => parts.slos,
    capacity: () => capacityOf(data, parts, judging),
    demand: () => demandOf(data, judging),
    bounds: () => boundsOf(data),
    quotas: () => data.quotas,
    resilience: () => data.resilience,
    policies: () => data.policies,
    price: () => (priced ?? unsound()).price,
    host: () => (priced ?? unsound()).host,
  });
  policyRules(service, judging);
  resourceRules(service, judging);
  for (const rule of [idleQuota, boundsWithinQuota, peakWithinQuota, loneTask, scaleToZero, budgetForFloor])
    whereSound(() => rule(service, judging, data));
  whereSound(() => budgetOfFailures(service, notes));
  return service;
}

function boundsOf({ bounds }: ServiceDeclaration): Bounds {
  return eachSound<Bounds>({ min: () => bounds.min, max: () => bounds.max, budget: () => bounds.budget });
}

/** A promise with a threshold is about latency; without, about success alone. */
export function sloOf({ name, threshold, objective, window }: ServiceDeclaration["slos"][number]): Slo {
  return threshold === undefined
    ? { kind: "availability", name, objective, window }
    : { kind: "latency", name, threshold, objective, window };
}

function sloRemarks(slos: readonly Slo[], notes: string[]): void {
  for (const a of slos)
    for (const b of slos) {
      if (a === b || a.kind !== "latency" || a.objective < b.objective) continue;
      if (b.kind === "availability")
        notes.push(
          `the SLO ${b.name} can never be the one that breaks: a good request succeeds and is in time, so ${a.name} already promises ${percent(a.objective)} of successes`,
        );
      else if (a.threshold <= b.threshold && (a.threshold < b.threshold || a.objective > b.objective))
        notes.push(`the SLO ${b.name} is redundant: ${a.name} implies it; both are planned for and reported`);
    }
  if (slos.every(({ kind }) => kind === "availability"))
    notes.push("no SLO promises a latency: maxWait is the bound that capacity is planned for");
}

/** An instance type is lowered to AWS's spelling. */
function computeOf({ compute }: ServiceDeclaration, notes: string[]): Compute {
  if (compute.type === "fargate") return compute;
  const instanceType = compute.instanceType.toLowerCase();
  if (instanceType !== compute.instanceType)
    notes.push(`the instance type ${compute.instanceType} is read as ${instanceType}`);
  const credits = compute.credits ?? defaultCredits(instanceType);
  if (credits === undefined) return { type: "ec2", instanceType };
  if (compute.credits === undefined)
    notes.push(`credits is not declared: ${credits} is taken, AWS's default for ${instanceType}`);
  return { type: "ec2", instanceType, credits };
}

/** Tasks on instances of the cluster cost their share of one; nothing is counted on that AWS may take back or price anew. */
function priceOf(
  { deploy }: ServiceDeclaration,
  compute: Compute,
  { instances, notes }: Judging,
): Pick<Service, "price" | "host"> {
  const { capacity } = deploy ?? {};
  if (deploy?.instances?.spot !== undefined || (capacity?.kind === "fargate" && capacity.spot !== undefined))
    notes.push("Spot is priced as on demand: what it saves is not counted on");
  if (compute.type === "ec2" || capacity?.kind !== "instances")
    return {
      price: hourlyPrice(
        compute,
        soundOver(() => DEFAULT_DEPLOYMENT, deploy ?? {}),
      ),
    };
  const group = instances();
  const host = group && hostOf(compute, group);
  notes.push(hostNote(host, group));
  return host === undefined ? { price: hourlyPrice(compute) } : { price: host.price / host.tasks, host };
}

/** Times the longest threshold that a request waits before it fails, if nobody says. */
const MAX_WAIT_FACTOR = 5;

type Parts = Pick<Service, "compute" | "slos">;

function capacityOf(data: ServiceDeclaration, parts: Parts, judging: Judging): TaskProfile {
  const { capacity } = data;
  const maxWait = whereSound(() => maxWaitOf(data, parts, judging));
  const measured = whereSound(() => measuredOf(data, parts, maxWait ?? unsound(), judging));
  const profile = eachSound<Omit<TaskProfile, "warmup">>({
    serviceTime: () => (measured ?? unsound()).serviceTime,
    concurrency: () => (measured ?? unsound()).concurrency,
    maxWait: () => maxWait ?? unsound(),
    startup: () => capacity.startup,
    cpuTime: () => (measured ?? unsound()).cpuTime,
    memory: () => capacity.memory,
    contention: () => capacity.contention,
  });
  whereSound(() => capacityRemarks(profile, data, parts, judging.notes));
  return profile;
}

function maxWaitOf({ capacity }: ServiceDeclaration, parts: Parts, { say, notes }: Judging): number {
  if (capacity.maxWait !== undefined) return capacity.maxWait;
  const longest = Math.max(...thresholds(parts.slos), 0);
  if (longest === 0) {
    say(
      ["capacity", "maxWait"],
      "maxWait is missing; without a latency SLO it is the only bound there is. Write `maxWait: 5 s`.",
    );
    return unsound();
  }
  const maxWait = MAX_WAIT_FACTOR * longest;
  notes.push(
    `maxWait is not declared: ${seconds(maxWait)} is taken, ${MAX_WAIT_FACTOR} × the longest threshold`,
  );
  return maxWait;
}

function thresholds(slos: readonly Slo[]): readonly number[] {
  return slos.flatMap((slo) => (slo.kind === "latency" ? [slo.threshold] : []));
}

type Measured = Pick<TaskProfile, "serviceTime" | "concurrency"> & { readonly cpuTime?: number | undefined };

function measuredOf(
  { capacity }: ServiceDeclaration,
  parts: Parts,
  maxWait: number,
  judging: Judging,
): Measured {
  const { loadTest } = capacity;
  if (loadTest !== undefined) {
    const vcpus = whereSound(() => resourcesOf(parts.compute)?.vcpus);
    return measuredCapacity(
      soundOver(() => capacity, { loadTest, vcpus }),
      maxWait,
      judging,
    );
  }
  return eachSound<Measured>({
    serviceTime: () => capacity.serviceTime?.serviceTime ?? unsound(),
    concurrency: () => capacity.concurrency ?? unsound(),
    cpuTime: () => capacity.cpuTime,
  });
}

function capacityRemarks(
  { serviceTime: { mean, cv }, maxWait, startup }: TaskProfile,
  { capacity }: ServiceDeclaration,
  { compute, slos }: Parts,
  notes: string[],
): void {
  notes.push(...(capacity.serviceTime?.notes ?? []));
  if (cv > 3)
    notes.push(
      `serviceTime.cv is ${cv}, above 3: waiting times grow with its square, and the formulae get coarse`,
    );
  if (maxWait === 0)
    notes.push("maxWait is 0 s: a request never waits, and every one that finds its task busy fails");
  const strictest = Math.min(...thresholds(slos));
  if (capacity.maxWait !== undefined && maxWait > Math.max(0, strictest - mean))
    notes.push(
      `maxWait is ${seconds(maxWait)}: requests that wait more than ${seconds(Math.max(0, strictest - mean))} (threshold − service time) are served, but late`,
    );
  if (startup < 15)
    notes.push(
      `startup is ${seconds(startup)}, below 15 s: ${compute.type === "ec2" ? "an instance alone takes half a minute to boot" : "Fargate alone takes 23 to 45 s from the decision to the first request"}`,
    );
  if (startup > 1800)
    notes.push(
      `startup is ${seconds(startup)}, above 30 min: reaction cannot follow the load, only schedules and a standing reserve can`,
    );
}

const RAISE = `write ${raisedQuota("…")}`;

/** Seconds of a datapoint and of its publication, before a first task can even be asked for. */
const COLD_START = 60 + AWS_LOOP.publicationDelay;

function idleQuota({ compute, quotas }: Service, { say }: Judging): void {
  if (quotas !== undefined && compute.type === "ec2")
    say(
      ["quotas", "tasksPerService"],
      `tasksPerService is ${quotas.tasksPerService}; it is of ECS services, and compute is ec2. Remove it.`,
    );
}

function boundsWithinQuota(service: Service, { say }: Judging): void {
  const { bounds } = service;
  const quota = taskQuota(service);
  const most = bounds.max === undefined ? "min" : "max"; // of the two declared, as min is at most max
  if ((bounds[most] ?? 0) > quota)
    say(
      ["bounds", most],
      `${most} is ${bounds[most]}; ECS runs at most ${quota} tasks a service (quota "Tasks per service"). Lower it, or ${RAISE}.`,
    );
}

function peakWithinQuota(service: Service, { say }: Judging): void {
  const { capacity, demand } = service;
  const quota = taskQuota(service);
  const peak =
    (1 + demand.growth) *
    (demand.kind === "peak" ? demand.peak : demand.trace.rates.reduce((a, b) => Math.max(a, b), 0));
  const needed = Math.ceil((peak * capacity.serviceTime.mean) / capacity.concurrency);
  if (needed > quota)
    say(
      ["demand"],
      `demand peaks at ${sixDigits(peak)} /s; that needs at least ${needed} tasks, and ECS runs at most ${quota} a service (quota "Tasks per service"). Use larger tasks, or ${RAISE}.`,
    );
}

function loneTask({ bounds, slos }: Service, { say, notes, stack }: Judging): void {
  if (bounds.min === 1) {
    const promised = slos.find((slo) => slo.kind === "availability" && slo.objective >= 0.999);
    const production = stack === null || /prod/i.test(stack);
    if (promised !== undefined && production)
      say(
        ["bounds", "min"],
        `min is 1; one task cannot keep ${promised.name} at ${percent(promised.objective)} through a zone's loss or a deploy. Write \`min: 2\`.`,
      );
    else notes.push("min is 1: one task has no availability during a zone's loss or a deploy");
  }
}

function scaleToZero(service: Service, { notes }: Judging, data: ServiceDeclaration): void {
  const { bounds, compute, capacity } = service;
  const { min } = bounds;
  if (data.bounds.scaleToZero === true)
    notes.push(
      (min ?? 0) > 0
        ? `scaleToZero changes nothing: min is ${min}`
        : `scaleToZero is true: the plan keeps one ${compute.type === "ec2" ? "instance" : "task"} all the same. After the last one there is no metric of CPU or requests per target that would start another, and who came first would wait at least ${seconds(COLD_START + capacity.startup)}: a datapoint, its publication and the startup`,
    );
}

function budgetForFloor({ bounds, compute, price }: Service, { say }: Judging): void {
  const { budget, min } = bounds;
  const least = Math.max(1, min ?? 1);
  const floor = least * price * HOURS_A_MONTH;
  if (budget !== undefined && floor > budget)
    say(
      ["bounds", "budget"],
      `budget is ${sixDigits(budget)} USD/month; ${least} × ${sizeOf(compute)} alone cost ${floor.toFixed(2)} USD/month. Raise the budget, or lower min or the size.`,
    );
}

/** Below this many failures a window, each one is a large part of the budget. */
const FEW_FAILURES = 10;

function budgetOfFailures({ slos, demand }: Service, notes: string[]): void {
  if (demand.kind === "peak") return;
  const mean = demand.trace.rates.reduce((sum, rate) => sum + rate, 0) / demand.trace.rates.length;
  for (const { name, objective, window } of slos) {
    const failures = (1 - objective) * mean * (1 + demand.growth) * window;
    if (failures < FEW_FAILURES)
      notes.push(
        `the budget of the SLO ${name} is ${failures.toFixed(2)} requests in ${window / 86_400} d: a single bad one may page, so burn alarms need a minimum count`,
      );
  }
}

function sizeOf(compute: Compute): string {
  return compute.type === "ec2"
    ? compute.instanceType
    : `(${compute.cpu / 1024} vCPU, ${compute.memory / 1024} GB)`;
}

function percent(ratio: number): string {
  return `${sixDigits(100 * ratio)} %`;
}
