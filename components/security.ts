import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { AllowedSource } from "../adapters/allowed-sources.ts";
import type { Place } from "./joined-network.ts";
import { allowIn, allowOut, type Peer, type SecurityRule } from "./security-rules.ts";

export interface SecurityArgs {
  readonly network: Place;
  /** Plain HTTP only; otherwise HTTPS, and HTTP for the redirect. */
  readonly insecure: boolean;
  /** Who may reach the balancer; without, the world. */
  readonly allowFrom?: readonly AllowedSource[] | undefined;
  /** Turn HTTP into HTTPS; otherwise port 80 stays closed. */
  readonly redirect?: boolean;
  /** Another stack's balancer: its group is open already. */
  readonly shared?: { readonly securityGroupId: string };
  /** Ports that Fargate tasks listen on; none, no group for them. */
  readonly taskPorts: readonly number[];
  /** Ports that web instances listen on; none, no group for them. */
  readonly instancePorts: readonly number[];
}

/** Closed groups: the world reaches the balancer, the balancer reaches tasks and instances, these reach AWS over TLS. */
export class Security extends pulumi.ComponentResource {
  readonly balancer: aws.ec2.SecurityGroup;
  readonly tasks: aws.ec2.SecurityGroup | undefined;
  readonly instances: aws.ec2.SecurityGroup | undefined;
  readonly rules: readonly SecurityRule[];

  constructor(name: string, args: SecurityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:Security", name, {}, opts);
    const { network, shared, taskPorts, instancePorts } = args;
    this.balancer =
      shared === undefined
        ? group(this, `${name}-balancer`, network, "Load balancer: its listeners only")
        : aws.ec2.SecurityGroup.get(`${name}-balancer`, shared.securityGroupId, {}, { parent: this });
    const tasks = "Fargate tasks: from the load balancer only";
    const instances = "Web instances: from the load balancer only";
    const served = [
      serving(this, name, "tasks", tasks, taskPorts, network),
      serving(this, name, "instances", instances, instancePorts, network),
    ] as const;
    this.tasks = served[0].group;
    this.instances = served[1].group;
    this.rules = [...entry(this, name, args), ...served.flatMap(({ rules }) => rules)];
    this.registerOutputs({ balancerGroupId: this.balancer.id });
  }
}

function group(parent: Security, name: string, network: Place, description: string): aws.ec2.SecurityGroup {
  return new aws.ec2.SecurityGroup(
    name,
    { vpcId: network.vpc.id, description, tags: { Name: name } },
    { parent },
  );
}

/** The way in, for the world or for those who are named. */
function entry(
  parent: Security,
  name: string,
  { insecure, allowFrom, redirect, shared }: SecurityArgs,
): readonly SecurityRule[] {
  const sources = allowFrom?.map(named) ?? [
    { label: "world", words: "the internet", peer: { cidrIpv4: "0.0.0.0/0" } },
  ];
  if (shared !== undefined) return [];
  const secure = redirect === false ? [443] : [80, 443];
  const listeners = insecure ? [80] : secure;
  return listeners.flatMap((port) => {
    const purpose =
      port === 443 ? "HTTPS" : insecure ? "plain HTTP, development only" : "HTTP, for the redirect only";
    return sources.map(({ label, words, peer }) =>
      allowIn(parent, `${name}-${label}-${port}`, parent.balancer, port, {
        ...peer,
        description: `From ${words}: ${purpose}`,
      }),
    );
  });
}

function named(source: AllowedSource): {
  readonly label: string;
  readonly words: string;
  readonly peer: Peer;
} {
  if (typeof source !== "string")
    return {
      label: `from-${source.prefixList}`,
      words: source.prefixList,
      peer: { prefixListId: source.prefixList },
    };
  return { label: `from-${source.replace(/[./]/g, "-")}`, words: source, peer: { cidrIpv4: source } };
}

/** What runs behind the balancer: a group with its way in and its ways out; nothing where there are no ports. */
function serving(
  parent: Security,
  name: string,
  role: "tasks" | "instances",
  description: string,
  ports: readonly number[],
  network: Place,
): { readonly group: aws.ec2.SecurityGroup | undefined; readonly rules: readonly SecurityRule[] } {
  if (ports.length === 0) return { group: undefined, rules: [] };
  const served = group(parent, `${name}-${role}`, network, description);
  const inward = [...new Set(ports)].flatMap((port) =>
    connect(parent, `${name}-balancer-${role}`, parent.balancer, served, port),
  );
  return { group: served, rules: [...inward, ...reachAws(parent, `${name}-${role}`, served, network)] };
}

/** Lets `from` open connections to `to` on one port: a rule at each end. */
function connect(
  parent: Security,
  name: string,
  from: aws.ec2.SecurityGroup,
  to: aws.ec2.SecurityGroup,
  port: number,
): readonly SecurityRule[] {
  const description = `Requests and health checks on ${port}`;
  return [
    allowOut(parent, `${name}-${port}`, from, port, { referencedSecurityGroupId: to.id, description }),
    allowIn(parent, `${name}-${port}`, to, port, { referencedSecurityGroupId: from.id, description }),
  ];
}

/** HTTPS to the VPC's endpoints and, where there is NAT, to the internet, which public registries are on. */
function reachAws(
  parent: Security,
  name: string,
  from: aws.ec2.SecurityGroup,
  network: Place,
): readonly SecurityRule[] {
  const gateways = network.gateways.map(({ prefixListId }, i) => {
    const service = ["S3", "DynamoDB"][i]!;
    const description = `${service} through its gateway`;
    return allowOut(parent, `${name}-${service.toLowerCase()}`, from, 443, { prefixListId, description });
  });
  const internet = { cidrIpv4: "0.0.0.0/0", description: "HTTPS to registries and APIs, through NAT" };
  return [
    ...gateways,
    ...(network.endpointGroup === undefined ? [] : toEndpoints(parent, name, from, network.endpointGroup)),
    ...(network.nat ? [allowOut(parent, `${name}-internet`, from, 443, internet)] : []),
  ];
}

function toEndpoints(
  parent: Security,
  name: string,
  from: aws.ec2.SecurityGroup,
  endpoints: aws.ec2.SecurityGroup,
): readonly SecurityRule[] {
  const description = "AWS services through the endpoints of the VPC";
  return [
    allowOut(parent, `${name}-endpoints`, from, 443, {
      referencedSecurityGroupId: endpoints.id,
      description,
    }),
    allowIn(parent, `${name}-endpoints`, endpoints, 443, { referencedSecurityGroupId: from.id, description }),
  ];
}
