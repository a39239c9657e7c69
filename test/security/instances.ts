import { secretIn } from "../../adapters/bad-input.ts";
import {
  at,
  isGiven,
  isOn,
  list,
  ofType,
  type Resource,
  referred,
  type Stack,
  text,
} from "../../guard/resource.ts";
import { add, edit, set, taken, without } from "../support/changes.ts";
import { all, each, guard, having, none, refersTo, type Table } from "../support/controls.ts";
import { reaches } from "./network.ts";

const TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
const INSTANCE = "aws:ec2/instance:Instance";
const GROUP = "aws:autoscaling/group:Group";
const SERVICE = "aws:ecs/service:Service";
const KEY = "aws:kms/key:Key";
const PUBLIC_ID = "aws:ec2/internetGateway:InternetGateway";
const ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment";

/** Families with paravirtual images (EC2 user guide, "Linux AMI virtualization types"). */
const PARAVIRTUAL = /^(t1|m1|m2|m3|c1|c3|hi1|hs1)\./;

/** Subnets whose table leads to an internet gateway. */
function isPublic(stack: Stack, subnet: Resource): boolean {
  return having(stack, "aws:ec2/routeTableAssociation:RouteTableAssociation", "subnetId", subnet)
    .flatMap((association) => referred(stack, association, "routeTableId"))
    .flatMap((table) => having(stack, "aws:ec2/route:Route", "routeTableId", table))
    .some((route) => refersTo(stack, route, "gatewayId", PUBLIC_ID));
}

/** None of the subnets that it lies in, by itself or by its interface, is public. */
function isInside(stack: Stack, resource: Resource): boolean {
  const interfaces = referred(stack, resource, "primaryNetworkInterface");
  return ["subnetId", "vpcZoneIdentifiers", "networkConfiguration"]
    .flatMap((input) => [resource, ...interfaces].flatMap((each) => referred(stack, each, input)))
    .filter(({ type }) => type === "aws:ec2/subnet:Subnet")
    .every((subnet) => !isPublic(stack, subnet));
}

function serving(stack: Stack, template: Resource): boolean {
  const groups = ofType(stack, GROUP).filter((group) => referred(stack, group).includes(template));
  return groups.some(({ inputs }) => isGiven(inputs.targetGroupArns));
}

/** The tags that a selection of the backup plan asks for, such as those of one volume. */
function backedUp(stack: Stack, tags: unknown): boolean {
  const asked = ofType(stack, "aws:backup/selection:Selection").map(({ inputs }) =>
    list(at(inputs, "conditions.0.stringEquals")),
  );
  return asked.some((conditions) =>
    conditions.every((condition) => {
      const key = text(at(condition, "key")).replace("aws:ResourceTag/", "");
      return (tags as Record<string, unknown> | undefined)?.[key] === at(condition, "value");
    }),
  );
}

function tagsOf(inputs: unknown, resourceType: string): unknown {
  const found = list(at(inputs, "tagSpecifications")).find(
    (each) => at(each, "resourceType") === resourceType,
  );
  return at(found, "tags");
}

/** Whether a new version of its template replaces its instances: by the provider, or by a runbook that a new version runs. */
function rolls(stack: Stack, group: Resource): boolean {
  if (at(group.inputs, "instanceRefresh.strategy") === "Rolling") return true;
  const [template] = referred(stack, group).filter(({ type }) => type === TEMPLATE);
  return having(stack, "aws:ssm/document:Document", "content", group)
    .filter(({ inputs }) => text(inputs.content).includes('"StartInstanceRefresh"'))
    .flatMap((document) => having(stack, "aws:ssm/association:Association", "name", document))
    .some((run) => referred(stack, run, "parameters").includes(template!));
}

function managedPolicies(stack: Stack, resource: Resource): readonly string[] {
  return referred(stack, resource, "iamInstanceProfile")
    .flatMap((profile) => referred(stack, profile, "role"))
    .flatMap((role) => having(stack, ATTACHMENT, "role", role))
    .map(({ inputs }) => text(inputs.policyArn).split("/").at(-1)!);
}

function patched(stack: Stack, resource: Resource): boolean {
  return having(stack, "aws:ssm/association:Association", "targets", resource).some(
    ({ inputs }) => inputs.name === "AWS-RunPatchBaseline",
  );
}

const NAT = "its NAT instance is a machine whose work it is";

export const INSTANCES: Table = {
  title: "EC2 (`WebTier`, `WebInstance`, `InstanceCapacity`)",
  file: "instances.ts",
  controls: [
    {
      ids: "EC2.8, EC2.170, AutoScaling.3",
      control: "IMDSv2 required",
      checkov: "CKV_AWS_79",
      faults: guard("imdsv2-required"),
      broken: set("cluster-instances-template", "metadataOptions.httpTokens", "optional"),
    },
    {
      ids: "AutoScaling.4",
      control: "metadata within one hop",
      checkov: "CKV_AWS_341",
      faults: each(
        [TEMPLATE, INSTANCE],
        (inputs) => at(inputs, "metadataOptions.httpPutResponseHopLimit") === 1,
      ),
      broken: set("web-web-template", "metadataOptions.httpPutResponseHopLimit", 2),
    },
    {
      ids: "EC2.9, EC2.25, AutoScaling.5",
      control: "no public IPs, private subnets",
      checkov: "CKV_AWS_88, CKV_AWS_389",
      faults: all(
        guard("ec2-instance-no-public-ip"),
        each(TEMPLATE, (inputs) =>
          list(inputs.networkInterfaces).every((one) => at(one, "associatePublicIpAddress") === "false"),
        ),
        each([INSTANCE, GROUP, SERVICE], (_, resource, stack) => isInside(stack, resource)),
      ),
      broken: [
        taken("one-web-instance", "subnetId", "network-public-eu-west-1a"),
        taken("web-web-group", "vpcZoneIdentifiers", "network-public-eu-west-1a"),
        taken("cart-ecs-service", "networkConfiguration", "network-public-eu-west-1a"),
        set("web-web-template", "networkInterfaces.0.associatePublicIpAddress", undefined),
      ],
      dev: `${NAT} to be reached from inside and to reach out: it has the stack's one address`,
      devAlone: /network-nat-/,
    },
    {
      ids: "EC2.3, EC2.7, EC2.181",
      control: "EBS volumes encrypted",
      checkov: "CKV_AWS_3, CKV_AWS_8, CKV_AWS_106",
      faults: guard("encrypted-volumes"),
      broken: set("web-web-template", "blockDeviceMappings.0.ebs.encrypted", "false"),
    },
    {
      ids: "–",
      control: "EBS volumes encrypted with the stack's key",
      checkov: "CKV_AWS_189, CKV2_AWS_2",
      faults: all(
        each(TEMPLATE, (_, template, stack) => refersTo(stack, template, "blockDeviceMappings", KEY)),
        each(INSTANCE, (_, instance, stack) => refersTo(stack, instance, "rootBlockDevice", KEY)),
      ),
      broken: [
        edit("cluster-instances-template", () => ({ references: {} })),
        edit("one-web-instance", () => ({ references: {} })),
      ],
      dev: "no customer key: AWS's own encrypts",
    },
    {
      ids: "EC2.17",
      control: "one network interface",
      checkov: "–",
      faults: all(
        each(TEMPLATE, (inputs) => list(inputs.networkInterfaces).length === 1),
        each(INSTANCE, (inputs) => list(inputs.networkInterfaces).length === 0),
        none(/:NetworkInterfaceAttachment$/),
      ),
      broken: [
        set("web-web-template", "networkInterfaces", [{}, {}]),
        set("one-web-instance", "networkInterfaces", [{}]),
      ],
    },
    {
      ids: "EC2.24",
      control: "no paravirtual instance types",
      checkov: "–",
      faults: all(
        each([TEMPLATE, INSTANCE], (inputs) => !PARAVIRTUAL.test(text(inputs.instanceType))),
        each(GROUP, (inputs) =>
          list(at(inputs, "mixedInstancesPolicy.launchTemplate.overrides")).every(
            (one) => !PARAVIRTUAL.test(text(at(one, "instanceType"))),
          ),
        ),
      ),
      broken: [
        set("cluster-instances-template", "instanceType", "m3.large"),
        set("office-web-group", "mixedInstancesPolicy.launchTemplate.overrides.1.instanceType", "c3.large"),
      ],
    },
    {
      ids: "EC2.28ᴺ",
      control: "volumes of services in the backup plan",
      checkov: "CKV2_AWS_9",
      faults: all(
        each(
          TEMPLATE,
          (inputs, template, stack) => !serving(stack, template) || backedUp(stack, tagsOf(inputs, "volume")),
        ),
        each(INSTANCE, (inputs, _, stack) => backedUp(stack, at(inputs, "rootBlockDevice.tags"))),
      ),
      broken: [
        set("web-web-template", "tagSpecifications", []),
        set("one-web-instance", "rootBlockDevice.tags", {}),
        without("backup-selection"),
      ],
      dev: "no backup unless declared: it may be thrown away",
    },
    {
      ids: "EC2.180",
      control: "source and destination are checked",
      checkov: "–",
      faults: each(
        [INSTANCE, "aws:ec2/networkInterface:NetworkInterface"],
        (inputs) => inputs.sourceDestCheck !== false,
      ),
      broken: add(INSTANCE, { sourceDestCheck: false }),
      dev: `${NAT} to pass on what others send`,
      devAlone: /network-nat-/,
    },
    {
      ids: "AutoScaling.1",
      control: "the balancer's health checks replace instances",
      checkov: "CKV2_AWS_15",
      faults: guard("group-uses-balancer-health"),
      broken: set("office-web-group", "healthCheckType", "EC2"),
    },
    {
      ids: "AutoScaling.2",
      control: "groups in several zones",
      checkov: "–",
      faults: guard("group-several-zones"),
      broken: set("cluster-instances-group", "vpcZoneIdentifiers", ["subnet-1"]),
    },
    {
      ids: "AutoScaling.6",
      control: "several equal instance types; a group with a warm pool may have none (PutWarmPool)",
      checkov: "–",
      faults: each(
        GROUP,
        (inputs) =>
          isGiven(inputs.warmPool) ||
          list(at(inputs, "mixedInstancesPolicy.launchTemplate.overrides")).length >= 2,
      ),
      broken: set("office-web-group", "mixedInstancesPolicy", undefined),
      dev: "marked ᵈ: one type is known better than three",
    },
    {
      ids: "AutoScaling.9",
      control: "launch templates, no launch configurations",
      checkov: "CKV_AWS_315",
      faults: all(
        guard("launch-templates-only"),
        each(GROUP, (_, group, stack) => referred(stack, group).some(({ type }) => type === TEMPLATE)),
      ),
      broken: add("aws:ec2/launchConfiguration:LaunchConfiguration", {}),
    },
    {
      ids: "–",
      control: "metrics each minute, EBS optimized, tags on what is launched",
      checkov: "CKV_AWS_126, CKV_AWS_135, CKV_AWS_153",
      faults: all(
        guard("ec2-instance-detailed-monitoring-enabled"),
        each(TEMPLATE, (inputs) => isOn(inputs.ebsOptimized)),
        each(TEMPLATE, (inputs) =>
          ["instance", "volume"].every((kind) => isGiven(at(tagsOf(inputs, kind), "setpoint:stack"))),
        ),
        each(INSTANCE, (inputs) => isOn(inputs.ebsOptimized) || inputs.sourceDestCheck === false),
      ),
      broken: [
        set("cluster-instances-template", "ebsOptimized", "false"),
        set("cluster-instances-template", "tagSpecifications", []),
        set("one-web-instance", "ebsOptimized", false),
        set("one-web-instance", "monitoring", false),
      ],
    },
    {
      ids: "–",
      control: "no secret in user data",
      checkov: "CKV_AWS_46",
      faults: each([TEMPLATE, INSTANCE], ({ userData, userDataBase64 }) => {
        const coded = text(userDataBase64 ?? userData);
        const script = coded.startsWith("#!") ? coded : Buffer.from(coded, "base64").toString();
        return script.startsWith("#!") && !secretIn(script);
      }),
      broken: set(
        "web-web-template",
        "userData",
        Buffer.from("#!/bin/bash\nexport DB_PASSWORD=hunter2\n").toString("base64"),
      ),
    },
    {
      ids: "–",
      control: "a role for each, with Systems Manager's policy and no other of AWS's",
      checkov: "CKV2_AWS_41",
      faults: each(
        [TEMPLATE, INSTANCE],
        (_, resource, stack) => managedPolicies(stack, resource).join() === "AmazonSSMManagedInstanceCore",
      ),
      broken: set("web-web-ssm", "policyArn", "arn:aws:iam::aws:policy/AmazonS3FullAccess"),
    },
    {
      ids: "SSM.1",
      control: "managed by Systems Manager, within the network",
      checkov: "–",
      faults: all(
        each([TEMPLATE, INSTANCE], (_, resource, stack) =>
          managedPolicies(stack, resource).includes("AmazonSSMManagedInstanceCore"),
        ),
        reaches("ssm", "ssmmessages", "ec2messages"),
      ),
      broken: [without("one-web-ssm"), without("network-ssm")],
      dev: "managed as well, but through NAT: an endpoint costs 8 USD a month for each zone",
    },
    {
      ids: "SSM.2, SSM.3",
      control: "compared with a patch baseline each week; groups roll to each new image",
      checkov: "–",
      faults: all(
        each([GROUP, INSTANCE], (_, resource, stack) => patched(stack, resource)),
        each(GROUP, (_, group, stack) => rolls(stack, group)),
      ),
      broken: [
        without("cluster-instances-patches"),
        without("one-web-patches"),
        set("cluster-instances-group", "instanceRefresh", undefined),
        without("web-web-refresh-run"),
        set("web-web-refresh-runbook", "content", "{}"),
      ],
      dev: "all but its NAT instance, which each new image replaces",
      devAlone: /network-nat-/,
    },
  ],
  elsewhere: [
    {
      ids: "EC2.1, EC2.182",
      control: "snapshots not public",
      checkov: "CKV_AWS_205",
      state: "operations, later",
      why: "no resource of ours shares a snapshot; what takes and restores them comes with operations",
    },
    {
      ids: "EC2.4",
      control: "stopped instances are removed",
      checkov: "–",
      state: "operations, later",
      why: "`instances list` will mark what has been stopped for 30 days",
    },
  ],
};
