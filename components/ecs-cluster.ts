import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface EcsClusterArgs {
  /** Container Insights, which costs by metric. */
  readonly insights: boolean;
}

/** Where Fargate tasks run. */
export class EcsCluster extends pulumi.ComponentResource {
  readonly cluster: aws.ecs.Cluster;

  constructor(name: string, args: EcsClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:EcsCluster", name, {}, opts);
    this.cluster = new aws.ecs.Cluster(
      `${name}-cluster`,
      { settings: [{ name: "containerInsights", value: args.insights ? "enabled" : "disabled" }] },
      { parent: this },
    );
    this.registerOutputs({ clusterName: this.cluster.name });
  }
}
