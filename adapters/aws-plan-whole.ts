import type { ScalingControls } from "../policy/scaling-plan.ts";
import type { Reading } from "./aws-plan-policies.ts";
import type { AlarmRequest, GroupPolicy, ServicePolicy } from "./aws-plan-schema.ts";
import { didYouMean, shown } from "./bad-input.ts";
import { scheduleFaults } from "./schedule-faults.ts";

/** What only the plan as a whole shows: names, dangling and dead members, scaling that only goes one way. */
export function wholePlan(
  controls: ScalingControls,
  policies: readonly (ServicePolicy | GroupPolicy)[],
  alarms: readonly AlarmRequest[],
  { say, notes }: Reading,
): void {
  const actions = controls.schedule.map(({ name }) => name);
  const names = policies.map(({ PolicyName }) => PolicyName);
  for (const i of repeated(names))
    say(
      ["ScalingPolicies", i, "PolicyName"],
      `PolicyName is ${shown("name", names[i])}; an earlier policy has it, and AWS would overwrite that one. Rename it.`,
    );
  const alarmNames = alarms.map(({ AlarmName }) => AlarmName);
  for (const i of repeated(alarmNames))
    say(
      ["Alarms", i, "AlarmName"],
      `AlarmName is ${shown("name", alarmNames[i])}; an earlier alarm has it, and AWS would overwrite that one. Rename it.`,
    );
  for (const i of repeated(actions))
    say(
      ["ScheduledActions", i, "ScheduledActionName"],
      `ScheduledActionName is ${shown("name", actions[i])}; an earlier action has it, and AWS would overwrite that one. Rename it.`,
    );
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
      else if (policy === undefined)
        say(
          path,
          `the action is ${shown("action", action)}; there is no such policy, ${didYouMean(action.slice(7), names)}`,
        );
      else if (policy.PolicyType !== "StepScaling")
        say(
          path,
          `the action is ${shown("action", action)}; ${policy.PolicyType === "PredictiveScaling" ? "no alarm calls a predictive policy" : "AWS makes the alarms of target tracking itself"}. Remove it.`,
        );
    });
  });
  const { tracking, steps, schedule, predictive } = controls;
  for (const { path, message } of scheduleFaults(controls)) say(["ScheduledActions", ...path], message);
  const shrinks = steps.some(
    (step) => step.adjustment === "exact" || step.steps.some(({ change }) => change < 0),
  );
  const never = tracking.length > 0 && tracking.every(({ disableScaleIn }) => disableScaleIn);
  if (never && !shrinks && schedule.every(({ max }) => max === undefined))
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
export function oneTarget(
  document: Readonly<Record<string, unknown>>,
  unit: Reading["unit"],
  say: Reading["say"],
): void {
  const [key, own] =
    unit === "task" ? ["ResourceId", "ScalableTarget"] : ["AutoScalingGroupName", "AutoScalingGroup"];
  const lists = ["ScalingPolicies", "ScheduledActions"].flatMap((list) =>
    ((document[list] ?? []) as readonly object[]).map((member, i) => ({ path: [list, i], member })),
  );
  const named = [{ path: [own], member: document[own] ?? {} }, ...lists].flatMap(({ path, member }) => {
    const name = (member as Readonly<Record<string, unknown>>)[key];
    return name === undefined ? [] : [{ path: [...path, key], name }];
  });
  for (const { path, name } of named)
    if (name !== named[0]!.name)
      say(
        path,
        `${key} is ${shown("name", name)}; the plan is for ${shown("name", named[0]!.name)}, as ${named[0]!.path.join(".")} says. Split it.`,
      );
}

function repeated(names: readonly string[]): readonly number[] {
  return names.flatMap((name, i) => (names.indexOf(name) < i ? [i] : []));
}
