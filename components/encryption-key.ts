import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { account } from "./trust.ts";

export interface EncryptionKeyArgs {
  readonly region: string;
  /** Keep the key when the stack goes: what it has encrypted is lost without it. */
  readonly protect: boolean;
}

/** Days in which a deleted key can be saved: AWS's longest (ScheduleKeyDeletion). */
const PENDING = 30;

/** Services that use the key on behalf of this account's principals alone (`kms:ViaService`). */
const BY_PRINCIPAL = ["s3", "dynamodb", "ec2", "ecr", "backup", "secretsmanager", "ssm"];

/** One customer-managed key for all that a stack stores: logs, volumes, buckets, tables, images, topics, backups. */
export class EncryptionKey extends pulumi.ComponentResource {
  readonly key: aws.kms.Key;
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: EncryptionKeyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:EncryptionKey", name, {}, opts);
    this.key = new aws.kms.Key(
      `${name}-key`,
      {
        description: "All that the stack stores",
        enableKeyRotation: true,
        deletionWindowInDays: PENDING,
        policy: keyPolicy(args.region, this),
      },
      { parent: this, protect: args.protect, retainOnDelete: args.protect },
    );
    new aws.kms.Alias(`${name}-alias`, { targetKeyId: this.key.keyId }, { parent: this });
    this.arn = this.key.arn;
    this.registerOutputs({ arn: this.arn });
  }
}

/** The account's IAM decides who uses the key, through the services that store with it; two services encrypt by themselves. */
function keyPolicy(region: string, parent: pulumi.Resource): pulumi.Output<string> {
  const { accountId, partition } = account(parent);
  const everything = "*"; // in a key's policy: this key
  const sourceAccount = { StringEquals: { "aws:SourceAccount": accountId } };
  return pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "Administration",
        Effect: "Allow",
        Principal: { AWS: pulumi.interpolate`arn:${partition}:iam::${accountId}:root` },
        Action: ADMINISTRATION,
        Resource: everything,
      },
      {
        Sid: "ThroughServices",
        Effect: "Allow",
        Principal: { AWS: "*" },
        Action: [...USE, "kms:CreateGrant"],
        Resource: everything,
        Condition: {
          StringEquals: {
            "kms:CallerAccount": accountId,
            "kms:ViaService": BY_PRINCIPAL.map((service) => `${service}.${region}.amazonaws.com`),
          },
        },
      },
      {
        Sid: "Logs",
        Effect: "Allow",
        Principal: { Service: `logs.${region}.amazonaws.com` },
        Action: USE,
        Resource: everything,
        Condition: {
          ArnLike: {
            "kms:EncryptionContext:aws:logs:arn": pulumi.interpolate`arn:${partition}:logs:${region}:${accountId}:log-group:*`,
          },
        },
      },
      {
        // Without it an alarm's message to an encrypted topic is lost in silence.
        Sid: "Alarms",
        Effect: "Allow",
        Principal: { Service: "cloudwatch.amazonaws.com" },
        Action: ["kms:Decrypt", "kms:GenerateDataKey"],
        Resource: everything,
        Condition: sourceAccount,
      },
      {
        Sid: "AutoScalingVolumes",
        Effect: "Allow",
        Principal: { AWS: autoScalingRole(partition, accountId) },
        Action: USE,
        Resource: everything,
      },
      {
        Sid: "AutoScalingVolumeGrants",
        Effect: "Allow",
        Principal: { AWS: autoScalingRole(partition, accountId) },
        Action: "kms:CreateGrant",
        Resource: everything,
        Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } },
      },
    ],
  });
}

/** Auto Scaling launches instances whose volumes the key encrypts in its own name (EC2 Auto Scaling user guide, "Required AWS KMS key policy"). */
function autoScalingRole(partition: pulumi.Output<string>, accountId: pulumi.Output<string>) {
  return pulumi.interpolate`arn:${partition}:iam::${accountId}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`;
}

/** To store with the key and read back. */
export const USE = [
  "kms:Encrypt",
  "kms:Decrypt",
  "kms:ReEncryptFrom",
  "kms:ReEncryptTo",
  "kms:GenerateDataKey",
  "kms:DescribeKey",
];

/** To manage the key, not to read with it (KMS developer guide, "Allows key administrators to administer the KMS key"). */
export const ADMINISTRATION = [
  "kms:DescribeKey",
  "kms:GetKeyPolicy",
  "kms:PutKeyPolicy",
  "kms:ListKeyPolicies",
  "kms:GetKeyRotationStatus",
  "kms:EnableKeyRotation",
  "kms:EnableKey",
  "kms:DisableKey",
  "kms:UpdateKeyDescription",
  "kms:ListResourceTags",
  "kms:TagResource",
  "kms:UntagResource",
  "kms:CreateAlias",
  "kms:UpdateAlias",
  "kms:DeleteAlias",
  "kms:ListGrants",
  "kms:RevokeGrant",
  "kms:ScheduleKeyDeletion",
  "kms:CancelKeyDeletion",
];
