import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { TaskProfile } from "../policy/service.ts";
import type { LoadBalancer } from "./load-balancer.ts";
import type { Network } from "./network.ts";
import { deregistrationDelay, healthCheck } from "./request-timing.ts";
import { shortName } from "./short-name.ts";

export interface TargetArgs {
  readonly network: Network;
  readonly loadBalancer: LoadBalancer;
  readonly kind: "task" | "instance";
  readonly port: number;
  readonly healthCheckPath: string;
  readonly paths: readonly string[];
  /** Of every path of the listener: `rulePriorities`. */
  readonly priorities: ReadonlyMap<string, number>;
  readonly capacity: TaskProfile;
  /** A second group, to which ECS moves traffic with a new version; from then on the rules' actions are its own. */
  readonly alternate?: boolean;
}

/** A service's place behind the load balancer: its target group, and a rule for each of its paths. */
export class Target extends pulumi.ComponentResource {
  readonly balancer: aws.lb.LoadBalancer;
  readonly group: aws.lb.TargetGroup;
  readonly alternateGroup: aws.lb.TargetGroup | undefined;
  /** AWS takes a service, or a scaling policy by requests, only once the group has a rule. */
  readonly rules: readonly aws.lb.ListenerRule[];

  constructor(name: string, args: TargetArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:Target", name, {}, opts);
    const { network, loadBalancer, kind, capacity } = args;
    this.balancer = loadBalancer.balancer;
    const group = (suffix: string) =>
      new aws.lb.TargetGroup(
        shortName(`${name}-${suffix}`),
        {
          vpcId: network.vpc.id,
          targetType: kind === "task" ? "ip" : "instance",
          protocol: "HTTP",
          port: args.port,
          deregistrationDelay: deregistrationDelay(capacity),
          healthCheck: healthCheck(capacity, args.healthCheckPath),
        },
        { parent: this },
      );
    this.group = group("group");
    this.alternateGroup = args.alternate ? group("alternate") : undefined;
    const left = args.alternate ? { ignoreChanges: ["actions"] } : {};
    this.rules = [...new Set(args.paths)].map((path) => {
      const priority = args.priorities.get(path);
      if (priority === undefined)
        throw new Error(`${name}: ${path} has no priority; rank it with the others.`);
      return new aws.lb.ListenerRule(
        `${name}-rule-${priority}`,
        {
          listenerArn: loadBalancer.listener.arn,
          priority,
          conditions: [{ pathPattern: { values: [path] } }],
          actions: [{ type: "forward", targetGroupArn: this.group.arn }],
        },
        { parent: this, deleteBeforeReplace: true, ...left },
      );
    });
    this.registerOutputs({ targetGroupArn: this.group.arn });
  }
}
