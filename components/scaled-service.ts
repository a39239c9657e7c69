import * as pulumi from "@pulumi/pulumi";
import { DEFAULT_INSTANCES } from "../adapters/instance-settings.ts";
import { launchTypes } from "../adapters/launch-types.ts";
import type { Deployment } from "../adapters/service-deployment.ts";
import type { StackSettings } from "../adapters/stack-settings.ts";
import { meanRate } from "../policy/mean-rate.ts";
import type { ScalingControls, ScalingPlan } from "../policy/scaling-plan.ts";
import type { Compute, Service } from "../policy/service.ts";
import type { Fleet } from "./capacity-metrics.ts";
import { Ec2Scaling } from "./ec2-scaling.ts";
import type { EcsCluster } from "./ecs-cluster.ts";
import { EcsScaling } from "./ecs-scaling.ts";
import { EcsService } from "./ecs-service.ts";
import type { EncryptionKey } from "./encryption-key.ts";
import type { Place } from "./joined-network.ts";
import type { ListenerRule } from "./listener-rules.ts";
import type { LoadBalancer } from "./load-balancer.ts";
import type { Notifications } from "./notifications.ts";
import { Observability } from "./observability.ts";
import type { Security } from "./security.ts";
import { ServiceAlarms } from "./service-alarms.ts";
import { shifts } from "./shifting-metrics.ts";
import type { Storage } from "./storage.ts";
import { Target, targetName } from "./target.ts";
import { WebInstance } from "./web-instance.ts";
import { WebTier } from "./web-tier.ts";

export interface ScaledServiceArgs {
  readonly network: Place;
  readonly security: Security;
  readonly loadBalancer: LoadBalancer;
  /** Where there are Fargate services. */
  readonly cluster: EcsCluster | undefined;
  /** Its own, ranked among all of the listener. */
  readonly listenerRules: readonly ListenerRule[];
  readonly settings: StackSettings;
  /** Where alarms are heard. */
  readonly topics: Notifications | undefined;
  /** The stack's own, if it has one. */
  readonly key: EncryptionKey | undefined;
  /** What services may be granted. */
  readonly storage: Storage;
  readonly tags: Readonly<Record<string, string>>;
  readonly service: Service;
  readonly deployment: Deployment;
  readonly controls: ScalingControls;
  /** The plan's own, of `controls`: by it the guard (guard/) sees whether they were edited since. */
  readonly seal: string;
}

/** One declared service: its place behind the load balancer, what it runs on, and what scales it. */
export class ScaledService extends pulumi.ComponentResource {
  readonly target: Target;
  /** Made before the service, so that its releases can roll back on them. */
  readonly alarms: ServiceAlarms;
  readonly observability: Observability;
  readonly runs: EcsService | WebTier | WebInstance;
  /** Of a single instance, nothing. */
  readonly scaling: EcsScaling | Ec2Scaling | undefined;

  constructor(name: string, args: ScaledServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:ScaledService", name, {}, opts);
    const { service, deployment } = args;
    const kind = service.compute.type === "fargate" ? "task" : "instance";
    const place = { ...deployment, network: args.network, loadBalancer: args.loadBalancer, kind } as const;
    const { listenerRules } = args;
    this.target = new Target(
      targetName(name),
      {
        ...place,
        listenerRules,
        capacity: service.capacity,
        alternate: deployment.release.strategy !== "rolling",
      },
      { parent: this },
    );
    const { controls, topics, seal } = args;
    const by = heldBy(args);
    const watched = { slos: service.slos, target: this.target, topics };
    this.alarms = new ServiceAlarms(
      `${name}-alarms`,
      { ...watched, rate: meanRate(service.demand), alwaysOn: controls.min > 0 && by === undefined },
      { parent: this },
    );
    const { fleet, runs, scaling } =
      service.compute.type === "fargate"
        ? onFargate(this, name, args, service.compute)
        : onInstances(this, name, args, service.compute);
    this.runs = runs;
    this.scaling = scaling;
    const { region } = args.network;
    this.observability = new Observability(
      `${name}-observability`,
      { ...watched, region, fleet, controls, alarms: this.alarms },
      { parent: this },
    );
    this.registerOutputs({
      plan: { service: service.name, unit: kind, controls, seal, heldBy: by, shifts: shifts(this.target) },
    });
  }
}

interface Running {
  readonly fleet: Fleet;
  readonly runs: ScaledService["runs"];
  readonly scaling: ScaledService["scaling"];
}

/** What its owner holds a service's capacity by, at times or for good, beside the plan. */
function heldBy({
  service,
  deployment,
}: ScaledServiceArgs): "stopped" | "single" | "officeHours" | undefined {
  const { state, single, officeHours } = deployment.instances ?? DEFAULT_INSTANCES;
  if (service.compute.type !== "ec2") return undefined;
  if (single) return "single";
  if (state === "stopped") return "stopped";
  return officeHours === undefined ? undefined : "officeHours";
}

function onFargate(
  parent: ScaledService,
  name: string,
  args: ScaledServiceArgs,
  compute: Extract<Compute, { type: "fargate" }>,
): Running {
  const { cluster, controls, settings, deployment, key, storage } = args;
  if (cluster === undefined)
    throw new Error(`${name}: compute is fargate; it needs a cluster. Make an EcsCluster.`);
  const { capacity } = args.service;
  const { logRetention, protect } = settings;
  const place = { network: args.network, security: args.security, cluster, target: parent.target };
  const service = new EcsService(
    `${name}-ecs`,
    {
      ...place,
      compute,
      capacity,
      deployment,
      tasks: controls.min,
      rollbackAlarms: parent.alarms.rollbackAlarms,
      logRetention,
      protect,
      key,
      storage,
    },
    { parent },
  );
  const scaling = new EcsScaling(`${name}-scaling`, { service, target: parent.target, controls }, { parent });
  const names = { clusterName: service.cluster.name, serviceName: service.service.name };
  return { fleet: { kind: "task", ...names, insights: protect }, runs: service, scaling };
}

function onInstances(
  parent: ScaledService,
  name: string,
  args: ScaledServiceArgs,
  compute: Extract<Compute, { type: "ec2" }>,
): Running {
  const { network, security, controls, deployment, tags, key, storage } = args;
  const { capacity } = args.service;
  const { logRetention, protect, profile } = args.settings;
  const place = { network, security, target: parent.target, compute, capacity };
  const { rollbackAlarms, rollbackWindow } = parent.alarms;
  const common = { ...place, deployment, tags, key, logRetention, storage };
  const instances = deployment.instances ?? DEFAULT_INSTANCES;
  if (instances.single) {
    const runs = new WebInstance(`${name}-web`, { ...common, protect }, { parent });
    return { fleet: { kind: "single", instanceId: runs.instance.id }, runs, scaling: undefined };
  }
  const types = launchTypes(compute, instances, profile);
  const rollback = { rollbackAlarms, rollbackWindow };
  const tier = new WebTier(`${name}-web`, { ...common, controls, types, ...rollback }, { parent });
  const scaling = new Ec2Scaling(`${name}-scaling`, { tier, target: parent.target, controls }, { parent });
  return { fleet: { kind: "instance", groupName: tier.group.name }, runs: tier, scaling };
}

/** A plan's numbers as a stack's outputs show them. */
export function headline({ service, unit, controls }: ScalingPlan) {
  const { min, max, tracking, steps, schedule } = controls;
  const holds = tracking.map(({ metric, setpoint }) => ({ metric, setpoint }));
  return { service, unit, min, max, holds, steps: steps.length, schedule: schedule.length };
}
