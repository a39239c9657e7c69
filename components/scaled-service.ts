import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../adapters/service-deployment.ts";
import type { StackSettings } from "../adapters/stack-settings.ts";
import type { ScalingControls, ScalingPlan } from "../policy/scaling-plan.ts";
import type { Compute, Service } from "../policy/service.ts";
import { Ec2Scaling } from "./ec2-scaling.ts";
import type { EcsCluster } from "./ecs-cluster.ts";
import { EcsScaling } from "./ecs-scaling.ts";
import { EcsService } from "./ecs-service.ts";
import type { EncryptionKey } from "./encryption-key.ts";
import type { LoadBalancer } from "./load-balancer.ts";
import type { Network } from "./network.ts";
import type { Security } from "./security.ts";
import type { Storage } from "./storage.ts";
import { Target } from "./target.ts";
import { WebTier } from "./web-tier.ts";

export interface ScaledServiceArgs {
  readonly network: Network;
  readonly security: Security;
  readonly loadBalancer: LoadBalancer;
  /** Where there are Fargate services. */
  readonly cluster: EcsCluster | undefined;
  /** Of every path of the load balancer. */
  readonly priorities: ReadonlyMap<string, number>;
  readonly settings: StackSettings;
  /** The stack's own, if it has one. */
  readonly key: EncryptionKey | undefined;
  /** What services may be granted. */
  readonly storage: Storage;
  readonly tags: Readonly<Record<string, string>>;
  readonly service: Service;
  readonly deployment: Deployment;
  readonly controls: ScalingControls;
}

/** One declared service: its place behind the load balancer, what it runs on, and what scales it. */
export class ScaledService extends pulumi.ComponentResource {
  readonly target: Target;

  constructor(name: string, args: ScaledServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:ScaledService", name, {}, opts);
    const { service, deployment } = args;
    const kind = service.compute.type === "fargate" ? "task" : "instance";
    const place = { ...deployment, network: args.network, loadBalancer: args.loadBalancer, kind } as const;
    const { priorities } = args;
    this.target = new Target(
      `${name}-target`,
      { ...place, priorities, capacity: service.capacity },
      { parent: this },
    );
    if (service.compute.type === "fargate") onFargate(this, name, args, service.compute);
    else onInstances(this, name, args, service.compute);
    this.registerOutputs({});
  }
}

function onFargate(
  parent: ScaledService,
  name: string,
  args: ScaledServiceArgs,
  compute: Extract<Compute, { type: "fargate" }>,
): void {
  const { cluster, controls, settings, deployment, key, storage } = args;
  if (cluster === undefined)
    throw new Error(`${name}: compute is fargate; it needs a cluster. Make an EcsCluster.`);
  const { capacity } = args.service;
  const { logRetention, protect } = settings;
  const place = { network: args.network, security: args.security, cluster, target: parent.target };
  const service = new EcsService(
    `${name}-ecs`,
    { ...place, compute, capacity, deployment, tasks: controls.min, logRetention, protect, key, storage },
    { parent },
  );
  new EcsScaling(`${name}-scaling`, { service, target: parent.target, controls }, { parent });
}

function onInstances(
  parent: ScaledService,
  name: string,
  args: ScaledServiceArgs,
  compute: Extract<Compute, { type: "ec2" }>,
): void {
  const { network, security, controls, deployment, tags, key, storage } = args;
  const { capacity } = args.service;
  const tier = new WebTier(
    `${name}-web`,
    { network, security, target: parent.target, compute, capacity, deployment, tags, controls, key, storage },
    { parent },
  );
  new Ec2Scaling(`${name}-scaling`, { tier, target: parent.target, controls }, { parent });
}

/** A plan's numbers as a stack's outputs show them. */
export function headline({ service, unit, controls }: ScalingPlan) {
  const { min, max, tracking, steps, schedule } = controls;
  const holds = tracking.map(({ metric, setpoint }) => ({ metric, setpoint }));
  return { service, unit, min, max, holds, steps: steps.length, schedule: schedule.length };
}
