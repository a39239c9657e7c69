import type {
  PutScalingPolicyCommandInput,
  PutScheduledActionCommandInput,
  ServiceNamespace,
} from "@aws-sdk/client-application-auto-scaling";
import { apiNames, steps } from "./api-names.ts";
import type { Clients } from "./clients.ts";
import type { Asked, Passed } from "./passed.ts";

type Scalable = Pick<PutScalingPolicyCommandInput, "ServiceNamespace" | "ResourceId" | "ScalableDimension">;

/** Which capacity a target, a policy or an action is about. */
function scalable({ serviceNamespace, resourceId, scalableDimension }: Asked["outputs"]): Scalable {
  return apiNames({ serviceNamespace, resourceId, scalableDimension });
}

async function putTarget({ applicationScaling }: Clients, { inputs }: Asked) {
  const { minCapacity, maxCapacity, suspendedState } = inputs;
  const { ScalableTargetARN: arn } = await applicationScaling.registerScalableTarget({
    ...scalable(inputs),
    ...apiNames<object>({ minCapacity, maxCapacity, suspendedState }),
  });
  return { arn };
}

async function putPolicy({ applicationScaling }: Clients, { inputs, outputs }: Asked) {
  const { policyType, stepScalingPolicyConfiguration, targetTrackingScalingPolicyConfiguration } = inputs;
  const step = stepScalingPolicyConfiguration as { stepAdjustments?: unknown } | undefined;
  const { PolicyARN: arn, Alarms } = await applicationScaling.putScalingPolicy({
    ...scalable(inputs),
    PolicyName: String(outputs.name),
    PolicyType: (policyType ?? "StepScaling") as NonNullable<PutScalingPolicyCommandInput["PolicyType"]>,
    ...(step === undefined
      ? {}
      : {
          StepScalingPolicyConfiguration: {
            ...apiNames<object>(step),
            StepAdjustments: steps(step.stepAdjustments),
          },
        }),
    ...apiNames<object>({ targetTrackingScalingPolicyConfiguration }),
  });
  return { arn, alarmArns: (Alarms ?? []).map(({ AlarmARN }) => AlarmARN) };
}

async function putAction({ applicationScaling }: Clients, { inputs, outputs }: Asked) {
  const { schedule, timezone, scalableTargetAction } = inputs;
  await applicationScaling.putScheduledAction({
    ...scalable(inputs),
    ScheduledActionName: String(outputs.name),
    ...apiNames<Pick<PutScheduledActionCommandInput, "Schedule">>({
      schedule,
      timezone,
      scalableTargetAction,
    }),
  });
  return {};
}

export const APPLICATION_SCALING: Readonly<Record<string, Passed>> = {
  "aws:appautoscaling/target:Target": {
    create: putTarget,
    update: putTarget,
    remove: ({ applicationScaling }, { outputs }) =>
      applicationScaling.deregisterScalableTarget(scalable(outputs)),
    read: async ({ applicationScaling }, { outputs }) => {
      const { ScalableTargets } = await applicationScaling.describeScalableTargets({
        ServiceNamespace: outputs.serviceNamespace as ServiceNamespace,
        ResourceIds: [String(outputs.resourceId)],
      });
      const [found] = ScalableTargets!;
      return found && { minCapacity: found.MinCapacity, maxCapacity: found.MaxCapacity };
    },
  },
  "aws:appautoscaling/policy:Policy": {
    create: putPolicy,
    update: putPolicy,
    remove: ({ applicationScaling }, { outputs }) =>
      applicationScaling.deleteScalingPolicy({ ...scalable(outputs), PolicyName: String(outputs.name) }),
    read: async ({ applicationScaling }, { outputs }) => {
      const { ScalingPolicies } = await applicationScaling.describeScalingPolicies(scalable(outputs));
      return ScalingPolicies!.some(({ PolicyName }) => PolicyName === outputs.name) ? {} : undefined;
    },
  },
  "aws:appautoscaling/scheduledAction:ScheduledAction": {
    create: putAction,
    update: putAction,
    remove: ({ applicationScaling }, { outputs }) =>
      applicationScaling.deleteScheduledAction({
        ...scalable(outputs),
        ScheduledActionName: String(outputs.name),
      }),
    read: async ({ applicationScaling }, { outputs }) => {
      const { ScheduledActions } = await applicationScaling.describeScheduledActions({
        ...scalable(outputs),
        ScheduledActionNames: [String(outputs.name)],
      });
      return ScheduledActions!.length > 0 ? {} : undefined;
    },
  },
};
