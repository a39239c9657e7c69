import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { EncryptionKey } from "./encryption-key.ts";
import { logGroup } from "./log-group.ts";
import { allowing, trustPolicy } from "./trust.ts";

export interface FlowLogsArgs {
  readonly vpc: aws.ec2.Vpc;
  readonly region: string;
  readonly key: EncryptionKey | undefined;
  /** Days. */
  readonly logRetention: number;
}

/** Who talked to whom in a VPC, kept in CloudWatch Logs. */
export class FlowLogs extends pulumi.ComponentResource {
  readonly logGroup: aws.cloudwatch.LogGroup;
  readonly role: aws.iam.Role;
  readonly policy: aws.iam.RolePolicy;
  readonly flowLog: aws.ec2.FlowLog;

  constructor(name: string, args: FlowLogsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:FlowLogs", name, {}, opts);
    const { vpc, region } = args;
    const parent = { parent: this };
    this.logGroup = logGroup(`${name}-logs`, args, this);
    const source = {
      service: "vpc-flow-logs.amazonaws.com",
      namespace: "ec2",
      resource: "vpc-flow-log/*",
      region,
    };
    this.role = new aws.iam.Role(`${name}-role`, { assumeRolePolicy: trustPolicy(source, this) }, parent);
    this.policy = new aws.iam.RolePolicy(
      `${name}-write`,
      {
        role: this.role.id,
        policy: allowing({
          actions: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
          on: [this.logGroup.arn, pulumi.interpolate`${this.logGroup.arn}:*`],
        }),
      },
      parent,
    );
    this.flowLog = new aws.ec2.FlowLog(
      `${name}-log`,
      {
        vpcId: vpc.id,
        trafficType: "ALL",
        maxAggregationInterval: 60,
        logDestinationType: "cloud-watch-logs",
        logDestination: this.logGroup.arn,
        iamRoleArn: this.role.arn,
      },
      { parent: this, dependsOn: this.policy },
    );
    this.registerOutputs({ logGroupName: this.logGroup.name });
  }
}
