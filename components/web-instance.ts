import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { DEFAULT_INSTANCES } from "../adapters/instance-settings.ts";
import { backedUp } from "./backup-plan.ts";
import { grantStorage } from "./grants.ts";
import { InstanceRole } from "./instance-role.ts";
import { credits, ebsOptimized, METADATA, machineImage, ROOT, readableTags } from "./launch-template.ts";
import { logGroup } from "./log-group.ts";
import { patching } from "./patching.ts";
import { userData } from "./user-data.ts";
import { LOGS_TAG } from "./web-server.ts";
import type { WebTierArgs } from "./web-tier.ts";

export interface WebInstanceArgs
  extends Omit<WebTierArgs, "types" | "controls" | "rollbackAlarms" | "rollbackWindow"> {
  /** Whether only Pulumi may end it, and its disk stays when it does. */
  readonly protect: boolean;
}

/**
 * One web server in a private subnet behind the load balancer, running or stopped as declared. What it runs is replaced with it:
 * the next one serves before the last one ends, whose disk stays where the stack protects.
 */
export class WebInstance extends pulumi.ComponentResource {
  readonly instance: aws.ec2.Instance;
  readonly runState: aws.ec2transitgateway.InstanceState;
  /** The role that the instance takes, its profile and what it may do. */
  readonly access: InstanceRole;
  readonly role: aws.iam.Role;
  /** What the role may do with the stack's storage. */
  readonly granted: readonly aws.iam.RolePolicy[];
  readonly logGroup: aws.cloudwatch.LogGroup;
  readonly attachment: aws.lb.TargetGroupAttachment;
  readonly patching: aws.ssm.Association;

  constructor(name: string, args: WebInstanceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:WebInstance", name, {}, opts);
    const { deployment, target } = args;
    const settings = deployment.instances ?? DEFAULT_INSTANCES;
    this.logGroup = logGroup(`${name}-logs`, args, this);
    this.access = new InstanceRole(
      name,
      { serves: { logGroup: this.logGroup, image: deployment.image } },
      { parent: this },
    );
    this.role = this.access.role;
    this.granted = grantStorage(`${name}-storage`, this.role, args, this);
    // The newest image would replace the instance, disk and all, each time AWS publishes one: a pinned one does when it changes.
    const ignoreChanges = settings.image === undefined ? ["ami"] : [];
    this.instance = new aws.ec2.Instance(`${name}-instance`, instance(name, args, this), {
      parent: this,
      ignoreChanges,
      dependsOn: [...this.access.grants, ...this.granted],
    });
    this.runState = new aws.ec2transitgateway.InstanceState(
      `${name}-state`,
      { instanceId: this.instance.id, state: settings.state },
      { parent: this },
    );
    this.attachment = new aws.lb.TargetGroupAttachment(
      `${name}-attachment`,
      { targetGroupArn: target.group.arn, targetId: this.instance.id, port: deployment.port },
      { parent: this },
    );
    const itself = [{ key: "InstanceIds", values: [this.instance.id] }];
    this.patching = patching(`${name}-patches`, itself, settings.patching ?? "install", this);
    this.registerOutputs({ instanceId: this.instance.id });
  }
}

function instance(name: string, args: WebInstanceArgs, parent: WebInstance): aws.ec2.InstanceArgs {
  const { network, security, compute, deployment, key, protect } = args;
  const tags = { ...args.tags, Name: name };
  return {
    ami: machineImage(deployment, parent),
    instanceType: compute.instanceType,
    ...credits(compute),
    subnetId: network.privateSubnets[0]!.id,
    vpcSecurityGroupIds: [security.instances!.id],
    associatePublicIpAddress: false,
    iamInstanceProfile: parent.access.profile.name,
    metadataOptions: METADATA,
    monitoring: true,
    ebsOptimized: ebsOptimized([compute.instanceType]),
    disableApiTermination: protect,
    forceDestroy: true, // that is against consoles and scripts; Pulumi must be able to replace
    rootBlockDevice: {
      encrypted: true,
      ...(key === undefined ? {} : { kmsKeyId: key.arn }),
      volumeType: "gp3",
      volumeSize: ROOT,
      deleteOnTermination: !protect,
      tags: backedUp(tags),
    },
    userDataBase64: userData({ ...args, region: network.region, hooks: [] }),
    userDataReplaceOnChange: true,
    // The whole instance, too: its recovery points are images that `restore` launches from.
    tags: { ...backedUp(readableTags(tags)), [LOGS_TAG]: parent.logGroup.name },
  };
}
