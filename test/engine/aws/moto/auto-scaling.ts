import type { CreateAutoScalingGroupType, PutScalingPolicyType } from "@aws-sdk/client-auto-scaling";
import type { Bag } from "../cloud.ts";
import { apiNames, steps } from "./api-names.ts";
import type { Clients } from "./clients.ts";
import type { Asked, Passed } from "./passed.ts";

const groupName = ({ outputs }: Pick<Asked, "outputs">) => ({
  AutoScalingGroupName: String(outputs.autoscalingGroupName ?? outputs.name),
});

/** What may be asked both at creation and later. */
function group(asked: Asked) {
  const { minSize, maxSize, launchTemplate, mixedInstancesPolicy, healthCheckType } = asked.inputs;
  const { healthCheckGracePeriod, defaultInstanceWarmup, vpcZoneIdentifiers } = asked.inputs;
  const { id, version } = (launchTemplate ?? {}) as { id?: string; version?: string };
  return {
    ...groupName(asked),
    ...(id === undefined ? {} : { LaunchTemplate: { LaunchTemplateId: id, Version: version } }),
    ...(vpcZoneIdentifiers === undefined
      ? {}
      : { VPCZoneIdentifier: (vpcZoneIdentifiers as readonly string[]).join(",") }),
    ...apiNames<Pick<CreateAutoScalingGroupType, "MinSize" | "MaxSize">>({
      ...{
        minSize,
        maxSize,
        mixedInstancesPolicy,
        healthCheckType,
        healthCheckGracePeriod,
        defaultInstanceWarmup,
      },
    }),
  };
}

async function described({ autoScaling }: Clients, asked: Pick<Asked, "outputs">) {
  const names = [groupName(asked).AutoScalingGroupName];
  const { AutoScalingGroups } = await autoScaling.describeAutoScalingGroups({ AutoScalingGroupNames: names });
  return AutoScalingGroups![0];
}

async function putPolicy({ autoScaling }: Clients, asked: Asked) {
  const { stepAdjustments, ...rest } = asked.inputs;
  const { policyType, adjustmentType, minAdjustmentMagnitude, metricAggregationType } = rest;
  const { estimatedInstanceWarmup, targetTrackingConfiguration, cooldown, scalingAdjustment } = rest;
  await autoScaling.putScalingPolicy({
    ...groupName(asked),
    PolicyName: String(asked.outputs.name),
    ...(stepAdjustments === undefined ? {} : { StepAdjustments: steps(stepAdjustments) }),
    ...apiNames<Partial<PutScalingPolicyType>>({
      ...{
        policyType,
        adjustmentType,
        minAdjustmentMagnitude,
        metricAggregationType,
        estimatedInstanceWarmup,
      },
      ...{ targetTrackingConfiguration, cooldown, scalingAdjustment },
    }),
  });
  return { arn: (await policyOf({ autoScaling }, asked))!.PolicyARN }; // moto's answer to `put` lacks it
}

async function policyOf({ autoScaling }: Pick<Clients, "autoScaling">, asked: Pick<Asked, "outputs">) {
  const { ScalingPolicies } = await autoScaling.describePolicies(groupName(asked));
  return ScalingPolicies!.find(({ PolicyName }) => PolicyName === asked.outputs.name);
}

/** Instances that wait. */
async function aside({ autoScaling }: Clients, asked: Asked) {
  const { warmPool } = asked.inputs;
  if (warmPool === undefined) return;
  const { poolState, minSize, maxGroupPreparedCapacity, instanceReusePolicy } = warmPool as Bag;
  const pool = { poolState, minSize, maxGroupPreparedCapacity, instanceReusePolicy };
  await autoScaling.putWarmPool({ ...groupName(asked), ...apiNames<object>(pool) });
}

/** What holds the first instances up on their way; the provider puts it with the group alone. */
async function firstHooks({ autoScaling }: Clients, asked: Asked) {
  const { initialLifecycleHooks } = asked.inputs;
  for (const { name, ...hook } of (initialLifecycleHooks ?? []) as Bag[])
    await autoScaling.putLifecycleHook({
      ...{ ...groupName(asked), LifecycleHookName: String(name) },
      ...apiNames<object>(hook),
    });
}

async function putHook({ autoScaling }: Clients, asked: Asked) {
  const { lifecycleTransition, defaultResult, heartbeatTimeout, notificationMetadata } = asked.inputs;
  await autoScaling.putLifecycleHook({
    ...{ ...groupName(asked), LifecycleHookName: String(asked.outputs.name) },
    ...apiNames<object>({ lifecycleTransition, defaultResult, heartbeatTimeout, notificationMetadata }),
  });
  return {};
}

/** Pulumi's way to leave a size as it is. */
const UNCHANGED = -1;

async function putSchedule({ autoScaling }: Clients, asked: Asked) {
  const { recurrence, timeZone, minSize, maxSize, desiredCapacity, scheduledActionName } = asked.inputs;
  const sizes = Object.entries({ minSize, maxSize, desiredCapacity }).filter(
    ([, size]) => size !== UNCHANGED,
  );
  await autoScaling.putScheduledUpdateGroupAction({
    ...groupName(asked),
    ScheduledActionName: String(scheduledActionName),
    ...apiNames<object>({ recurrence, timeZone, ...Object.fromEntries(sizes) }),
  });
  return {};
}

export const AUTO_SCALING: Readonly<Record<string, Passed>> = {
  "aws:autoscaling/group:Group": {
    create: async (aws, asked) => {
      await aws.autoScaling.createAutoScalingGroup({
        ...group(asked),
        DesiredCapacity: asked.inputs.desiredCapacity as number | undefined,
        TargetGroupARNs: asked.inputs.targetGroupArns as string[] | undefined,
      });
      await aside(aws, asked);
      await firstHooks(aws, asked);
      return { arn: (await described(aws, asked))!.AutoScalingGroupARN };
    },
    update: async (aws, asked) => {
      await aws.autoScaling.updateAutoScalingGroup(group({ ...asked, inputs: asked.outputs })); // moto takes all
      await aside(aws, asked);
      return {};
    },
    remove: ({ autoScaling }, held) =>
      autoScaling.deleteAutoScalingGroup({ ...groupName(held), ForceDelete: true }),
    read: async (aws, held) => {
      const found = await described(aws, held);
      const sizes = {
        minSize: found?.MinSize,
        maxSize: found?.MaxSize,
        desiredCapacity: found?.DesiredCapacity,
      };
      return found && sizes;
    },
  },
  "aws:autoscaling/lifecycleHook:LifecycleHook": {
    create: putHook,
    update: putHook,
    remove: ({ autoScaling }, held) =>
      autoScaling.deleteLifecycleHook({ ...groupName(held), LifecycleHookName: String(held.outputs.name) }),
  },
  "aws:autoscaling/policy:Policy": {
    create: putPolicy,
    update: putPolicy,
    remove: ({ autoScaling }, held) =>
      autoScaling.deletePolicy({ ...groupName(held), PolicyName: String(held.outputs.name) }),
    read: async (aws, held) => (await policyOf(aws, held)) && {},
  },
  "aws:autoscaling/schedule:Schedule": {
    create: putSchedule,
    update: putSchedule,
    remove: ({ autoScaling }, held) =>
      autoScaling.deleteScheduledAction({
        ...groupName(held),
        ScheduledActionName: String(held.outputs.scheduledActionName),
      }),
  },
};
