import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { InstanceSettings } from "../adapters/instance-settings.ts";
import type { HealthSettings } from "../adapters/target-settings.ts";
import type { ScalingControls } from "../policy/scaling-plan.ts";
import type { TaskProfile } from "../policy/service.ts";
import type { Place } from "./joined-network.ts";
import { readableTags } from "./launch-template.ts";
import { hookTimeouts } from "./lifecycle-hooks.ts";
import { gracePeriod } from "./request-timing.ts";
import type { Target } from "./target.ts";
import { HOOKS } from "./web-server.ts";

export interface WebGroupArgs {
  readonly network: Place;
  readonly target: Target;
  readonly template: aws.ec2.LaunchTemplate;
  /** All types that instances may be of, the declared one first. */
  readonly types: readonly string[];
  readonly settings: InstanceSettings;
  readonly controls: Pick<ScalingControls, "min" | "max" | "warmup">;
  readonly capacity: TaskProfile;
  readonly health: HealthSettings;
  readonly tags: Readonly<Record<string, string>>;
  /** What instances need from their first minute on. */
  readonly grants: readonly pulumi.Resource[];
  readonly rollbackAlarms?: readonly pulumi.Input<string>[];
}

/** An Auto Scaling group over every zone, of the size that its state, its policies and its schedules give it. */
export function webGroup(name: string, args: WebGroupArgs, parent: pulumi.Resource): aws.autoscaling.Group {
  const { network, target, controls, settings, capacity } = args;
  const healthy = {
    minHealthyPercentage: percent(settings.refresh.minHealthy),
    maxHealthyPercentage: percent(settings.refresh.maxHealthy),
  };
  const warmup = Math.ceil(controls.warmup ?? capacity.startup);
  return new aws.autoscaling.Group(
    name,
    {
      ...size(settings, controls),
      waitForCapacityTimeout: NO_WAIT,
      vpcZoneIdentifiers: network.privateSubnets.map(({ id }) => id),
      ...launched(args),
      targetGroupArns: [target.group.arn],
      healthCheckType: "ELB",
      healthCheckGracePeriod: gracePeriod(capacity, args.health),
      defaultInstanceWarmup: warmup,
      instanceMaintenancePolicy: healthy,
      instanceRefresh: {
        strategy: "Rolling",
        preferences: { autoRollback: true, ...healthy, instanceWarmup: String(warmup), ...rollback(args) },
      },
      ...(settings.maxLifetime === undefined ? {} : { maxInstanceLifetime: settings.maxLifetime }),
      ...warmPool(settings),
      ...initialHooks(settings),
      enabledMetrics: ["GroupDesiredCapacity", "GroupInServiceInstances", "GroupPendingInstances"],
      tags: Object.entries(args.tags).map(([key, value]) => ({
        key,
        value,
        propagateAtLaunch: key in readableTags(args.tags),
      })),
    },
    { parent, dependsOn: [...target.rules, ...args.grants], ignoreChanges: ["desiredCapacity"] },
  );
}

/**
 * The provider would wait until there are as many instances as its record says, at each change of the minimum: a count that the
 * policies have long since moved on, so that it would wait in vain.
 */
const NO_WAIT = "0";

/** Stopped is a size of none, in which AWS's own clamping empties the group, and alarms and schedules that it does not hear. */
function size({ state }: InstanceSettings, { min, max }: WebGroupArgs["controls"]) {
  if (state === "running") return { minSize: min, maxSize: max, desiredCapacity: min };
  const suspendedProcesses = ["AlarmNotification", "ScheduledActions"];
  return { minSize: 0, maxSize: 0, desiredCapacity: 0, suspendedProcesses };
}

/** The version as a number: the next one starts a refresh, and a refresh from `$Latest` could not be undone. */
function launched({ template, types, settings, controls }: WebGroupArgs) {
  const version = pulumi.interpolate`${template.latestVersion}`;
  const { spot } = settings;
  if (types.length === 1) return { launchTemplate: { id: template.id, version } };
  return {
    mixedInstancesPolicy: {
      launchTemplate: {
        launchTemplateSpecification: { launchTemplateId: template.id, version },
        overrides: types.map((instanceType) => ({ instanceType })),
      },
      instancesDistribution: {
        onDemandAllocationStrategy: "prioritized", // the declared type, as long as it is to be had
        onDemandBaseCapacity: spot === undefined ? 0 : (spot.base ?? controls.min),
        onDemandPercentageAboveBaseCapacity: percent(1 - (spot?.share ?? 0)),
        ...(spot === undefined ? {} : { spotAllocationStrategy: "price-capacity-optimized" }),
      },
    },
    // A replacement starts when AWS fears for a Spot instance, before it takes it.
    ...(spot === undefined ? {} : { capacityRebalance: true }),
  };
}

function rollback({ rollbackAlarms = [] }: WebGroupArgs) {
  return rollbackAlarms.length === 0 ? {} : { alarmSpecification: { alarms: [...rollbackAlarms] } };
}

/** Equal bounds make the pool's size absolute (EC2 Auto Scaling user guide, "Warm pools"). */
function warmPool({ warmPool: pool, state }: InstanceSettings) {
  if (pool === undefined || state === "stopped") return {};
  return {
    warmPool: {
      poolState: pool.state === "stopped" ? "Stopped" : "Running",
      minSize: pool.size,
      maxGroupPreparedCapacity: pool.size,
      instanceReusePolicy: { reuseOnScaleIn: pool.reuse },
    },
  };
}

/** With the group: hooks that come after it would miss its first instances. */
function initialHooks(settings: InstanceSettings) {
  const initialLifecycleHooks = hookTimeouts(settings).map(({ hook, ...rest }) => ({
    name: HOOKS[hook],
    ...rest,
  }));
  return initialLifecycleHooks.length === 0 ? {} : { initialLifecycleHooks };
}

function percent(ratio: number): number {
  return Math.round(100 * ratio);
}
