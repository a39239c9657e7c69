import type { ScalingControls, ScheduledAction } from "../policy/scaling-plan.ts";
import { longCooldown, type Reading, stepsOf, trackingOf } from "./aws-plan-policies.ts";
import { predictiveOf } from "./aws-plan-predictive.ts";
import { scheduled } from "./aws-plan-schedule.ts";
import {
  type GroupPlan,
  type GroupPolicy,
  groupPlan,
  type ServicePlan,
  type ServicePolicy,
  servicePlan,
} from "./aws-plan-schema.ts";
import { type PlanDocument, soundPart } from "./aws-plan-sound.ts";
import { knownPolicies, oneTarget, uniqueNames, wholePlan } from "./aws-plan-whole.ts";
import { badInput, type Fault, shown } from "./bad-input.ts";
import { recurrenceEc2, recurrenceEcs } from "./cron.ts";
import { textFile } from "./input-file.ts";
import { jsonDocument } from "./json-document.ts";
import { safeParse } from "./safe-parse.ts";
import { schemaFaults } from "./schema-faults.ts";

/** A plan made elsewhere, as our engine replays it. */
export interface ReadPlan {
  readonly controls: ScalingControls;
  readonly unit: "task" | "instance";
  readonly notes: readonly string[];
}

/** Plans beyond this are refused. */
const LARGEST = 5 << 20;

/** The newest version of the format that is read. */
const VERSION = 1;

/** Reads a plan in the `aws` format from a file. */
export function readAwsPlan(file: string): ReadPlan {
  return parseAwsPlan(textFile(file, LARGEST), file);
}

/** Reads a plan in the `aws` format, whoever made it; what cannot be replayed honestly is refused. */
export function parseAwsPlan(text: string, where: string): ReadPlan {
  if (Buffer.byteLength(text) > LARGEST)
    throw badInput([{ where, message: `it has more than ${LARGEST} bytes; at most 5 MiB are read.` }]);
  const { value, at } = jsonDocument(text, where);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw badInput([
      {
        where: at([], "value"),
        message: `it is ${shown("it", value)}; a plan is a JSON object with ScalableTarget, ScalingPolicies, ScheduledActions and Alarms.`,
      },
    ]);
  const document = value as PlanDocument;
  const faults: Fault[] = [];
  const faulty = new Set<PropertyKey | undefined>();
  const say = (path: readonly PropertyKey[], message: string) => {
    faulty.add(path[0]);
    faults.push({ where: at(path, "value"), message });
  };
  const { FormatVersion: version } = document;
  if (typeof version === "number" && version > VERSION)
    say(
      ["FormatVersion"],
      `FormatVersion is ${version}; this Setpoint reads up to version ${VERSION}. Upgrade it.`,
    );
  const unit = unitOf(document, say);
  if (faults.length > 0) throw badInput(faults); // in another format, or in two: what else is said of it would mislead
  const schema = unit === "task" ? servicePlan : groupPlan;
  const { error } = safeParse(schema, document);
  const issues = error?.issues ?? [];
  faults.push(...schemaFaults(schema, issues, [], at));
  for (const { path } of issues) faulty.add(path[0]);
  const sound = soundPart(document, issues);
  const { success, data } = safeParse(schema, sound.document);
  if (!success) throw badInput(faults);
  const notes: string[] = [];
  // What is missing may be what stands at a misspelt key.
  const isSpelt = (member: string) => member in document || !faulty.has(undefined);
  const reading: Reading = {
    say: (path, message) => say(sound.given(path), message),
    isSound: (...members) => members.every((member) => isSpelt(member) && !faulty.has(member)),
    notes,
    unit,
  };
  const controls =
    unit === "task"
      ? serviceControls(data as ServicePlan, reading)
      : groupControls(data as GroupPlan, reading);
  oneTarget(document, unit, say);
  uniqueNames(document, say);
  if (isSpelt("ScalingPolicies")) knownPolicies(document, say);
  if (faults.length > 0) throw badInput(faults);
  return { controls, unit, notes };
}

/** Which of the two services a plan is for; the requests of both in one plan are refused. */
function unitOf(document: PlanDocument, say: Reading["say"]): ReadPlan["unit"] {
  const lists = [document.ScalingPolicies, document.ScheduledActions]
    .filter(Array.isArray)
    .flat() as unknown[];
  const has = (key: string) =>
    lists.some((member) => typeof member === "object" && member !== null && key in member);
  const service = [
    "ServiceNamespace",
    "TargetTrackingScalingPolicyConfiguration",
    "StepScalingPolicyConfiguration",
    "PredictiveScalingPolicyConfiguration",
    "Schedule",
  ].find(has);
  const group = [
    "AutoScalingGroupName",
    "TargetTrackingConfiguration",
    "StepAdjustments",
    "PredictiveScalingConfiguration",
    "Recurrence",
  ].find(has);
  const ecs = "ScalableTarget" in document ? "ScalableTarget" : service;
  const ec2 = "AutoScalingGroup" in document ? "AutoScalingGroup" : group;
  if (ecs !== undefined && ec2 !== undefined) {
    say(
      [],
      `it holds ${ecs} of an ECS service and ${ec2} of an EC2 group; a plan is for one of them. Split it.`,
    );
    return "AutoScalingGroup" in document ? "instance" : "task";
  }
  return ec2 === undefined ? "task" : "instance";
}

function serviceControls(plan: ServicePlan, reading: Reading): ScalingControls {
  const { min, max } = capacityBounds(
    plan.ScalableTarget,
    ["ScalableTarget", "MinCapacity", "MaxCapacity"],
    reading,
  );
  const all = plan.ScalingPolicies ?? [];
  const forecast = predictiveOf(
    all,
    all,
    ["PredictiveScalingPolicyConfiguration", (policy) => policy.PredictiveScalingPolicyConfiguration],
    reading,
  );
  const policies = all.filter(({ PolicyType }) => PolicyType !== "PredictiveScaling");
  const index = (policy: ServicePolicy) => all.indexOf(policy);
  const tracking = policies.flatMap((policy) => {
    const i = index(policy);
    const path = ["ScalingPolicies", i, "TargetTrackingScalingPolicyConfiguration"];
    const configuration = policy.TargetTrackingScalingPolicyConfiguration;
    if (
      !typeAgrees(policy, configuration, policy.StepScalingPolicyConfiguration, i, reading) ||
      configuration === undefined
    )
      return [];
    const cooldowns = {
      scaleOutCooldown: configuration.ScaleOutCooldown ?? DEFAULT_COOLDOWN,
      scaleInCooldown: configuration.ScaleInCooldown ?? DEFAULT_COOLDOWN,
    };
    for (const [which, seconds] of Object.entries(cooldowns))
      longCooldown(policy.PolicyName, which, seconds, reading);
    return trackingOf(policy.PolicyName, configuration, cooldowns, path, reading);
  });
  const steps = policies.flatMap((policy) => {
    const configuration = policy.StepScalingPolicyConfiguration;
    if (configuration === undefined) return [];
    const cooldown = configuration.Cooldown ?? DEFAULT_COOLDOWN;
    longCooldown(policy.PolicyName, "Cooldown", cooldown, reading);
    return stepsOf(
      policy.PolicyName,
      configuration,
      { cooldown },
      plan.Alarms ?? [],
      ["ScalingPolicies", index(policy), "StepScalingPolicyConfiguration"],
      reading,
    );
  });
  const actions = (plan.ScheduledActions ?? []).map((action, i): readonly ScheduledAction[] => {
    const { MinCapacity, MaxCapacity } = action.ScalableTargetAction;
    return scheduled(
      action.ScheduledActionName,
      action,
      recurrenceEcs(action.Schedule),
      "Schedule",
      [action.Timezone, "Timezone"],
      [MinCapacity, MaxCapacity],
      i,
      reading,
    );
  });
  const controls = { min, max, tracking, steps, schedule: actions.flat(), ...forecast };
  wholePlan(controls, all, plan.Alarms ?? [], actions, reading);
  return controls;
}

/** Application Auto Scaling's default for an ECS service, in seconds. */
const DEFAULT_COOLDOWN = 300;

function groupControls(plan: GroupPlan, reading: Reading): ScalingControls {
  const { min, max } = capacityBounds(
    plan.AutoScalingGroup,
    ["AutoScalingGroup", "MinSize", "MaxSize"],
    reading,
  );
  const all = plan.ScalingPolicies ?? [];
  const enabled = all.filter(({ Enabled, PolicyName }) => {
    if (Enabled === false) reading.notes.push(`the policy ${PolicyName} is disabled and left out`);
    return Enabled !== false;
  });
  const forecast = predictiveOf(
    enabled,
    all,
    ["PredictiveScalingConfiguration", (policy) => policy.PredictiveScalingConfiguration],
    reading,
  );
  const policies = enabled.filter(({ PolicyType }) => PolicyType !== "PredictiveScaling");
  const group = plan.AutoScalingGroup?.DefaultInstanceWarmup;
  const estimates = policies.flatMap(({ EstimatedInstanceWarmup: warmup }) =>
    warmup === undefined ? [] : [warmup],
  );
  const warmup = estimates.length > 0 ? Math.max(...estimates) : group === -1 ? undefined : group;
  if (new Set(estimates).size > 1)
    reading.notes.push(`the policies' warm-ups differ; the longest, ${warmup} s, is taken for all`);
  const index = (policy: GroupPolicy) => all.indexOf(policy);
  const tracking = policies.flatMap((policy) => {
    const path = ["ScalingPolicies", index(policy), "TargetTrackingConfiguration"];
    const configuration = policy.TargetTrackingConfiguration;
    if (
      !typeAgrees(policy, configuration, policy.StepAdjustments, index(policy), reading) ||
      configuration === undefined
    )
      return [];
    return trackingOf(policy.PolicyName, configuration, {}, path, reading);
  });
  const steps = policies.flatMap((policy) => {
    const { AdjustmentType, StepAdjustments } = policy;
    if (StepAdjustments === undefined) return [];
    const path = ["ScalingPolicies", index(policy)];
    if (AdjustmentType === undefined) {
      reading.say(path, "AdjustmentType is missing; a step policy needs it.");
      return [];
    }
    return stepsOf(
      policy.PolicyName,
      { ...policy, AdjustmentType, StepAdjustments },
      {},
      plan.Alarms ?? [],
      path,
      reading,
    );
  });
  const actions = (plan.ScheduledActions ?? []).map((action, i) =>
    scheduled(
      action.ScheduledActionName,
      action,
      recurrenceEc2(action.Recurrence),
      "Recurrence",
      [action.TimeZone, "TimeZone"],
      [action.MinSize, action.MaxSize],
      i,
      reading,
    ),
  );
  const warm = warmup === undefined ? {} : { warmup };
  const controls = { min, max, tracking, steps, schedule: actions.flat(), ...warm, ...forecast };
  wholePlan(controls, all, plan.Alarms ?? [], actions, reading);
  return controls;
}

function capacityBounds(
  target: object | undefined,
  [member, least, most]: readonly [string, string, string],
  { say, notes }: Reading,
) {
  if (target === undefined) {
    notes.push(`there is no ${member}, so nothing may scale: capacity stays at min, taken as 1`);
    return { min: 1, max: 1 };
  }
  const { [least]: min = 0, [most]: max = 0 } = target as Readonly<Record<string, number>>;
  if (min > max) say([member, least], `${least} is ${min}; it must be at most ${most}, ${max}.`);
  return { min, max };
}

function typeAgrees(
  policy: ServicePolicy | GroupPolicy,
  tracking: object | undefined,
  step: unknown,
  i: number,
  { say }: Reading,
): boolean {
  const wanted = policy.PolicyType === "StepScaling" ? step : tracking;
  if (tracking !== undefined && step !== undefined)
    say(
      ["ScalingPolicies", i],
      `${policy.PolicyName} has both a step and a target tracking configuration; a policy is one or the other. Split it.`,
    );
  else if (wanted === undefined)
    say(
      ["ScalingPolicies", i, "PolicyType"],
      `PolicyType is ${policy.PolicyType}; the configuration of that type is missing.`,
    );
  else return true;
  return false;
}
