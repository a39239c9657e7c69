import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { EntrySettings } from "../adapters/entry-settings.ts";
import type { TaskProfile } from "../policy/service.ts";
import { AccessLogs } from "./access-logs.ts";
import type { Network } from "./network.ts";
import { idleTimeout } from "./request-timing.ts";
import type { LogDestination } from "./secure-bucket.ts";
import type { Security } from "./security.ts";
import { shortName } from "./short-name.ts";

export interface LoadBalancerArgs extends EntrySettings {
  readonly network: Network;
  readonly security: Security;
  /** Deletion protection and access logs. */
  readonly protect: boolean;
  /** Days that access logs are kept. */
  readonly logRetention: number;
  /** Where S3 notes who reads the access logs. */
  readonly logs?: LogDestination | undefined;
  /** Of the services behind it: no request may outlast the connection. */
  readonly capacities: readonly TaskProfile[];
}

/** AWS's recommended policy (2026-11): TLS 1.2 and 1.3, forward secrecy only. */
const TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06";

/** The one way in: an application load balancer whose rules send each path to a service, and the rest to 404. */
export class LoadBalancer extends pulumi.ComponentResource {
  readonly balancer: aws.lb.LoadBalancer;
  /** Where services add their rules. */
  readonly listener: aws.lb.Listener;
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: LoadBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:LoadBalancer", name, {}, opts);
    const { network, security, certificateArn, insecure, protect } = args;
    if (certificateArn === undefined && !insecure)
      throw new Error(
        `${name}: certificateArn is missing; HTTPS needs it. Set it, or in development insecure: true.`,
      );
    const logs = protect
      ? new AccessLogs(`${name}-logs`, { retention: args.logRetention, logs: args.logs }, { parent: this })
      : undefined;
    this.balancer = new aws.lb.LoadBalancer(
      shortName(`${name}-alb`),
      {
        loadBalancerType: "application",
        internal: false,
        subnets: network.publicSubnets.map(({ id }) => id),
        securityGroups: [security.balancer.id],
        dropInvalidHeaderFields: true,
        desyncMitigationMode: "defensive",
        idleTimeout: idleTimeout(args.capacities),
        enableDeletionProtection: protect,
        ...(logs === undefined ? {} : { accessLogs: { bucket: logs.bucket.bucket, enabled: true } }),
      },
      { parent: this, protect, ...(logs === undefined ? {} : { dependsOn: logs.policy }) },
    );
    this.listener =
      certificateArn === undefined
        ? plainListener(this, name, this.balancer)
        : secureListener(this, name, this.balancer, certificateArn);
    const scheme = certificateArn === undefined ? "http" : "https";
    this.url = pulumi.interpolate`${scheme}://${this.balancer.dnsName}`;
    this.registerOutputs({ url: this.url });
  }
}

const NOT_FOUND = {
  type: "fixed-response",
  fixedResponse: { contentType: "text/plain", statusCode: "404", messageBody: "Not found" },
};

function plainListener(
  parent: pulumi.Resource,
  name: string,
  balancer: aws.lb.LoadBalancer,
): aws.lb.Listener {
  return new aws.lb.Listener(
    `${name}-http`,
    { loadBalancerArn: balancer.arn, port: 80, protocol: "HTTP", defaultActions: [NOT_FOUND] },
    { parent },
  );
}

/** HTTPS, and a permanent redirect from HTTP to it. */
function secureListener(
  parent: pulumi.Resource,
  name: string,
  balancer: aws.lb.LoadBalancer,
  certificateArn: string,
): aws.lb.Listener {
  const redirect = { port: "443", protocol: "HTTPS", statusCode: "HTTP_301" };
  new aws.lb.Listener(
    `${name}-redirect`,
    {
      loadBalancerArn: balancer.arn,
      port: 80,
      protocol: "HTTP",
      defaultActions: [{ type: "redirect", redirect }],
    },
    { parent },
  );
  return new aws.lb.Listener(
    `${name}-https`,
    {
      loadBalancerArn: balancer.arn,
      port: 443,
      protocol: "HTTPS",
      sslPolicy: TLS_POLICY,
      certificateArn,
      defaultActions: [NOT_FOUND],
    },
    { parent },
  );
}
