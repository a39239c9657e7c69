import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ADMINISTRATION, USE } from "./encryption-key.ts";
import { jsonText } from "./json-text.ts";
import { account, type Grant } from "./trust.ts";

export interface ExecSessionsArgs {
  readonly region: string;
  /** Days for which what was typed and shown is kept. */
  readonly logRetention: number;
}

/** Shells in tasks (ECS Exec): every session is logged, and encrypted on its way and at rest with a key of their own. */
export class ExecSessions extends pulumi.ComponentResource {
  readonly key: aws.kms.Key;
  readonly logGroup: aws.cloudwatch.LogGroup;
  /** As a cluster takes it. */
  readonly configuration: aws.types.input.ecs.ClusterConfiguration;
  /** What a task's role needs to open a session. */
  readonly grants: readonly Grant[];

  constructor(name: string, args: ExecSessionsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:ExecSessions", name, {}, opts);
    this.key = new aws.kms.Key(
      `${name}-key`,
      {
        description: "Shells in tasks",
        enableKeyRotation: true,
        deletionWindowInDays: 30,
        policy: sessionKeyPolicy(args.region, this),
      },
      { parent: this },
    );
    this.logGroup = new aws.cloudwatch.LogGroup(
      `${name}-logs`,
      { retentionInDays: args.logRetention, kmsKeyId: this.key.arn },
      { parent: this },
    );
    this.configuration = {
      executeCommandConfiguration: {
        kmsKeyId: this.key.arn,
        logging: "OVERRIDE",
        logConfiguration: { cloudWatchEncryptionEnabled: true, cloudWatchLogGroupName: this.logGroup.name },
      },
    };
    this.grants = sessionGrants(this.key, this.logGroup);
    this.registerOutputs({ logGroupName: this.logGroup.name });
  }
}

/** Unlike the stack's key, it is used by tasks and operators themselves: the account's IAM says which. */
function sessionKeyPolicy(region: string, parent: pulumi.Resource): pulumi.Output<string> {
  const { accountId, partition } = account(parent);
  const logs = pulumi.interpolate`arn:${partition}:logs:${region}:${accountId}:log-group:*`;
  return jsonText({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "Account",
        Effect: "Allow",
        Principal: { AWS: pulumi.interpolate`arn:${partition}:iam::${accountId}:root` },
        Action: [...new Set([...ADMINISTRATION, ...USE])],
        Resource: "*", // in a key's policy: this key
      },
      {
        Sid: "Logs",
        Effect: "Allow",
        Principal: { Service: `logs.${region}.amazonaws.com` },
        Action: USE,
        Resource: "*",
        Condition: { ArnLike: { "kms:EncryptionContext:aws:logs:arn": logs } },
      },
    ],
  });
}

/** ECS developer guide, "Task IAM role permissions for ECS Exec"; channels and the list of groups have no resource to name. */
function sessionGrants(key: aws.kms.Key, logGroup: aws.cloudwatch.LogGroup): readonly Grant[] {
  return [
    {
      actions: [
        "ssmmessages:CreateControlChannel",
        "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel",
        "ssmmessages:OpenDataChannel",
        "logs:DescribeLogGroups",
      ],
      on: ["*"],
    },
    {
      actions: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
      on: [pulumi.interpolate`${logGroup.arn}:*`],
    },
    { actions: ["kms:Decrypt"], on: [key.arn] },
  ];
}
