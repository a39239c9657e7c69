import { at, isOn, list, ofType, type Resource, referred, type Stack, UNKNOWN } from "./resource.ts";
import { fault, type Rule, type Violation } from "./rule.ts";

const INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const OLD_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule";
const GROUP = "aws:ec2/securityGroup:SecurityGroup";
const DEFAULT_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup";
const OPENINGS = [INGRESS, OLD_RULE, GROUP];

/** Who may reach what: only a balancer is open to the world, and nobody administers over the network. */
export const NETWORK_RULES: readonly Rule[] = [
  {
    name: "no-world-open-ports",
    description: "The world reaches ports 80 and 443 and no other.",
    controls: ["EC2.18", "EC2.19"],
    types: OPENINGS,
    faults: (_, resource) =>
      openings(resource)
        .filter((opening) => opening.world && !isWebPort(opening))
        .map(
          (opening) =>
            `ingress is ${ports(opening)} from ${opening.from}; only 80 and 443 may be open to the world. Name the group that needs it.`,
        ),
  },
  {
    name: "no-administration-ports",
    description: "No rule opens 22 (SSH) or 3389 (RDP) to any address: sessions go through Systems Manager.",
    controls: ["EC2.13", "EC2.14", "EC2.53", "EC2.54"],
    types: OPENINGS,
    faults: (_, resource) =>
      openings(resource)
        .filter((opening) => opening.from !== "" && [22, 3389].some((port) => spans(opening, port)))
        .map(
          (opening) =>
            `ingress is ${ports(opening)} from ${opening.from}; 22 and 3389 stay closed. Use an SSM session.`,
        ),
  },
  {
    name: "world-open-only-at-balancers",
    description: "Only a load balancer's security group is open to the world.",
    controls: ["EC2.18"],
    violations: openBehindBalancers,
  },
  {
    name: "default-security-group-closed",
    description: "A VPC's default security group allows nothing.",
    controls: ["EC2.2"],
    types: [DEFAULT_GROUP],
    faults: (inputs) => [
      ...fault(inputs, "ingress", isEmpty, "the default group allows nothing. Remove its rules."),
      ...fault(inputs, "egress", isEmpty, "the default group allows nothing. Remove its rules."),
    ],
  },
  {
    name: "subnet-no-public-ip",
    description: "Subnets give no public IP address to what starts in them.",
    controls: ["EC2.15"],
    types: ["aws:ec2/subnet:Subnet"],
    faults: (inputs) =>
      fault(inputs, "mapPublicIpOnLaunch", isOff, "nothing gets a public IP by itself. Set it to false."),
  },
];

interface Opening {
  readonly first: number;
  readonly last: number;
  /** An address range; `""` for a group or a list of AWS's. */
  readonly from: string;
  readonly world: boolean;
}

/** What a group, or a rule of one, lets in. */
function openings({ type, inputs }: Resource): readonly Opening[] {
  if (type === INGRESS)
    return openingsOf(inputs, "ipProtocol", [at(inputs, "cidrIpv4"), at(inputs, "cidrIpv6")]);
  if (type === GROUP)
    return list(inputs.ingress).flatMap((rule) => openingsOf(rule, "protocol", ranges(rule)));
  return inputs.type === "ingress" ? openingsOf(inputs, "protocol", ranges(inputs)) : [];
}

function ranges(rule: unknown): readonly unknown[] {
  return [...list(at(rule, "cidrBlocks")), ...list(at(rule, "ipv6CidrBlocks"))];
}

function openingsOf(rule: unknown, protocol: string, from: readonly unknown[]): readonly Opening[] {
  const all = ["-1", "all"].includes(String(at(rule, protocol)));
  const [low, high] = [at(rule, "fromPort"), at(rule, "toPort")];
  if (!all && [low, high].includes(UNKNOWN)) return [];
  const [first, last] = all ? [0, 65535] : [Number(low), Number(high)];
  return from
    .filter((range) => typeof range === "string")
    .map((range) => ({ first, last, from: range, world: /\/0$/.test(range) }));
}

function isWebPort({ first, last }: Opening): boolean {
  return first === last && (first === 80 || first === 443);
}

function spans({ first, last }: Opening, port: number): boolean {
  return first <= port && port <= last;
}

function ports({ first, last }: Opening): string {
  return first === last ? `port ${first}` : `ports ${first}–${last}`;
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === UNKNOWN || list(value).length === 0;
}

function isOff(value: unknown): boolean {
  return value === UNKNOWN || !isOn(value);
}

function openBehindBalancers(stack: Stack): readonly Violation[] {
  const balancers = ofType(stack, "aws:lb/loadBalancer:LoadBalancer");
  const theirs = new Set(balancers.flatMap((each) => referred(stack, each, "securityGroups")));
  return ofType(stack, ...OPENINGS)
    .filter((resource) => openings(resource).some(({ world }) => world))
    .filter((resource) => !groupsOf(stack, resource).some((group) => theirs.has(group)))
    .map((of) => ({
      of,
      message: `${of.name} is open to the world; only a load balancer's group may be. Let the balancer's group in instead.`,
    }));
}

function groupsOf(stack: Stack, resource: Resource): readonly Resource[] {
  return resource.type === GROUP ? [resource] : referred(stack, resource, "securityGroupId");
}
