import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "./deployment.ts";
import type { Service } from "./service.ts";

export interface PlatformArgs {
  /** What all services share. */
  deployment: Deployment;
  /** By name: 2 to 40 lower-case letters, digits and `-`. */
  services: { [name: string]: Service };
}

/** What another platform needs for a place on this balancer; with a `lane` it is its `entry.shared`. */
export interface Share {
  /** Of the balancer. */
  loadBalancerArn: string;
  /** Of its listener. */
  listenerArn: string;
  /** Of its security group. */
  securityGroupId: string;
  /** That it lies in. */
  network: ShareNetwork;
}

export interface ShareNetwork {
  /** The network's id. */
  vpcId: string;
  /** One in each zone. */
  privateSubnetIds: string[];
  /** Of S3 and DynamoDB, in that order. */
  gatewayIds: string[];
  /** Of the interface endpoints, if there are any. */
  endpointGroupId?: string;
}

/** What scales a service. */
export interface Scaling {
  /** Its name. */
  service: string;
  /** `task` or `instance`. */
  unit: string;
  /** At least. */
  min: number;
  /** At most. */
  max: number;
  /** Metrics, and where they are held. */
  holds: Hold[];
  /** How many policies take steps. */
  steps: number;
  /** How many actions are scheduled. */
  schedule: number;
}

/** A metric, and where it is held. Not `Setpoint`: C# lets no member be named like its class. */
export interface Hold {
  /** `requestRatePerTask`, per second, or `cpuUtilization`, a ratio. */
  metric: string;
  /** In that unit. */
  setpoint: number;
}

// What SDKs are made of: components/platform.ts as a consumer in any language sees it. Its parts are classes, which
// Pulumi's component analyser refuses, so they are left out of this contract.

/**
 * One environment on AWS, whole: network, way in, services with what scales them, storage, alarms and backup. Plans are
 * made, and whatever the declaration rules out is refused, before anything is registered. Without a provider of AWS in
 * its options it makes one, in the region of its zones. Its name, of 2 to 20 lower-case letters, digits and `-`, begins
 * those of its parts, but for a platform that is named for its project.
 */
export declare class Platform extends pulumi.ComponentResource {
  /** Where users come in. */
  readonly url: pulumi.Output<string>;
  /** What another platform needs for a place on this balancer. */
  readonly share: pulumi.Output<Share>;
  /** What scales each service. */
  readonly scaling: pulumi.Output<Scaling[]>;
  /** The names of each service's dashboards. */
  readonly dashboards: pulumi.Output<{ [service: string]: string[] }>;
  constructor(name: string, args: PlatformArgs, opts?: pulumi.ComponentResourceOptions);
}
