import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Place } from "./joined-network.ts";

export interface SecurityArgs {
  readonly network: Place;
  /** Plain HTTP only; otherwise HTTPS, and HTTP for the redirect. */
  readonly insecure: boolean;
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

  constructor(name: string, args: SecurityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:Security", name, {}, opts);
    const { network, insecure, shared, taskPorts, instancePorts } = args;
    const group = (role: string, description: string) =>
      new aws.ec2.SecurityGroup(`${name}-${role}`, { vpcId: network.vpc.id, description }, { parent: this });
    this.balancer =
      shared === undefined
        ? group("balancer", "Load balancer: open to the world on its listeners only")
        : aws.ec2.SecurityGroup.get(`${name}-balancer`, shared.securityGroupId, {}, { parent: this });
    const secure = args.redirect === false ? [443] : [80, 443];
    const listeners = shared !== undefined ? [] : insecure ? [80] : secure;
    for (const port of listeners)
      allowIn(this, `${name}-world-${port}`, this.balancer, port, worldRule(port, insecure));
    const serving = (role: "tasks" | "instances", description: string, ports: readonly number[]) => {
      if (ports.length === 0) return undefined;
      const served = group(role, description);
      for (const port of new Set(ports))
        connect(this, `${name}-balancer-${role}`, this.balancer, served, port);
      reachAws(this, `${name}-${role}`, served, network);
      return served;
    };
    this.tasks = serving("tasks", "Fargate tasks: from the load balancer only", taskPorts);
    this.instances = serving("instances", "Web instances: from the load balancer only", instancePorts);
    this.registerOutputs({ balancerGroupId: this.balancer.id });
  }
}

/** The other end of a rule: a group, a prefix list or a block of addresses. */
type Peer =
  | { readonly referencedSecurityGroupId: pulumi.Input<string> }
  | { readonly prefixListId: pulumi.Input<string> }
  | { readonly cidrIpv4: string };

type Rule = Peer & { readonly description: string };

function worldRule(port: number, insecure: boolean): Rule {
  const purpose =
    port === 443 ? "HTTPS" : insecure ? "plain HTTP, development only" : "HTTP, for the redirect only";
  return { cidrIpv4: "0.0.0.0/0", description: `From the internet: ${purpose}` };
}

/** Lets `from` open connections to `to` on one port: a rule at each end. */
function connect(
  parent: Security,
  name: string,
  from: aws.ec2.SecurityGroup,
  to: aws.ec2.SecurityGroup,
  port: number,
): void {
  const description = `Requests and health checks on ${port}`;
  allowOut(parent, `${name}-${port}`, from, port, { referencedSecurityGroupId: to.id, description });
  allowIn(parent, `${name}-${port}`, to, port, { referencedSecurityGroupId: from.id, description });
}

/** HTTPS to the VPC's endpoints and, where there is NAT, to the internet, which public registries are on. */
function reachAws(parent: Security, name: string, group: aws.ec2.SecurityGroup, network: Place): void {
  network.gateways.forEach(({ prefixListId }, i) => {
    const service = ["S3", "DynamoDB"][i]!;
    const description = `${service} through its gateway`;
    allowOut(parent, `${name}-${service.toLowerCase()}`, group, 443, { prefixListId, description });
  });
  if (network.endpointGroup !== undefined) connectToEndpoints(parent, name, group, network.endpointGroup);
  if (network.nat)
    allowOut(parent, `${name}-internet`, group, 443, {
      cidrIpv4: "0.0.0.0/0",
      description: "HTTPS to registries and APIs, through NAT",
    });
}

function connectToEndpoints(
  parent: Security,
  name: string,
  group: aws.ec2.SecurityGroup,
  endpoints: aws.ec2.SecurityGroup,
): void {
  const description = "AWS services through the endpoints of the VPC";
  allowOut(parent, `${name}-endpoints`, group, 443, { referencedSecurityGroupId: endpoints.id, description });
  allowIn(parent, `${name}-endpoints`, endpoints, 443, { referencedSecurityGroupId: group.id, description });
}

function allowIn(
  parent: Security,
  name: string,
  group: aws.ec2.SecurityGroup,
  port: number,
  rule: Rule,
): void {
  new aws.vpc.SecurityGroupIngressRule(
    `${name}-in`,
    { securityGroupId: group.id, ...tcp(port), ...rule },
    { parent },
  );
}

function allowOut(
  parent: Security,
  name: string,
  group: aws.ec2.SecurityGroup,
  port: number,
  rule: Rule,
): void {
  new aws.vpc.SecurityGroupEgressRule(
    `${name}-out`,
    { securityGroupId: group.id, ...tcp(port), ...rule },
    { parent },
  );
}

function tcp(port: number) {
  return { ipProtocol: "tcp", fromPort: port, toPort: port };
}
