import { AWS_LOOP } from "./aws-loop.ts";
import { type Backtest, surplusOf } from "./backtest.ts";
import { boundReasons } from "./bound-reasons.ts";
import { FRESH, type Surge } from "./candidate.ts";
import { type Choice, REHEARSED_DAYS, WORTH_THE_HISTORY } from "./choice.ts";
import { startedTogether, TIMES } from "./compounding.ts";
import { burstSeconds, creditRules, launchBalance } from "./credits.ts";
import { busiestUtilization, type Ceiling, MANY } from "./demand-curve.ts";
import type { Derivation } from "./derivation.ts";
import { lowestFloor } from "./floor.ts";
import { resourcesOf } from "./instance-types.ts";
import type { OnlySpike } from "./only-spike.ts";
import { memoryFor } from "./packing.ts";
import { LONGEST_BUFFER } from "./predictive-scaling.ts";
import { provisioningTime } from "./provisioning.ts";
import type { Reason, ScalingControls, StepScaling, TargetTracking } from "./scaling-plan.ts";
import { QUIET } from "./season.ts";
import type { Service, Slo } from "./service.ts";
import { shareServedWithin } from "./service-time.ts";
import { leadMinutes } from "./standing.ts";
import { steadyState } from "./steady-state.ts";
import { cpuShare } from "./task-bounds.ts";
import { strongestWords, unkeptWords } from "./unkept-words.ts";
import { dollars, figure, isoMinute, percent, perSecond, seconds } from "./words.ts";

/** Every number of the plan with what it was derived from. */
export function reasons(
  service: Service,
  controls: ScalingControls,
  derivation: Derivation,
): readonly Reason[] {
  const promised = service.slos.map((slo) => promise(slo));
  // When no number of tasks keeps the SLOs nothing else follows from them.
  if (derivation.ceiling.burst.utilization === 0) return promised;
  return [
    ...promised,
    capacity(service, controls, derivation),
    ...trackingReasons(service, controls, derivation),
    ...surgeReasons(service, controls, derivation),
    ...boundReasons(service, controls, derivation),
    ...scheduleReason(service, controls, derivation),
    ...forecastReason(service, controls),
    ...resilience(service, derivation),
    cost(service, derivation),
  ];
}

function promise(slo: Slo): Reason {
  const within = slo.kind === "latency" ? ` within ${seconds(slo.threshold)}` : "";
  return {
    of: `slo.${slo.name}`,
    value: `${percent(slo.objective)}${within}`,
    because: `declared; leaves ${percent(1 - slo.objective)} of the requests of ${figure(slo.window / 86_400)} days as the error budget`,
  };
}

function capacity(service: Service, controls: ScalingControls, { ceiling }: Derivation): Reason {
  const { capacity, slos, compute } = service;
  const { serviceTime, concurrency } = capacity;
  const slotRate = concurrency / serviceTime.mean;
  const latency = slos.find((slo) => slo.kind === "latency");
  const idle = latency
    ? ` Idle, it serves ${percent(shareServedWithin(serviceTime, latency.threshold))} within ${seconds(latency.threshold)}; above`
    : " Above";
  const bound = bindingBound(service, ceiling.burst);
  const least = lowestFloor(controls);
  const few =
    ceiling.burst.bound === "queue" && least < MANY
      ? `, with only ${least} of them above ${percent(busiestUtilization(service, least))}: what arrives at each is the less regular the fewer they are`
      : "";
  return {
    of: "capacity.busiest",
    value: `${perSecond(ceiling.burst.utilization * slotRate)} for each ${compute.type === "ec2" ? "instance" : "task"}`,
    because: `${concurrency} at a time, each ${seconds(serviceTime.mean)} on average (cv ${figure(serviceTime.cv)}), make ${perSecond(slotRate)} at most.${idle} ${percent(ceiling.burst.utilization)} of that ${bound}${few}${creditWords(service, ceiling)}`,
  };
}

/** What it is that breaks above a ceiling. */
function bindingBound({ compute, capacity }: Service, { bound }: Ceiling): string {
  const resources = resourcesOf(compute);
  switch (bound) {
    case "queue":
      return `the queue behind the round-robin balancer (requests give up after ${seconds(capacity.maxWait)}) breaks an SLO in the long run`;
    case "cpu":
      return `requests of ${seconds(capacity.cpuTime ?? 0)} CPU each hold each other up on ${figure(resources?.vcpus ?? 0)} vCPU, and an SLO breaks in the long run`;
    case "memory":
      return `the requests in service (${figure(capacity.memory?.perRequest ?? 0)} MiB each, ${figure(capacity.memory?.base ?? 0)} MiB for the rest) may outgrow ${figure(memoryFor(compute) ?? 0)} MiB`;
    case "credits":
      return "CPU credits run out";
  }
}

/** For how long a burstable instance keeps that up, and what it keeps up for ever. */
function creditWords(service: Service, { burst, sustained }: Derivation["ceiling"]): string {
  const rules = creditRules(service.compute);
  if (rules === undefined || sustained.bound !== "credits") return "";
  const { concurrency, serviceTime } = service.capacity;
  const busy = Math.min(1, burst.utilization * cpuShare(service));
  const fresh = burstSeconds(rules, launchBalance(rules), busy);
  const day = burstSeconds(rules, { accrued: rules.most, launch: 0, surplus: 0 }, busy);
  const lasting = `a new one is down to its baseline, ${percent(rules.baseline)} of its CPU, after ${figure(fresh / 60)} min, one that has saved all it can after ${figure(day / 3600)} h`;
  return `. CPU credits bind before: for ever it serves ${perSecond((sustained.utilization * concurrency) / serviceTime.mean)}, and busier ${lasting}`;
}

function trackingReasons(
  service: Service,
  controls: ScalingControls,
  { ceiling, choice, rehearsed, reserve }: Derivation,
): readonly Reason[] {
  const slotRate = service.capacity.concurrency / service.capacity.serviceTime.mean;
  return controls.tracking.flatMap((policy): Reason[] => {
    const onCpu = policy.metric === "cpuUtilization";
    const rate = onCpu ? policy.setpoint * slotRate : policy.setpoint;
    const utilization = (rate / slotRate) * reserve;
    const chosen = choice.rehearsal.candidate.utilization;
    const lowered =
      utilization < chosen * (1 - ROUNDING)
        ? `, ${percent(1 - utilization / chosen)} less busy than was rehearsed: CPU stops at 100 % however great the overload, so that less is added at a time`
        : "";
    const busy = onCpu ? `; on CPU, as declared: ${perSecond(rate)} keep its slots as busy${lowered}` : "";
    const zones =
      reserve > 1 ? `; divided by ${figure(reserve)} so that the zones left carry all when one is lost` : "";
    return [
      {
        of: "tracking.setpoint",
        value: onCpu
          ? `CPU at ${percent(policy.setpoint)}`
          : `${figure(rate * 60)} requests a minute for each (${figure(rate)} /s)`,
        because: `${percent(utilization)} of what it can serve at most, ${percent(Math.max(0, 1 - utilization / ceiling.burst.utilization))} below where the SLO breaks: ${rehearsalWords(choice, rehearsed)}${zones}${busy}${blockedWords(service, rate / slotRate)}`,
      },
      ...cooldownReasons(policy, service),
    ];
  });
}

/** Ratios closer than this differ by rounding. */
const ROUNDING = 1e-6;

/** None for instances, which have no cooldowns. */
function cooldownReasons(
  { scaleOutCooldown, scaleInCooldown }: TargetTracking,
  { capacity }: Service,
): readonly Reason[] {
  if (scaleOutCooldown === undefined || scaleInCooldown === undefined) return [];
  return [
    {
      of: "tracking.scaleOutCooldown",
      value: seconds(scaleOutCooldown),
      because: `AWS counts it from when the added tasks run, ${seconds(provisioningTime("fargate"))} after the decision, and they serve after ${seconds(capacity.startup)}; then one whole minute with the new count, and the 120 s until AWS publishes it: acting on older figures would count the same shortage twice`,
    },
    {
      of: "tracking.scaleInCooldown",
      value: seconds(scaleInCooldown),
      because: `what it takes to undo a removal: three datapoints (180 s), their publication (120 s) and a start (${seconds(capacity.startup)})`,
    },
  ];
}

/** What the cooldowns do not keep the two policies from. */
function togetherWords(service: Service, controls: ScalingControls): string {
  const found = startedTogether(service, controls);
  if (found === undefined) return "";
  const { most, enough } = found;
  return `. Each policy waits for itself alone: when the load of ten grows to ${TIMES} times as much at once, tracking multiplies what this one has started by a metric from before it, and there are up to ${most} where ${enough} would do, until tracking removes them; the rehearsal pays for that`;
}

/** Probability of a miss from which on an owner must know of it. */
const RISKY = 0.05;

/** That the plan is not sure to keep its SLOs, or would not have, and what would make it surer. */
export function riskRemarks({ rehearsal, keeps, dearer }: Choice, rehearsed: Backtest): readonly string[] {
  if (!keeps) return [];
  const missed = rehearsed.outcomes.filter(({ met }) => !met);
  const shares = missed.map(
    ({ slo, goodShare, objective }) =>
      `${slo} (${percent(goodShare)} good of the ${percent(objective)} promised)`,
  );
  return [
    ...(rehearsal.missed < RISKY
      ? []
      : [
          `about 1 in ${Math.round(1 / rehearsal.missed)} windows of two days is likely to miss an SLO: nothing in the history tells when its surges come, and what keeps more windows costs more than their misses count; a higher min or a shorter startup makes it surer, and so does a stricter objective than you need`,
        ]),
    ...(missed.length === 0
      ? []
      : [
          `on the whole history declared it misses ${shares.join(" and ")}, by incidents that are old or rare${keepingWords(dearer)}`,
        ]),
  ];
}

/** So many times the task-hours are much for one spike: its owner must know. */
export const DEAR = 2;

/** What the only spike of a history takes, where that is much; the back-tests are of the plans with it and without. */
export function spikeRemarks({ from, to }: OnlySpike, taken: Backtest, spared: Backtest): readonly string[] {
  if (taken.taskHours < DEAR * spared.taskHours) return [];
  const interval = `${isoMinute(from)}/${isoMinute(to)}`;
  return [
    `most of the tasks are there for the only spike of the history, ${interval}: without it the plan takes ${dollars(spared.dollarsPerMonth)} a month, not ${dollars(taken.dollarsPerMonth)}, and is likely to miss a window that has one like it; if it can't come again, leave it out (\`exclude: [${interval}]\` beside the history's file)`,
  ];
}

/** What keeping the incidents of the whole history would take. */
function keepingWords(dearer: number | undefined): string {
  const more = "a higher min, or a stricter objective than you need, keeps more of them";
  if (dearer === undefined) return `: ${more}`;
  if (!Number.isFinite(dearer)) return ": no setting tried keeps them; a higher max or a shorter startup may";
  return `: what keeps them takes ${figure(dearer)} times the task-hours, where up to ${figure(WORTH_THE_HISTORY)} times would be taken; ${more}`;
}

/** Odds below this are told as such: the model of them is not as exact. */
const HARDLY = 0.001;

/** How likely windows to come miss, and how the worst seen did; a history of less than one is drawn from as a whole. */
function windowWords({ rehearsal: { missed }, observed, days, whole }: Choice): string {
  const share = missed < HARDLY ? `under ${percent(HARDLY)}` : percent(missed);
  const like =
    days < 2
      ? "windows, as long as the history, would be missed, each eighth of one being like any before, the newest most likely; as it was"
      : "2-day windows would be missed, each six hours of one being like the same hours of a day before, the newest days most likely; in the worst window of these days as they were";
  const inAll = whole ? `, in all of them ${percent(observed.wholeUse)}` : "";
  return `${share} of such ${like} it uses ${percent(observed.worstUse)} of the error budget${inAll}`;
}

/** Where no request waits: the share of them that fails at the setpoint, as in Erlang's loss formula. */
function blockedWords({ capacity }: Service, utilization: number): string {
  if (capacity.maxWait > 0) return "";
  const { refused } = steadyState(capacity, MANY, [], utilization);
  return `; as none waits, ${percent(refused)} of the requests to many of them find theirs busy and fail there`;
}

function rehearsalWords(choice: Choice, rehearsed: Backtest): string {
  const { stress, keeps, whole, growthAllowed, weekendUnseen } = choice;
  if (!keeps) return `${unkeptWords(rehearsed)}; this is the strongest one tried`;
  const tried = whole
    ? `of all tried that keep the whole history, the least in cost and misses together (the least on its newest days, ${REHEARSED_DAYS} at most, misses some of it),`
    : `of all tried, the least in cost and misses together on the newest history, ${REHEARSED_DAYS} days at most,`;
  const room =
    growthAllowed === undefined
      ? ""
      : `. With less than a day of history it also leaves room for the load to grow ${figure(growthAllowed)} times while the loop reacts`;
  const [least, highest] = QUIET;
  const weekend = weekendUnseen
    ? `. The history has seen no weekend: the same at ${percent(least)} to ${percent(highest)} of the level counts for two days of seven, as fewer tasks must each be less busy`
    : "";
  return `${tried} with its surges made steeper (to the power ${figure(1 + stress)}) and on replications of that, where ${windowWords(choice)}${room}${weekend}`;
}

function surgeReasons(
  service: Service,
  controls: ScalingControls,
  { choice }: Derivation,
): readonly Reason[] {
  const { surge } = choice.rehearsal.candidate;
  const none = {
    of: "surge",
    value: "none",
    because:
      "no step policy made the rehearsal cheaper: target tracking and what stands follow this traffic in time",
  };
  const beyondCpu = {
    of: "surge",
    value: "none",
    because: "the step policy of the rehearsal would act above 100 % CPU, which is never measured",
  };
  const pace = controls.steps.flatMap((policy): Reason[] => [
    {
      of: "surge",
      value: `above ${alarmLevel(policy.alarm)}, one datapoint: ${changesOf(policy)}`,
      because: `target tracking waits for three datapoints; this policy acts on the first, at ${figure(surge?.at ?? 1)} times the setpoint, ${surgeWords(surge, policy.steps.length)}${chosenWords(choice)}`,
    },
    ...(policy.cooldown === undefined
      ? []
      : [
          {
            of: "surge.cooldown",
            value: seconds(policy.cooldown),
            because: `as for target tracking: until a whole minute with the new count is visible, what was added still counts as missing${togetherWords(service, controls)}`,
          },
        ]),
  ]);
  if (controls.steps.length === 0) pace.push(surge === undefined ? none : beyondCpu);
  if (service.compute.type !== "ec2" || controls.warmup === undefined) return pace;
  const warmup = {
    of: "warmup",
    value: seconds(controls.warmup),
    because: `the declared startup (${seconds(service.capacity.startup)}), in which a new instance serves nothing, and ${seconds(FRESH)} until a whole minute with it is visible: acting sooner would count the same shortage twice. Until then it is left out of the metrics and blocks scale-in. EC2 Auto Scaling has no cooldowns beside it`,
  };
  return [...pace, warmup];
}

function chosenWords({ keeps, surgesUnseen }: Choice): string {
  if (surgesUnseen)
    return ". It stands whatever the rehearsal says: a history so short or so coarse shows no surges, and where none comes it costs next to nothing";
  return keeps ? ". Of the reactions tried this was the cheapest that kept the SLOs" : "";
}

function surgeWords(surge: Surge | undefined, bands: number): string {
  const { gain, jump } = surge ?? { gain: 1, jump: 1 };
  return jump > 1
    ? `and multiplies the tasks by ${figure(jump)} or by all that is missing, whichever is more: surges of this history grow within the minutes that a start takes, so that their first sign is taken for the whole`
    : `and makes good about ${percent(gain)} of the shortage in one of ${bands} bands: a datapoint may be noise, and tracking adds the rest`;
}

/** From the first band's to the last one's. */
function changesOf({ steps }: StepScaling): string {
  const changes = [steps[0]!, ...steps.slice(1).slice(-1)].map(({ change }) => `+${percent(change)}`);
  return changes.join(" to ");
}

function alarmLevel({ metric, threshold }: ScalingControls["steps"][number]["alarm"]): string {
  return metric === "cpuUtilization"
    ? `CPU at ${percent(threshold)}`
    : `${figure(threshold * 60)} requests a minute for each`;
}

function scheduleReason(
  service: Service,
  controls: ScalingControls,
  { choice }: Derivation,
): readonly Reason[] {
  if (controls.schedule.length === 0) {
    return [
      {
        of: "schedule",
        value: "none",
        because: choice.keeps
          ? "no recurring floor made the rehearsal cheaper than reacting alone"
          : `${strongestWords(controls)} stand at all times`,
      },
    ];
  }
  const { multiple } = choice.rehearsal.candidate.standing;
  const { weekendForetold } = choice;
  const weekend =
    weekendForetold === undefined
      ? ""
      : `; on a weekend, of which the history has seen none, they are for ${percent(weekendForetold)} of the level`;
  const floors = controls.schedule.flatMap(({ min }) => min ?? []);
  const days = controls.schedule.some(({ at }) => at.weekdays)
    ? "workdays and weekends apart"
    : "every day alike";
  return [
    {
      of: "schedule",
      value: `${controls.schedule.length} actions, floors of ${Math.min(...floors)} to ${Math.max(...floors)}`,
      because: `the history repeats (${days}): a floor of ${figure(multiple)} times what the usual level of each half hour needs at the least is the cheapest partner for target tracking; rises come ${leadMinutes(service.capacity.startup)} min early, the longest start-up in whole minutes, so that what they start is ready${weekend}`,
    },
  ];
}

/** The predictive policy that the owner declares: AWS forecasts, the setpoint and the lead are the plan's. */
function forecastReason({ capacity }: Service, { predictive }: ScalingControls): readonly Reason[] {
  if (predictive === undefined) return [];
  const { metric, setpoint, mode, buffer } = predictive;
  const held =
    metric === "cpuUtilization"
      ? `CPU at ${percent(setpoint)}`
      : `${figure(setpoint * 60)} requests a minute for each`;
  const lead =
    buffer < LONGEST_BUFFER
      ? `the longest start-up (${seconds(capacity.startup)} and ${percent(AWS_LOOP.startupSpread)}), so that what it starts is ready`
      : `the most that AWS allows, where a start takes up to ${seconds(capacity.startup * (1 + AWS_LOOP.startupSpread))}`;
  const does = mode === "forecastOnly" ? "it only forecasts" : "it raises capacity, and lowers none";
  return [
    {
      of: "predictive",
      value: `${held}, ${seconds(buffer)} early`,
      because: `declared (${mode}: ${does}); what target tracking holds, before AWS's forecast of each hour by ${lead}`,
    },
  ];
}

/** What the reserve for lost zones costs: the same choices, rehearsed with it and without it. */
function resilience(
  { resilience: declared, compute }: Service,
  { rehearsed, unreserved, reserve }: Derivation,
): readonly Reason[] {
  if (declared === undefined || unreserved === undefined) return [];
  const { zones, survive } = declared;
  const whole = zones / (zones - survive);
  const unit = compute.type === "ec2" ? "instance" : "task";
  const rounding =
    reserve > whole
      ? ` (${figure(whole)} for the zones, the rest as tasks and zones are whole: rehearsed)`
      : "";
  const [withIt, without] = [rehearsed, unreserved].map(({ dollarsPerMonth }) => dollarsPerMonth) as [
    number,
    number,
  ];
  return [
    {
      of: "resilience",
      value: `${dollars(withIt - without)} a month: ${dollars(withIt)} with it, ${dollars(without)} without`,
      because: `declared: every SLO is kept on this traffic with ${survive} of ${zones} zones lost for good, before anything scales. Each ${unit} gets 1 ÷ ${figure(reserve)} of the load${rounding}, and floors and ceiling are what leaves enough; that adds ${percent(withIt / without - 1)}`,
    },
  ];
}

function cost(service: Service, { rehearsed }: Derivation): Reason {
  return {
    of: "cost",
    value: `${dollars(rehearsed.dollarsPerMonth)} a month`,
    because: `${figure(rehearsed.taskHours / rehearsed.hours)} running on average over ${newest(service, rehearsed)}the traffic declared, at ${figure(service.price)} USD an hour each${share(service)}${surplus(service, rehearsed)}`,
  };
}

/** Of a history so long that only its newest weeks are rehearsed. */
function newest({ demand }: Service, { hours }: Backtest): string {
  const longer = demand.kind === "history" && demand.trace.rates.length * demand.trace.step > 3600 * hours;
  return longer ? `the newest ${figure(hours / 24)} days of ` : "";
}

/** What is paid beyond the running hours: CPU credits that were not earned. */
function surplus(service: Service, rehearsed: Backtest): string {
  const beyond = surplusOf(service, rehearsed);
  return beyond === 0 ? "" : `, and ${dollars(beyond)} for surplus CPU credits`;
}

/** Of an instance that ECS tasks share. */
function share({ host }: Service): string {
  return host === undefined
    ? ""
    : `: 1 ÷ ${host.tasks} of ${figure(host.price)} for the ${host.instanceType} that so many share`;
}
