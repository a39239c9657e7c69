import { AWS_LOOP } from "../policy/aws-loop.ts";
import { defaultCredits } from "../policy/credits.ts";
import { resourcesOf } from "../policy/instance-types.ts";
import { HOURS_A_MONTH } from "../policy/month.ts";
import { raisedQuota, taskQuota } from "../policy/quotas.ts";
import type { Compute, Service, Slo } from "../policy/service.ts";
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

/** What judging a declaration takes: where its traces and load tests come from, and whom to tell what. */
export interface Judging {
  readonly read: TraceSource;
  readonly readLoadTest: LoadTestSource;
  readonly say: Say;
  readonly notes: string[];
  /** The stack's name, if the declaration belongs to one. */
  readonly stack: string | null;
  /** The stack's cluster's, where it has any. */
  readonly instances: InstanceSettings | undefined;
}

/** A well-formed declaration as a service, judged by the rules that span its parts. */
export function parsedService(name: string, data: ServiceDeclaration, judging: Judging): Service | undefined {
  const { notes } = judging;
  const compute = computeOf(data, notes);
  const slos = data.slos.map(sloOf);
  sloRemarks(slos, notes);
  const capacity = capacityOf(data, slos, judging);
  const demand = demandOf(data, judging);
  if (capacity === undefined || demand === undefined) return undefined;
  const priced = priceOf(data, compute, judging);
  const { min, max, budget } = data.bounds;
  const bounds = {
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(budget === undefined ? {} : { budget }),
  };
  const quotas = data.quotas === undefined ? {} : { quotas: data.quotas };
  const resilience = data.resilience === undefined ? {} : { resilience: data.resilience };
  const policies = data.policies === undefined ? {} : { policies: data.policies };
  const service: Service = {
    name,
    compute,
    slos,
    capacity,
    demand,
    bounds,
    ...quotas,
    ...resilience,
    ...policies,
    ...priced,
  };
  policyRules(service, judging);
  resourceRules(service, judging);
  boundsRules(service, data, judging);
  budgetOfFailures(service, notes);
  return service;
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
  const { capacity, instances: group } = deploy ?? {};
  if (group?.spot !== undefined || (capacity?.kind === "fargate" && capacity.spot !== undefined))
    notes.push("Spot is priced as on demand: what it saves is not counted on");
  if (compute.type === "ec2" || capacity?.kind !== "instances")
    return { price: hourlyPrice(compute, { ...DEFAULT_DEPLOYMENT, ...deploy }) };
  const host = instances && hostOf(compute, instances);
  notes.push(hostNote(host, instances));
  return host === undefined ? { price: hourlyPrice(compute) } : { price: host.price / host.tasks, host };
}

/** Times the longest threshold that a request waits before it fails, if nobody says. */
const MAX_WAIT_FACTOR = 5;

function capacityOf({ capacity, compute }: ServiceDeclaration, slos: readonly Slo[], judging: Judging) {
  const { say, notes } = judging;
  const { startup, loadTest, memory, contention } = capacity;
  const thresholds = slos.flatMap((slo) => (slo.kind === "latency" ? [slo.threshold] : []));
  const maxWait = capacity.maxWait ?? MAX_WAIT_FACTOR * Math.max(...thresholds, 0);
  if (capacity.maxWait === undefined && thresholds.length === 0)
    return void say(
      ["capacity", "maxWait"],
      "maxWait is missing; without a latency SLO it is the only bound there is. Write `maxWait: 5 s`.",
    );
  if (capacity.maxWait === undefined)
    notes.push(
      `maxWait is not declared: ${seconds(maxWait)} is taken, ${MAX_WAIT_FACTOR} × the longest threshold`,
    );
  const measured =
    loadTest === undefined
      ? { ...capacity, cpuTime: capacity.cpuTime, serviceTime: capacity.serviceTime?.serviceTime }
      : measuredCapacity({ ...capacity, loadTest, vcpus: resourcesOf(compute)?.vcpus }, maxWait, judging);
  if (measured?.serviceTime === undefined || measured.concurrency === undefined) return undefined;
  const { serviceTime, concurrency, cpuTime } = measured;
  const { mean, cv } = serviceTime;
  notes.push(...(capacity.serviceTime?.notes ?? []));
  if (cv > 3)
    notes.push(
      `serviceTime.cv is ${cv}, above 3: waiting times grow with its square, and the formulae get coarse`,
    );
  if (maxWait === 0)
    notes.push("maxWait is 0 s: a request never waits, and every one that finds its task busy fails");
  const strictest = Math.min(...thresholds);
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
  return {
    serviceTime,
    concurrency,
    maxWait,
    startup,
    ...(cpuTime === undefined ? {} : { cpuTime }),
    ...(memory === undefined ? {} : { memory }),
    ...(contention === undefined ? {} : { contention }),
  };
}

/** Seconds of a datapoint and of its publication, before a first task can even be asked for. */
const COLD_START = 60 + AWS_LOOP.publicationDelay;

function boundsRules(service: Service, data: ServiceDeclaration, { say, notes, stack }: Judging): void {
  const { compute, bounds, slos, capacity, demand, price } = service;
  const { min, max, budget } = bounds;
  if (service.quotas !== undefined && compute.type === "ec2")
    say(
      ["quotas", "tasksPerService"],
      `tasksPerService is ${service.quotas.tasksPerService}; it is of ECS services, and compute is ec2. Remove it.`,
    );
  const quota = taskQuota(service);
  const raise = `write ${raisedQuota("…")}`;
  const most = max === undefined ? "min" : "max"; // of the two declared, as min is at most max
  if ((bounds[most] ?? 0) > quota)
    say(
      ["bounds", most],
      `${most} is ${bounds[most]}; ECS runs at most ${quota} tasks a service (quota "Tasks per service"). Lower it, or ${raise}.`,
    );
  const peak =
    (1 + demand.growth) *
    (demand.kind === "peak" ? demand.peak : demand.trace.rates.reduce((a, b) => Math.max(a, b), 0));
  const needed = Math.ceil((peak * capacity.serviceTime.mean) / capacity.concurrency);
  if (needed > quota)
    say(
      ["demand"],
      `demand peaks at ${sixDigits(peak)} /s; that needs at least ${needed} tasks, and ECS runs at most ${quota} a service (quota "Tasks per service"). Use larger tasks, or ${raise}.`,
    );
  if (min === 1) {
    const promised = slos.find((slo) => slo.kind === "availability" && slo.objective >= 0.999);
    const production = stack === null || /prod/i.test(stack);
    if (promised !== undefined && production)
      say(
        ["bounds", "min"],
        `min is 1; one task cannot keep ${promised.name} at ${percent(promised.objective)} through a zone's loss or a deploy. Write \`min: 2\`.`,
      );
    else notes.push("min is 1: one task has no availability during a zone's loss or a deploy");
  }
  if (data.bounds.scaleToZero === true)
    notes.push(
      (min ?? 0) > 0
        ? `scaleToZero changes nothing: min is ${min}`
        : `scaleToZero is true: the plan keeps one ${compute.type === "ec2" ? "instance" : "task"} all the same. After the last one there is no metric of CPU or requests per target that would start another, and who came first would wait at least ${seconds(COLD_START + capacity.startup)}: a datapoint, its publication and the startup`,
    );
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
