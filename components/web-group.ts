import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { InstanceSettings } from "../adapters/instance-settings.ts";
import type { HealthSettings } from "../adapters/target-settings.ts";
import type { ScalingControls } from "../policy/scaling-plan.ts";
import type { TaskProfile } from "../policy/service.ts";
import { type GroupLaunchArgs, groupLaunch } from "./group-launch.ts";
import type { Place } from "./joined-network.ts";
import { readableTags } from "./launch-template.ts";
import { hookTimeouts } from "./lifecycle-hooks.ts";
import { gracePeriod } from "./request-timing.ts";
import type { Target } from "./target.ts";
import { HOOKS } from "./web-server.ts";

export interface WebGroupArgs extends GroupLaunchArgs {
  readonly network: Place;
  readonly target: Target;
  readonly controls: Pick<ScalingControls, "min" | "max" | "warmup">;
  readonly capacity: TaskProfile;
  readonly health: HealthSettings;
  readonly tags: Readonly<Record<string, string>>;
  /** What instances need from their first minute on. */
  readonly grants: readonly pulumi.Resource[];
}

/** An Auto Scaling group over every zone, of the size that its state, its policies and its schedules give it. */
export function webGroup(name: string, args: WebGroupArgs, parent: pulumi.Resource): aws.autoscaling.Group {
  const { network, target, controls, settings, capacity } = args;
  return new aws.autoscaling.Group(
    name,
    {
      ...size(settings, controls),
      waitForCapacityTimeout: NO_WAIT,
      vpcZoneIdentifiers: network.privateSubnets.map(({ id }) => id),
      ...groupLaunch(args, pulumi.interpolate`${args.template.latestVersion}`),
      // A replacement starts when AWS fears for a Spot instance, before it takes it.
      ...(settings.spot === undefined ? {} : { capacityRebalance: true }),
      targetGroupArns: [target.group.arn],
      healthCheckType: "ELB",
      healthCheckGracePeriod: gracePeriod(capacity, args.health),
      defaultInstanceWarmup: warmup(controls, capacity),
      instanceMaintenancePolicy: healthy(settings),
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
    {
      parent,
      dependsOn: [...target.rules, ...args.grants],
      ignoreChanges: ["desiredCapacity", ...launched(settings)],
    },
  );
}

/** What AWS changes at the end of an `InstanceRefresh`, and has to go back to until then. */
function launched({ refresh }: InstanceSettings): string[] {
  return refresh.rollback ? ["launchTemplate", "mixedInstancesPolicy"] : [];
}

/** Seconds that a new instance takes to carry its share. */
export function warmup(controls: WebGroupArgs["controls"], capacity: TaskProfile): number {
  return Math.ceil(controls.warmup ?? capacity.startup);
}

/** Bounds of the healthy share while instances are replaced. */
export function healthy({ refresh }: InstanceSettings) {
  return {
    minHealthyPercentage: percent(refresh.minHealthy),
    maxHealthyPercentage: percent(refresh.maxHealthy),
  };
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
