import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { DEFAULT_INSTANCES, type InstanceSettings } from "../adapters/instance-settings.ts";
import type { Deployment } from "../adapters/service-deployment.ts";
import type { ScalingControls } from "../policy/scaling-plan.ts";
import type { Compute, TaskProfile } from "../policy/service.ts";
import type { EncryptionKey } from "./encryption-key.ts";
import { InstanceRole } from "./instance-role.ts";
import { launchTemplate, readableTags } from "./launch-template.ts";
import { hookTimeouts, lifecycleHooks } from "./lifecycle-hooks.ts";
import { logGroup } from "./log-group.ts";
import type { Network } from "./network.ts";
import { officeHours } from "./office-hours.ts";
import { patching } from "./patching.ts";
import { gracePeriod } from "./request-timing.ts";
import type { Security } from "./security.ts";
import type { Target } from "./target.ts";
import { HOOKS, webServer } from "./web-server.ts";

export interface WebTierArgs {
  readonly network: Network;
  readonly security: Security;
  readonly target: Target;
  readonly compute: Extract<Compute, { type: "ec2" }>;
  /** All types that instances may be of, the declared one first: `launchTypes`. */
  readonly types: readonly string[];
  readonly capacity: TaskProfile;
  readonly deployment: Deployment;
  /** Bounds, and the warm-up that the whole group shares. */
  readonly controls: Pick<ScalingControls, "min" | "max" | "warmup">;
  /** Encrypts its volumes and logs; without one, AWS's own does. */
  readonly key: EncryptionKey | undefined;
  /** Days. */
  readonly logRetention: number;
  /** Of instances and volumes: a launch template does not take the provider's. */
  readonly tags: Readonly<Record<string, string>>;
  /** Names of alarms, one of which ends and undoes a replacement of instances. */
  readonly rollbackAlarms?: readonly pulumi.Input<string>[];
}

/** Web instances in private subnets behind the load balancer, replaced one by one when their template changes. */
export class WebTier extends pulumi.ComponentResource {
  readonly group: aws.autoscaling.Group;
  readonly template: aws.ec2.LaunchTemplate;
  readonly role: aws.iam.Role;
  readonly logGroup: aws.cloudwatch.LogGroup;
  readonly hooks: readonly aws.autoscaling.LifecycleHook[];
  readonly officeHours: readonly aws.autoscaling.Schedule[];
  readonly patching: aws.ssm.Association;

  constructor(name: string, args: WebTierArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:WebTier", name, {}, opts);
    refuseName(name);
    const { network, deployment } = args;
    const settings = deployment.instances ?? DEFAULT_INSTANCES;
    const tags = { ...args.tags, Name: name };
    const timeouts = hookTimeouts(settings);
    this.logGroup = logGroup(`${name}-logs`, args, this);
    const reportsTo = { region: network.region, tags };
    const role = new InstanceRole(
      name,
      {
        logGroup: this.logGroup,
        image: deployment.image,
        ...(timeouts.length === 0 ? {} : { reportsTo }),
      },
      { parent: this },
    );
    this.role = role.role;
    const hooks = timeouts.map(({ hook }) => hook);
    const userData = webServer({ deployment, capacity: args.capacity, region: network.region, hooks });
    this.template = launchTemplate(
      `${name}-template`,
      { ...args, securityGroup: args.security.instances!, role, logGroup: this.logGroup, tags, userData },
      this,
    );
    this.group = group(this, name, { ...args, settings, tags }, role.grants);
    this.hooks = lifecycleHooks(name, timeouts, this.group, this);
    const hours = settings.officeHours;
    this.officeHours = hours === undefined ? [] : officeHours(name, hours, this.group, args.controls, this);
    const members = [{ key: "tag:aws:autoscaling:groupName", values: [this.group.name] }];
    this.patching = patching(`${name}-patches`, members, settings.patching ?? "scan", this);
    this.registerOutputs({ groupName: this.group.name });
  }
}

function group(
  parent: WebTier,
  name: string,
  args: WebTierArgs & { readonly settings: InstanceSettings },
  grants: readonly pulumi.Resource[],
): aws.autoscaling.Group {
  const { network, target, controls, settings, capacity } = args;
  const healthy = {
    minHealthyPercentage: percent(settings.refresh.minHealthy),
    maxHealthyPercentage: percent(settings.refresh.maxHealthy),
  };
  const warmup = Math.ceil(controls.warmup ?? capacity.startup);
  return new aws.autoscaling.Group(
    `${name}-group`,
    {
      ...size(args.settings, controls),
      vpcZoneIdentifiers: network.privateSubnets.map(({ id }) => id),
      ...launched(parent.template, args),
      targetGroupArns: [target.group.arn],
      healthCheckType: "ELB",
      healthCheckGracePeriod: gracePeriod(capacity),
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
    { parent, dependsOn: [...target.rules, ...grants], ignoreChanges: ["desiredCapacity"] },
  );
}

/** Ours derive from a service's name, which holds none of this; a program that makes a tier of its own may differ. */
function refuseName(name: string): void {
  const longest = 255 - "-group-1234567".length;
  if (/^[!-9;-~]+$/.test(name) && name.length <= longest) return;
  throw new Error(
    `WebTier's name is ${JSON.stringify(name.slice(0, 60))}, ${name.length} characters; a group's takes visible ASCII but colons, and at most ${longest} before its suffix. Rename it.`,
  );
}

/** Stopped is a size of none, in which AWS's own clamping empties the group, and alarms and schedules that it does not hear. */
function size({ state }: InstanceSettings, { min, max }: WebTierArgs["controls"]) {
  if (state === "running") return { minSize: min, maxSize: max, desiredCapacity: min };
  const suspendedProcesses = ["AlarmNotification", "ScheduledActions"];
  return { minSize: 0, maxSize: 0, desiredCapacity: 0, suspendedProcesses };
}

/** The version as a number: the next one starts a refresh, and a refresh from `$Latest` could not be undone. */
function launched(
  template: aws.ec2.LaunchTemplate,
  { types, settings, controls }: Parameters<typeof group>[2],
) {
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

function rollback({ rollbackAlarms = [] }: WebTierArgs) {
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
