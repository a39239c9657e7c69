import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterSettings } from "../adapters/cluster-settings.ts";
import type { EncryptionKey } from "./encryption-key.ts";
import { ExecSessions } from "./exec-sessions.ts";
import { InstanceCapacity } from "./instance-capacity.ts";
import type { Place } from "./joined-network.ts";

export interface EcsClusterArgs extends ClusterSettings {
  readonly network: Place;
  /** Container Insights, which costs by metric. */
  readonly insights: boolean;
  /** Days that logs of shells are kept. */
  readonly logRetention: number;
  /** Encrypts the volumes of its instances; without one, AWS's own does. */
  readonly key: EncryptionKey | undefined;
  /** Of instances and volumes: neither a launch template nor a group takes the provider's. */
  readonly tags: Readonly<Record<string, string>>;
}

/** Where tasks run: Fargate, Fargate Spot and, where declared, instances whose number follows the tasks. */
export class EcsCluster extends pulumi.ComponentResource {
  readonly cluster: aws.ecs.Cluster;
  /** Shells in its tasks, where they are allowed. */
  readonly sessions: ExecSessions | undefined;
  readonly instances: InstanceCapacity | undefined;
  /** A service that names a provider waits for it, and goes before it. */
  readonly providers: aws.ecs.ClusterCapacityProviders;

  constructor(name: string, args: EcsClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:EcsCluster", name, {}, opts);
    const { network, insights, logRetention, execute } = args;
    this.sessions = execute
      ? new ExecSessions(`${name}-exec`, { region: network.region, logRetention }, { parent: this })
      : undefined;
    this.cluster = new aws.ecs.Cluster(
      `${name}-cluster`,
      {
        settings: [{ name: "containerInsights", value: insights ? "enabled" : "disabled" }],
        ...(this.sessions === undefined ? {} : { configuration: this.sessions.configuration }),
      },
      { parent: this },
    );
    this.instances = instanceCapacity(this, name, args);
    const own = this.instances === undefined ? [] : [this.instances.provider.name];
    this.providers = new aws.ecs.ClusterCapacityProviders(
      `${name}-providers`,
      {
        clusterName: this.cluster.name,
        capacityProviders: ["FARGATE", "FARGATE_SPOT", ...own],
        defaultCapacityProviderStrategies: [{ capacityProvider: "FARGATE", weight: 1 }],
      },
      { parent: this },
    );
    this.registerOutputs({ clusterName: this.cluster.name });
  }
}

function instanceCapacity(parent: EcsCluster, name: string, args: EcsClusterArgs) {
  if (args.instances === undefined) return undefined;
  const { network, key, tags } = args;
  const settings = { ...args.instances, network, key, tags, cluster: parent.cluster };
  return new InstanceCapacity(`${name}-instances`, settings, { parent });
}
