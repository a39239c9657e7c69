import {
  at,
  isGiven,
  list,
  ofType,
  type Resource,
  referred,
  type Stack,
  text,
} from "../../guard/resource.ts";
import { add, edit, set, taken, twin, without } from "../support/changes.ts";
import { all, each, every, guard, having, none, refersTo, type Table } from "../support/controls.ts";

const VPC = "aws:ec2/vpc:Vpc";
const ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint";
const GROUP = "aws:ec2/securityGroup:SecurityGroup";
const INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
const ROUTE = "aws:ec2/route:Route";
const TLS = { ipProtocol: "tcp", fromPort: 443, toPort: 443, description: "By hand" };

/** Each VPC reaches the services without leaving. */
export const reaches = (...services: readonly string[]) =>
  each(VPC, (_, vpc, stack) =>
    services.every((service) =>
      having(stack, ENDPOINT, "vpcId", vpc).some(({ inputs }) =>
        text(inputs.serviceName).endsWith(`.${service}`),
      ),
    ),
  );

const THROUGH_NAT = "calls leave through NAT; an endpoint costs 8 USD a month for each zone";

function isBalancers(stack: Stack, group: Resource): boolean {
  return ofType(stack, "aws:lb/loadBalancer:LoadBalancer").some((balancer) =>
    referred(stack, balancer, "securityGroups").includes(group),
  );
}

/** Neither the rules of a group nor the group itself use it. */
function isInUse(stack: Stack, group: Resource): boolean {
  return stack.resources.some(
    (user) => ![INGRESS, EGRESS].includes(user.type) && referred(stack, user).includes(group),
  );
}

/** An entry of an ACL that lets the world reach 22 or 3389. */
function opensAdministration(rule: unknown): boolean {
  const world = [at(rule, "cidrBlock"), at(rule, "ipv6CidrBlock")].some((from) => /\/0$/.test(text(from)));
  const [first, last] = [Number(at(rule, "fromPort") ?? 0), Number(at(rule, "toPort") ?? 0)];
  const spans = (port: number) => (first === 0 && last === 0) || (first <= port && port <= last);
  return world && [at(rule, "action"), at(rule, "ruleAction")].includes("allow") && [22, 3389].some(spans);
}

export const NETWORK: Table = {
  title: "Network (`Network`, `Security`)",
  file: "network.ts",
  controls: [
    {
      ids: "EC2.2",
      control: "default security groups allow no traffic",
      checkov: "CKV2_AWS_12",
      faults: all(
        guard("default-security-group-closed"),
        each(
          VPC,
          (_, vpc, stack) =>
            having(stack, "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "vpcId", vpc).length === 1,
        ),
      ),
      broken: [
        set("network-default", "ingress", [{ protocol: "-1", self: true }]),
        without("network-default"),
      ],
    },
    {
      ids: "EC2.6",
      control: "VPC flow logs, of all traffic",
      checkov: "CKV2_AWS_11",
      faults: each(VPC, (_, vpc, stack) =>
        having(stack, "aws:ec2/flowLog:FlowLog", "vpcId", vpc).some(
          (log) =>
            log.inputs.trafficType === "ALL" &&
            refersTo(stack, log, "logDestination", "aws:cloudwatch/logGroup:LogGroup"),
        ),
      ),
      broken: set("network-flow-log", "trafficType", "REJECT"),
      dev: "marked ᵈ: each GB costs",
    },
    {
      ids: "EC2.10",
      control: "VPC endpoint for the EC2 API",
      checkov: "–",
      faults: reaches("ec2"),
      broken: without("network-ec2"),
      dev: THROUGH_NAT,
    },
    {
      ids: "EC2.55, EC2.56",
      control: "endpoints for ECR's API and registry, and S3 that layers come from",
      checkov: "–",
      faults: reaches("ecr.api", "ecr.dkr", "s3"),
      broken: [without("network-s3"), without("network-ecr-api"), without("network-ecr-dkr")],
      dev: THROUGH_NAT,
    },
    {
      ids: "EC2.57",
      control: "endpoints for Systems Manager",
      checkov: "–",
      faults: reaches("ssm", "ssmmessages", "ec2messages"),
      broken: ["ssm", "ssmmessages", "ec2messages"].map((each) => without(`network-${each}`)),
      dev: THROUGH_NAT,
    },
    {
      ids: "EC2.15",
      control: "subnets give no public IP, public ones neither",
      checkov: "CKV_AWS_130",
      faults: guard("subnet-no-public-ip"),
      broken: set("network-public-eu-west-1b", "mapPublicIpOnLaunch", true),
    },
    {
      ids: "EC2.16",
      control: "no network ACLs but the default",
      checkov: "CKV2_AWS_1",
      faults: none(/:NetworkAcl$/),
      broken: add("aws:ec2/networkAcl:NetworkAcl", {}),
    },
    {
      ids: "EC2.21",
      control: "ACLs do not open 22 and 3389 to the world",
      checkov: "CKV_AWS_229, CKV_AWS_230, CKV_AWS_231, CKV_AWS_232, CKV_AWS_352",
      faults: every(
        [
          "aws:ec2/networkAclRule:NetworkAclRule",
          "aws:ec2/networkAcl:NetworkAcl",
          "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl",
        ],
        (inputs) =>
          ![inputs, ...list(inputs.ingress)].some(
            (rule) => at(rule, "egress") !== true && opensAdministration(rule),
          ),
      ),
      broken: add("aws:ec2/networkAclRule:NetworkAclRule", {
        ...{ cidrBlock: "0.0.0.0/0", ruleAction: "allow", fromPort: 0, toPort: 1024 },
      }),
    },
    {
      ids: "EC2.18",
      control: "open to the world on 80 and 443 only, and at the balancer only",
      checkov: "CKV_AWS_260, CKV_AWS_277",
      faults: guard("no-world-open-ports", "world-open-only-at-balancers"),
      broken: [
        set("security-world-443-in", "toPort", 8443),
        taken("security-world-443-in", "securityGroupId", "security-tasks"),
      ],
    },
    {
      ids: "EC2.13ᴺ, EC2.14ᴺ, EC2.19, EC2.53ᴺ, EC2.54ᴺ",
      control: "no 22, no 3389 in any rule, IPv4 and IPv6",
      checkov: "CKV_AWS_24, CKV_AWS_25",
      faults: guard("no-administration-ports", "no-world-open-ports"),
      broken: add(INGRESS, { ...TLS, cidrIpv6: "::/0", fromPort: 3389, toPort: 3389 }, { name: "desktops" }),
    },
    {
      ids: "–",
      control: "behind the balancer, groups let groups in; what leaves has a port",
      checkov: "CKV_AWS_382",
      faults: all(
        each(
          INGRESS,
          (inputs, rule, stack) =>
            isGiven(inputs.referencedSecurityGroupId) ||
            referred(stack, rule, "securityGroupId").every((group) => isBalancers(stack, group)),
        ),
        each(EGRESS, ({ ipProtocol, fromPort, toPort }) => ipProtocol === "tcp" && fromPort === toPort),
        each(GROUP, (inputs) => !isGiven(inputs.ingress) && !isGiven(inputs.egress)),
      ),
      broken: [
        set("security-tasks-internet-out", "ipProtocol", "-1"),
        set("security-balancer-tasks-8080-in", "referencedSecurityGroupId", undefined),
        set("security-tasks", "egress", [{ protocol: "-1", cidrBlocks: ["0.0.0.0/0"] }]),
      ],
      dev: "its NAT instance lets the addresses of the private subnets in: it passes on what any of them sends",
      devAlone: /network-nat-/,
    },
    {
      ids: "–",
      control: "every group and rule has a description; no group is an orphan",
      checkov: "CKV_AWS_23, CKV2_AWS_5",
      faults: all(
        each([INGRESS, EGRESS, GROUP], (inputs) => isGiven(inputs.description)),
        each(GROUP, (_, group, stack) => isInUse(stack, group)),
      ),
      broken: [
        set("security-tasks-endpoints-in", "description", ""),
        add(GROUP, { description: "Of nothing" }),
      ],
    },
    {
      ids: "EC2.12ᴺ",
      control: "each Elastic IP belongs to a NAT",
      checkov: "CKV2_AWS_19",
      faults: each(
        "aws:ec2/eip:Eip",
        (inputs, address, stack) =>
          isGiven(inputs.networkInterface) ||
          having(stack, "aws:ec2/natGateway:NatGateway", "allocationId", address).length === 1,
      ),
      broken: add("aws:ec2/eip:Eip", { domain: "vpc" }),
    },
    {
      ids: "–",
      control: "private subnets leave through a NAT gateway, each zone through its own",
      checkov: "CKV2_AWS_35",
      faults: all(
        each(ROUTE, (inputs) => !isGiven(inputs.networkInterfaceId) && !isGiven(inputs.instanceId)),
        every(ROUTE, (_, route, stack) =>
          referred(stack, route, "natGatewayId")
            .filter(({ type }) => type === "aws:ec2/natGateway:NatGateway")
            .every((gateway) => having(stack, ROUTE, "natGatewayId", gateway).length === 1),
        ),
      ),
      broken: [
        twin("network-private-eu-west-1a-out"),
        set("network-private-eu-west-1a-out", "networkInterfaceId", "eni-1"),
      ],
      dev: "marked ᵈ: a NAT instance costs a tenth of a gateway",
    },
    {
      ids: "–",
      control: "the default VPC is not used",
      checkov: "CKV_AWS_148",
      faults: all(
        none(/:Default(Vpc|Subnet)$/),
        each(["aws:ec2/subnet:Subnet", GROUP, "aws:lb/targetGroup:TargetGroup"], (_, resource, stack) =>
          refersTo(stack, resource, "vpcId", VPC),
        ),
      ),
      broken: [edit("security-tasks", () => ({ references: {} })), add("aws:ec2/defaultVpc:DefaultVpc", {})],
    },
  ],
  elsewhere: [
    {
      ids: "EC2.172",
      control: "VPC Block Public Access stops internet gateways",
      checkov: "–",
      state: "not held by default",
      why: "the balancer is public; the account's owner decides",
    },
  ],
};
