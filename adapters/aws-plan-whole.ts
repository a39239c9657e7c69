import type { ScalingControls, ScheduledAction } from "../policy/scaling-plan.ts";
import type { Reading } from "./aws-plan-policies.ts";
import type { AlarmRequest, GroupPolicy, ServicePolicy } from "./aws-plan-schema.ts";
import type { PlanDocument } from "./aws-plan-sound.ts";
import { didYouMean, shown } from "./bad-input.ts";
import { scheduleFaults } from "./schedule-faults.ts";
import { dotted } from "./source-document.ts";

/** What only the plan as a whole shows: dangling and dead members, scaling that only goes one way. */
export function wholePlan(
  controls: ScalingControls,
  policies: readonly (ServicePolicy | GroupPolicy)[],
  alarms: readonly AlarmRequest[],
  /** By the request, none where it cannot be read. */
  actions: readonly (readonly ScheduledAction[])[],
  { say, notes, isSound }: Reading,
): void {
  alarms.forEach((alarm, i) => {
    for (const state of ["OKActions", "InsufficientDataActions"] as const)
      (alarm[state] ?? []).forEach((action, k) => {
        if (action.startsWith("policy:"))
          say(
            ["Alarms", i, state, k],
            `${state} is ${shown("action", action)}; the replay knows policies that an alarm calls while it is on. Write an alarm with the opposite comparison.`,
          );
      });
  });
  alarms.forEach(({ AlarmName, AlarmActions = [], ActionsEnabled }, i) => {
    if (ActionsEnabled === false)
      notes.push(`the actions of the alarm ${AlarmName} are disabled; it is left out`);
    AlarmActions.forEach((action, k) => {
      const path = ["Alarms", i, "AlarmActions", k];
      const policy = policies.find(({ PolicyName }) => action === `policy:${PolicyName}`);
      if (!action.startsWith("policy:"))
        notes.push(`an action of the alarm ${AlarmName} is no policy of this plan; it is left out`);
      else if (policy !== undefined && policy.PolicyType !== "StepScaling")
        say(
          path,
          `the action is ${shown("action", action)}; ${policy.PolicyType === "PredictiveScaling" ? "no alarm calls a predictive policy" : "AWS makes the alarms of target tracking itself"}. Remove it.`,
        );
    });
  });
  const { tracking, steps, schedule, predictive } = controls;
  const bounded = isSound("ScheduledActions", "ScalableTarget", "AutoScalingGroup");
  const requests = actions.flatMap((read, i) => read.map(() => i));
  for (const { index, message, ofAll } of scheduleFaults(controls))
    if (bounded || !ofAll) say(["ScheduledActions", requests[index]!], message);
  const shrinks = steps.some(
    (step) => step.adjustment === "exact" || step.steps.some(({ change }) => change < 0),
  );
  const never = tracking.length > 0 && tracking.every(({ disableScaleIn }) => disableScaleIn);
  const complete = isSound("ScalingPolicies", "Alarms", "ScheduledActions");
  if (complete && never && !shrinks && schedule.every(({ max }) => max === undefined))
    say(
      ["ScalingPolicies"],
      "DisableScaleIn is true on every policy; capacity would never get smaller. Leave it false on one.",
    );
  if (predictive !== undefined && tracking.length === 0 && !shrinks)
    notes.push(`nothing takes away what ${predictive.name} adds: predictive scaling only scales out`);
  if (tracking.length === 0 && steps.length === 0 && schedule.length === 0 && predictive === undefined)
    notes.push("nothing moves capacity: it stays at min");
}

/** Requests for several services or groups are several plans: all members name one, where they name any. */
export function oneTarget(document: PlanDocument, unit: Reading["unit"], say: Reading["say"]): void {
  const [key, own] =
    unit === "task" ? ["ResourceId", "ScalableTarget"] : ["AutoScalingGroupName", "AutoScalingGroup"];
  const named = [own, "ScalingPolicies", "ScheduledActions"].flatMap((member) =>
    namesIn(document, member, key),
  );
  const [first] = named;
  for (const { path, name } of named)
    if (name !== first!.name)
      say(
        path,
        `${key} is ${shown("name", name)}; the plan is for ${shown("name", first!.name)}, as ${dotted(first!.path)} says. Split it.`,
      );
}

/** Alarms call policies of the plan, whatever else is wrong with these. */
export function knownPolicies(document: PlanDocument, say: Reading["say"]): void {
  const { ScalingPolicies: policies = [], Alarms: alarms = [] } = document;
  const names = namesIn(document, "ScalingPolicies", "PolicyName").map(({ name }) => name);
  // A policy whose name cannot be read may be the one.
  if (!Array.isArray(policies) || names.length < policies.length || !Array.isArray(alarms)) return;
  alarms.forEach((alarm: unknown, i) => {
    const actions = typeof alarm === "object" && alarm !== null ? (alarm as PlanDocument).AlarmActions : [];
    if (!Array.isArray(actions)) return;
    actions.forEach((action: unknown, k) => {
      if (typeof action !== "string" || !action.startsWith("policy:")) return;
      const name = action.slice("policy:".length);
      if (!names.includes(name))
        say(
          ["Alarms", i, "AlarmActions", k],
          `the action is ${shown("action", action)}; there is no such policy, ${didYouMean(name, names)}`,
        );
    });
  });
}

/** Of two requests of one name AWS would keep the later one. */
export function uniqueNames(document: PlanDocument, say: Reading["say"]): void {
  for (const [list, key, kind] of NAMED) {
    const seen = new Set<string>();
    for (const { path, name } of namesIn(document, list, key)) {
      if (seen.has(name))
        say(
          path,
          `${key} is ${shown("name", name)}; an earlier ${kind} has it, and AWS would overwrite that one. Rename it.`,
        );
      seen.add(name);
    }
  }
}

const NAMED = [
  ["ScalingPolicies", "PolicyName", "policy"],
  ["Alarms", "AlarmName", "alarm"],
  ["ScheduledActions", "ScheduledActionName", "action"],
] as const;

/** The texts that stand at `key` in a member of a plan, or in the members of a list there; of whatever was given, checked or not. */
function namesIn(document: PlanDocument, member: string, key: string) {
  const value = document[member];
  const requests = Array.isArray(value)
    ? value.map((request: unknown, i) => ({ path: [member, i], request }))
    : [{ path: [member], request: value }];
  return requests.flatMap(({ path, request }) => {
    const name = typeof request === "object" && request !== null && (request as PlanDocument)[key];
    return typeof name === "string" ? [{ path: [...path, key], name }] : [];
  });
}
