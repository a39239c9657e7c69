import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { DEFAULT_INSTANCES } from "../adapters/instance-settings.ts";
import type { Deployment } from "../adapters/service-deployment.ts";
import type { ScalingControls } from "../policy/scaling-plan.ts";
import type { Compute, TaskProfile } from "../policy/service.ts";
import type { EncryptionKey } from "./encryption-key.ts";
import { grantStorage } from "./grants.ts";
import { InstanceRefresh } from "./instance-refresh.ts";
import { InstanceRole } from "./instance-role.ts";
import type { Place } from "./joined-network.ts";
import { launchTemplate } from "./launch-template.ts";
import { hookTimeouts, lifecycleHooks } from "./lifecycle-hooks.ts";
import { logGroup } from "./log-group.ts";
import { officeHours } from "./office-hours.ts";
import { patching } from "./patching.ts";
import { type RefreshRole, refreshRole } from "./refresh-role.ts";
import { RESERVED } from "./reserved-names.ts";
import type { Security } from "./security.ts";
import type { Storage } from "./storage.ts";
import type { Target } from "./target.ts";
import { userData } from "./user-data.ts";
import { healthy, warmup, webGroup } from "./web-group.ts";
import { HOOKS } from "./web-server.ts";

export interface WebTierArgs {
  readonly network: Place;
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
  /** Where the deployment is granted any. */
  readonly storage?: Storage | undefined;
  /** Days. */
  readonly logRetention: number;
  /** Of instances and volumes: a launch template does not take the provider's. */
  readonly tags: Readonly<Record<string, string>>;
  /** Names of alarms, one of which ends and undoes a replacement of instances; and the longest of their windows, in seconds. */
  readonly rollbackAlarms?: readonly pulumi.Input<string>[];
  readonly rollbackWindow?: number | undefined;
}

/** Web instances in private subnets behind the load balancer, replaced one by one when their template changes. */
export class WebTier extends pulumi.ComponentResource {
  readonly group: aws.autoscaling.Group;
  readonly template: aws.ec2.LaunchTemplate;
  /** The role that instances take, its profile and what it may do. */
  readonly access: InstanceRole;
  readonly role: aws.iam.Role;
  /** What the role may do with the stack's storage. */
  readonly granted: readonly aws.iam.RolePolicy[];
  readonly logGroup: aws.cloudwatch.LogGroup;
  /** What replaces instances may do, and what it does. */
  readonly refreshAccess: RefreshRole;
  readonly refresh: InstanceRefresh;
  readonly hooks: readonly aws.autoscaling.LifecycleHook[];
  readonly officeHours: readonly aws.autoscaling.Schedule[];
  readonly patching: aws.ssm.Association;

  constructor(name: string, args: WebTierArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:WebTier", name, {}, opts);
    refuseName(name);
    const { network, deployment, controls, capacity, types, rollbackAlarms = [], rollbackWindow } = args;
    const settings = deployment.instances ?? DEFAULT_INSTANCES;
    const tags = { ...args.tags, Name: name };
    const timeouts = hookTimeouts(settings);
    this.logGroup = logGroup(`${name}-logs`, args, this);
    const reportsTo = { region: network.region, tags };
    this.access = new InstanceRole(
      name,
      {
        serves: { logGroup: this.logGroup, image: deployment.image },
        ...(timeouts.length === 0 ? {} : { reportsTo }),
      },
      { parent: this },
    );
    this.role = this.access.role;
    const hooks = timeouts.map(({ hook }) => hook);
    this.granted = grantStorage(`${name}-storage`, this.role, args, this);
    this.template = launchTemplate(
      `${name}-template`,
      {
        ...args,
        securityGroup: args.security.instances!,
        role: this.access,
        logGroup: this.logGroup,
        tags,
        userData: userData({ ...args, region: network.region, hooks }),
      },
      this,
    );
    const { template } = this;
    const unheard = hooks.includes("launch") ? [] : [HOOKS.launch];
    this.refreshAccess = refreshRole(
      `${name}-refresh`,
      {
        ...reportsTo,
        ...{ template, instances: this.role },
        ...{ watches: rollbackAlarms.length > 0, unhooks: unheard.length > 0 },
      },
      this,
    );
    // What a refresh may do is there before the group, since IAM takes a moment, and goes after it.
    const grants = [...this.access.grants, ...this.granted, this.refreshAccess.policy];
    const launch = { template, types, settings, controls };
    const { health } = deployment;
    this.group = webGroup(
      `${name}-group`,
      { ...launch, network, target: args.target, capacity, health, tags, grants },
      this,
    );
    const { group, refreshAccess } = this;
    this.refresh = new InstanceRefresh(
      `${name}-refresh`,
      {
        ...launch,
        ...{ group, access: refreshAccess, capacity, health, rollbackAlarms, rollbackWindow, unheard },
        drain: deployment.deregistrationDelay,
        healthy: healthy(settings),
        warmup: warmup(controls, capacity),
        max: controls.max,
      },
      { parent: this },
    );
    this.hooks = lifecycleHooks(name, timeouts, this.group, {
      parent: this,
      dependsOn: this.refresh.ended, // not before there are instances that report to them
    });
    const hours = settings.officeHours;
    this.officeHours = hours === undefined ? [] : officeHours(name, hours, this.group, controls, this);
    const members = [{ key: "tag:aws:autoscaling:groupName", values: [this.group.name] }];
    this.patching = patching(`${name}-patches`, members, settings.patching ?? "scan", this);
    this.registerOutputs({ groupName: this.group.name });
  }
}

/** Ours derive from a platform's name and a service's, which hold no other characters; a program that makes a tier of its own may differ. */
function refuseName(name: string): void {
  if (RESERVED.document.test(name))
    throw new Error(
      `WebTier's name is ${JSON.stringify(name.slice(0, 60))}; Systems Manager, which replaces its instances, keeps names that begin with aws, amazon or amzn to AWS. Rename it.`,
    );
  const longest = 255 - "-group-1234567".length;
  if (/^[!-9;-~]+$/.test(name) && name.length <= longest) return;
  throw new Error(
    `WebTier's name is ${JSON.stringify(name.slice(0, 60))}, ${name.length} characters; a group's takes visible ASCII but colons, and at most ${longest} before its suffix. Rename it.`,
  );
}
