import type { Backtest } from "./backtest.ts";
import { type Choice, MOST_MISSED } from "./choice.ts";
import { burstSeconds, type CreditRules, creditRules, launchBalance } from "./credits.ts";
import { busiestRate, LEAST_UTILIZATION, leavesNoTime, mostCarried } from "./demand-curve.ts";
import type { Needs } from "./needs.ts";
import { quotaWords, raisedQuota, taskQuota } from "./quotas.ts";
import type { Feasibility, Obstacle } from "./scaling-plan.ts";
import type { Service, Slo } from "./service.ts";
import { serviceTimeQuantile, shareServedWithin } from "./service-time.ts";
import { cpuShare, taskBounds } from "./task-bounds.ts";
import {
  dollars,
  figure,
  figureAbove,
  figureBelow,
  percent,
  percentBelow,
  perSecond,
  seconds,
} from "./words.ts";
import { surviving } from "./zone-loss.ts";

export interface Findings
  extends Pick<Needs, "peak" | "needed" | "lasting" | "daily" | "reachable" | "passing" | "max"> {
  /** The SLOs are kept with the zones lost that the owner names. */
  readonly survives: boolean;
  readonly choice: Choice;
  readonly rehearsed: Backtest;
}

/** What stands between the declaration and its SLOs, each with the ways out; nothing when they can be met. */
export function obstacles(service: Service, findings: Findings): Feasibility {
  const slow = tooSlow(service);
  const spent = tooSpent(service, findings);
  const found = [
    ...slow,
    ...(slow.length > 0 ? [] : [...tooShared(service, findings), ...tooUnsure(service, findings)]),
    ...(spent.length > 0 ? spent : tooFew(service, findings)),
    ...tooDear(service, findings),
    ...tooSpentAtOnce(service, findings),
    ...tooFragile(service, findings),
  ];
  return found.length === 0 ? { possible: true } : { possible: false, obstacles: found };
}

/** The service itself is slower than promised: no number of tasks helps. */
function tooSlow(service: Service): readonly Obstacle[] {
  const { serviceTime } = service.capacity;
  return service.slos.flatMap((slo) => {
    if (slo.kind === "availability") return [];
    const idle = shareServedWithin(serviceTime, slo.threshold);
    if (idle >= slo.objective) return tooTight(service, slo);
    const reached = serviceTimeQuantile(serviceTime, slo.objective);
    return [
      {
        why: `SLO ${slo.name} cannot be met: even an idle task serves only ${percent(idle)} within ${seconds(slo.threshold)} (mean ${seconds(serviceTime.mean)}, cv ${figure(serviceTime.cv)}), and ${percent(slo.objective)} takes ${seconds(reached)}`,
        waysOut: [
          `a threshold above ${seconds(figureAbove(reached))}`,
          `an objective below ${percentBelow(idle)}`,
          `a service whose mean is below ${seconds(figureBelow((serviceTime.mean * slo.threshold) / reached))}`,
        ],
      },
    ];
  });
}

/** An idle task just keeps it, and one with anything to do does not. */
function tooTight(service: Service, slo: Slo & { readonly kind: "latency" }): readonly Obstacle[] {
  if (!leavesNoTime(service, slo)) return [];
  return [
    {
      why: `SLO ${slo.name} leaves no time to wait: an idle ${noun(service)} serves ${percent(shareServedWithin(service.capacity.serviceTime, slo.threshold))} within ${seconds(slo.threshold)}, and one that is busy for ${percent(LEAST_UTILIZATION)} of the time no longer ${percent(slo.objective)}`,
      waysOut: ["a longer threshold", "a lower objective", "a faster service"],
    },
  ];
}

const LESS_CONTENTION = "less contention: less load on what they share";

/** Tasks hold each other up so much that no number of them carries the peak, and it does not pass before that breaks an SLO. */
function tooShared(service: Service, findings: Findings): readonly Obstacle[] {
  const { peak, choice, max } = findings;
  if (carriesPeak(findings) || choice.keeps) return [];
  const { tasks, rate } = mostCarried(service);
  return [
    {
      why: `no number of ${noun(service)}s keeps the SLOs at the peak of ${perSecond(peak)}: by what they share each slows the others, so that ${tasks} of them carry the most, ${perSecond(rate)}`,
      waysOut: [
        `a peak of at most ${perSecond(figureBelow(rate))}`,
        LESS_CONTENTION,
        ...(findings.passing && tasks > max ? [`${higherMax(service, max)}, if the peak passes soon`] : []),
        "a faster or wider task (serviceTime, concurrency, cpu), so that fewer carry the load",
      ],
    },
  ];
}

/** All instances that the owner allows spend more CPU credits on the busiest day than they earn (CMP-12). */
function tooSpent(
  service: Service,
  { daily, lasting, needed, reachable, max }: Findings,
): readonly Obstacle[] {
  const { compute, capacity } = service;
  const rules = creditRules(compute);
  if (compute.type !== "ec2" || rules === undefined || !reachable || lasting <= max) return [];
  const slots = max * capacity.concurrency;
  const utilization = Math.min(1, (daily * capacity.serviceTime.mean * cpuShare(service)) / slots);
  if (utilization <= rules.baseline) return []; // it is not for credits that more are needed
  const saved = { ...launchBalance(rules), accrued: rules.most };
  const hours = burstSeconds(rules, saved, utilization) / 3600;
  return [
    {
      of: "credits",
      why: `the busiest day brings ${perSecond(daily)} on average, which holds ${max} ${compute.instanceType} at ${percent(utilization)} of their CPU; the baseline is ${percent(rules.baseline)}, ${rules.earned} credits an hour, and ${rules.most + rules.launch} credits, the most that one can hold, are empty after ${Math.floor(10 * hours) / 10} h`,
      waysOut: [`max of at least ${needed}`, ...withoutCredits(rules)],
    },
  ];
}

function withoutCredits({ surplusPrice }: CreditRules): readonly string[] {
  return [
    `credits: unlimited, at ${surplusPrice} USD for a vCPU-hour beyond the baseline`,
    "a type without credits, such as m5.large",
  ];
}

/** The ceiling, as the owner or the quota of tasks sets it, is below what the peak needs. */
function tooFew(service: Service, findings: Findings): readonly Obstacle[] {
  if (!isBelowPeak(findings)) return [];
  const { peak, needed, max } = findings;
  const { resilience } = service;
  const left = resilience ? surviving(resilience, max) : max;
  const carried = left === 0 ? 0 : busiestRate(service, left);
  const quota = service.bounds.max === undefined && max === taskQuota(service);
  const set = quota ? ` (${quotaWords(service)})` : "";
  return [
    {
      why: `the peak of ${perSecond(peak)} needs ${needed} ${noun(service)}s, and max is ${max}${set}, which carry ${perSecond(carried)}${lossWords(service)}`,
      waysOut: [
        maxOf(service, needed),
        ...(carried === 0 ? [] : [`a peak of at most ${perSecond(figureBelow(carried))}`]),
        "a faster or wider task (serviceTime, concurrency, cpu)",
      ],
    },
  ];
}

/** Some number of tasks carries the peak for ever, or the strongest fleet does until it has passed. */
function carriesPeak({ reachable, passing, rehearsed }: Findings): boolean {
  return reachable || (passing && rehearsed.met);
}

/** More tasks than the ceiling allows carry the peak. */
function isBelowPeak({ reachable, needed, max }: Findings): boolean {
  return reachable && needed > max;
}

/** The zones that what is planned for is left without. */
function lossWords({ resilience }: Service): string {
  return resilience ? ` with ${resilience.survive} of ${resilience.zones} zones lost` : "";
}

/** A max of so many, and what it takes where ECS would not run as many. */
function maxOf(service: Service, tasks: number): string {
  const max = `max of at least ${tasks}`;
  if (tasks <= taskQuota(service)) return max;
  const quota = raisedQuota(tasks);
  return service.bounds.max === undefined ? quota : `${max}, with ${quota}`;
}

/** The same where nobody knows how many. */
function higherMax(service: Service, max: number): string {
  return max < taskQuota(service) ? "a higher max" : `a higher max, with ${raisedQuota("…")}`;
}

/** The plan costs more than the budget on the traffic declared. */
function tooDear(service: Service, findings: Findings): readonly Obstacle[] {
  const { rehearsed, choice } = findings;
  const { budget } = service.bounds;
  if (budget === undefined || rehearsed.dollarsPerMonth <= budget) return [];
  if (!choice.keeps || isBelowPeak(findings)) return []; // what keeps them costs more yet
  return [
    {
      why: `the cheapest plan found that keeps the SLOs costs ${dollars(rehearsed.dollarsPerMonth)} a month on this traffic, and the budget is ${dollars(budget)}`,
      waysOut: [
        `a budget of at least ${dollars(Math.ceil(rehearsed.dollarsPerMonth))} a month`,
        `a lower objective or a longer ${promisesLatency(service) ? "threshold" : "maxWait"}`,
        "a faster task, so that fewer are needed",
      ],
    },
  ];
}

/**
 * What carries the peak leaves too little over: even the strongest fleet, standing, is likely to miss too many windows like those
 * rehearsed, whether it kept these or just missed them. The load may change as slowly as it will.
 */
function tooUnsure(service: Service, findings: Findings): readonly Obstacle[] {
  if (!carriesInVain(findings) || outOfCredits(service, findings)) return [];
  const { choice, max } = findings;
  const { wholeUse, worstUse, missed } = choice.observed;
  const did = wholeUse <= 1 ? "keep" : "miss";
  return [
    {
      why: `no setting is likely enough to keep the SLOs within ${max} ${noun(service)}s${lossWords(service)}: those that carry most, standing at all times, ${did} the days rehearsed, with ${percent(worstUse)} of the error budget used in the worst window, and are likely to miss ${percent(missed)} of windows like theirs, where at most ${percent(MOST_MISSED)} may be`,
      waysOut: [
        moreHelp(service, max) ? higherMax(service, max) : LESS_CONTENTION,
        promisesLatency(service) ? "a longer maxWait or threshold" : "a longer maxWait",
        "a lower objective",
      ],
    },
  ];
}

/** Where tasks slow each other, more than those that carry most carry less. */
function moreHelp(service: Service, max: number): boolean {
  return service.capacity.contention === undefined || mostCarried(service).tasks > max;
}

/** What may run carries the peak, and no setting is likely enough to keep the SLOs. */
function carriesInVain(findings: Findings): boolean {
  return !findings.choice.keeps && carriesPeak(findings) && !isBelowPeak(findings);
}

/** All that may run, standing, are out of CPU credits in busy hours, though they earn what the busiest day takes. */
function tooSpentAtOnce(service: Service, findings: Findings): readonly Obstacle[] {
  const rules = creditRules(service.compute);
  if (rules === undefined || !outOfCredits(service, findings)) return [];
  return [
    {
      why: `no setting keeps the SLOs on this history within ${findings.max} instances: all of them, standing at all times, are out of CPU credits in its busy hours, before the quieter ones have earned them`,
      waysOut: [higherMax(service, findings.max), ...withoutCredits(rules)],
    },
  ];
}

/** Whether it is for CPU credits: without them, and where tasks do not slow each other, all that carry the peak keep what is below it. */
function outOfCredits(service: Service, findings: Findings): boolean {
  const runOut = Number.isFinite(taskBounds(service).credits) && service.capacity.contention === undefined;
  return runOut && carriesInVain(findings) && !findings.rehearsed.met;
}

function promisesLatency({ slos }: Service): boolean {
  return slos.some(({ kind }) => kind === "latency");
}

/** A setting keeps the SLOs, and no reserve found keeps them with zones lost. */
function tooFragile(service: Service, findings: Findings): readonly Obstacle[] {
  const { survives, choice, max } = findings;
  if (survives || !choice.keeps || isBelowPeak(findings)) return [];
  const { zones, survive } = service.resilience!;
  return [
    {
      why: `no reserve found keeps the SLOs on this history with ${survive} of ${zones} zones lost, within ${max} ${noun(service)}s`,
      waysOut: [higherMax(service, max), "a higher min", "fewer zones to survive, or more of them in all"],
    },
  ];
}

function noun(service: Service): string {
  return service.compute.type === "ec2" ? "instance" : "task";
}
