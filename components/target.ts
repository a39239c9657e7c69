import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { TargetSettings } from "../adapters/target-settings.ts";
import type { TaskProfile } from "../policy/service.ts";
import type { Place } from "./joined-network.ts";
import type { ListenerRule } from "./listener-rules.ts";
import type { LoadBalancer } from "./load-balancer.ts";
import { deregistrationDelay, healthCheck, instanceDraining } from "./request-timing.ts";
import type { Condition } from "./rule-conditions.ts";
import { shortName } from "./short-name.ts";

export interface TargetArgs extends TargetSettings {
  readonly network: Place;
  readonly loadBalancer: LoadBalancer;
  readonly kind: "task" | "instance";
  readonly port: number;
  /** Which requests come here, ranked among all of the listener: `listenerRules`. */
  readonly listenerRules: readonly ListenerRule[];
  readonly capacity: TaskProfile;
  /** A second group, for releases in which ECS moves the rule's weights from one to the other; it has one rule alone. */
  readonly alternate?: boolean;
}

/** A service's place behind the load balancer: its target group, and the rules that lead to it. */
export class Target extends pulumi.ComponentResource {
  readonly balancer: aws.lb.LoadBalancer;
  readonly group: aws.lb.TargetGroup;
  /** Where ECS starts the next release; it and `group` change places with each. */
  readonly alternateGroup: aws.lb.TargetGroup | undefined;
  /** AWS takes a service, or a scaling policy by requests, only once the group has a rule. */
  readonly rules: readonly aws.lb.ListenerRule[];

  constructor(name: string, args: TargetArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:Target", name, {}, opts);
    const { loadBalancer, alternate = false, listenerRules } = args;
    if (alternate && listenerRules.length !== 1)
      throw new Error(
        `${name}: it has ${listenerRules.length} rules; ECS moves the weights of one. Name at most 5 paths, and no more.`,
      );
    if (alternate && args.weights !== undefined)
      throw new Error(`${name}: weights are given; in its releases ECS moves them. Remove weights.`);
    this.balancer = loadBalancer.balancer;
    this.group = targetGroup(this, targetGroupName(name, "group"), args);
    this.alternateGroup = alternate ? targetGroup(this, targetGroupName(name, "alternate"), args) : undefined;
    const action = forward(this, args);
    this.rules = listenerRules.map((rule) => {
      const { conditions, priority } = rule;
      const shifting = { name: `${name}-rule`, parent: this };
      const rolling = { name: `${loadBalancer.name}-rule-${priority}`, parent: loadBalancer };
      const inherits = listenerRules.length === 1 || rule.heir === true;
      return new aws.lb.ListenerRule(
        alternate ? shifting.name : rolling.name,
        {
          listenerArn: loadBalancer.listener.arn,
          priority,
          conditions: conditions.map(condition),
          actions: [action],
          tags: { [WEIGHTS]: alternate ? "moved by ECS" : "fixed" },
        },
        alternate ? leftToEcs(shifting, rolling) : leftInPlace(rolling, inherits ? [shifting] : []),
      );
    });
    this.registerOutputs({ targetGroupArn: this.group.arn });
  }
}

/** What Pulumi knows a rule by. */
interface Identity {
  readonly name: string;
  readonly parent: pulumi.Resource;
}

/** As an alias, whose parent is its URN: of a resource itself the SDK would search all that hangs on it, for each rule. */
function former({ name, parent }: Identity): pulumi.Alias {
  return { name, parent: parent.urn };
}

/** A tag that says who decides how a rule's requests are shared out; by it Pulumi sees that this changes. */
const WEIGHTS = "setpoint:weights";

/**
 * The weights of two groups are ECS's: after a release ours would send requests to the empty one. A rule from the time when the
 * service rolled goes first, as AWS takes no second one of the same priority, and this one comes a second or so later: kept, it
 * would keep in Pulumi's eyes the action that it had, and Pulumi find nothing to change when the service rolls again.
 */
function leftToEcs({ parent }: Identity, whileRolling: Identity): pulumi.CustomResourceOptions {
  const formerGoesFirst = { deleteBeforeReplace: true, replaceOnChanges: [`tags["${WEIGHTS}"]`] };
  return { parent, ...formerGoesFirst, ignoreChanges: ["actions"], aliases: [former(whileRolling)] };
}

/**
 * A rule is its priority's and the listener's, whichever service has it: where a new rule takes over a priority, AWS changes
 * the rule that is there. One by another name would be made before the old one goes, and refused: PriorityInUse. So a service
 * that rolls again keeps the rule of its shifting releases, too: while ECS uses it, it cannot go.
 */
function leftInPlace({ parent }: Identity, whileShifting: readonly Identity[]): pulumi.CustomResourceOptions {
  return { parent, deleteBeforeReplace: true, aliases: whileShifting.map(former) };
}

const ALGORITHMS = {
  roundRobin: "round_robin",
  leastOutstandingRequests: "least_outstanding_requests",
  weightedRandom: "weighted_random",
} as const;

/** A target has one, and one more where ECS moves its traffic. */
export const GROUPS = ["group", "alternate"] as const;

/** Of a service's `Target`. */
export function targetName(service: string): string {
  return `${service}-target`;
}

/** Pulumi's name of a target's group. */
export function targetGroupName(target: string, group: (typeof GROUPS)[number]): string {
  return shortName(`${target}-${group}`);
}

function targetGroup(parent: Target, name: string, args: TargetArgs): aws.lb.TargetGroup {
  const { capacity, slowStart, stickiness } = args;
  const delay = args.kind === "task" ? deregistrationDelay : instanceDraining;
  return new aws.lb.TargetGroup(
    name,
    {
      vpcId: args.network.vpc.id,
      targetType: args.kind === "task" ? "ip" : "instance",
      protocol: args.protocol.toUpperCase(),
      port: args.port,
      deregistrationDelay: delay(capacity, args.deregistrationDelay),
      healthCheck: healthCheck(capacity, args),
      ...(slowStart === undefined ? {} : { slowStart }),
      loadBalancingAlgorithmType: ALGORITHMS[args.algorithm],
      stickiness: stickiness === undefined ? NOT_STICKY : sticky(stickiness),
    },
    { parent },
  );
}

/** Said aloud: a block that is left out the provider leaves as it is at AWS. */
const NOT_STICKY = { enabled: false, type: "lb_cookie" };

function sticky({ duration, cookie }: NonNullable<TargetSettings["stickiness"]>) {
  const made = { type: "lb_cookie" };
  const named = { type: "app_cookie", cookieName: cookie! };
  return { enabled: true, cookieDuration: duration, ...(cookie === undefined ? made : named) };
}

/** To the service's group: all requests, its part of them, or all until ECS moves them to the alternate. */
function forward({ group, alternateGroup }: Target, { weights }: TargetArgs) {
  if (alternateGroup === undefined && weights === undefined)
    return { type: "forward", targetGroupArn: group.arn };
  const others = alternateGroup === undefined ? [] : [{ arn: alternateGroup.arn, weight: 0 }];
  const elsewhere = (weights?.others ?? []).map(({ targetGroupArn: arn, weight }) => ({ arn, weight }));
  const targetGroups = [{ arn: group.arn, weight: weights?.own ?? 100 }, ...others, ...elsewhere];
  return { type: "forward", forward: { targetGroups } };
}

/** As AWS writes it. */
function condition({ on, name = "", values: list }: Condition): aws.types.input.lb.ListenerRuleCondition {
  const values = [...list];
  switch (on) {
    case "host":
      return { hostHeader: { values } };
    case "path":
      return { pathPattern: { values } };
    case "method":
      return { httpRequestMethod: { values } };
    case "header":
      return { httpHeader: { httpHeaderName: name, values } };
    case "query":
      return { queryStrings: values.map((value) => ({ key: name, value })) };
  }
}
