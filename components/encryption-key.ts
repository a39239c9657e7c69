import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { KeySettings } from "../adapters/key-settings.ts";
import { jsonText } from "./json-text.ts";
import { account } from "./trust.ts";

export interface EncryptionKeyArgs extends KeySettings {
  readonly region: string;
  /** Keep the key when the stack goes: what it has encrypted is lost without it. */
  readonly protect: boolean;
}

/** Days in which a deleted key can be saved: AWS's longest (ScheduleKeyDeletion). */
const PENDING = 30;

/** Days between new key material, AWS's own default (EnableKeyRotation). */
const YEAR = 365;

/** Services through which this account's principals may use the key, if their IAM policies say so (`kms:ViaService`). */
const BY_PRINCIPAL = ["s3", "dynamodb", "ec2", "ecr", "backup", "secretsmanager", "ssm", "sns"];

/**
 * One customer-managed key for all that a stack stores: logs, volumes, buckets, tables, images, topics, backups. Its policy names the
 * account's role of Auto Scaling, which the first group ever made there makes: before that, `aws iam create-service-linked-role`.
 */
export class EncryptionKey extends pulumi.ComponentResource {
  /** Unless it is a key that exists. */
  readonly key: aws.kms.Key | undefined;
  readonly alias: aws.kms.Alias | undefined;
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: EncryptionKeyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:EncryptionKey", name, {}, opts);
    const { arn } = args;
    this.key = arn === undefined ? ownKey(name, args, this) : undefined;
    this.alias =
      this.key && new aws.kms.Alias(`${name}-alias`, { targetKeyId: this.key.keyId }, { parent: this });
    this.arn = this.key?.arn ?? aws.kms.getKeyOutput({ keyId: arn! }, { parent: this }).apply(usableKey);
    this.registerOutputs({ arn: this.arn });
  }
}

/** The ARN of a key that exists; throws unless it can encrypt (STO-17). */
export function usableKey({
  arn,
  keyState,
  keySpec,
}: Pick<aws.kms.GetKeyResult, "arn" | "keyState" | "keySpec">): string {
  const wrong = (what: string, wayOut: string) =>
    new Error(`setpoint:deployment.key.arn: the key is ${what}; nothing can be stored with it. ${wayOut}.`);
  if (keyState !== "Enabled") throw wrong(keyState, "Enable it or cancel its deletion, or name another key");
  if (keySpec !== "SYMMETRIC_DEFAULT") throw wrong(keySpec, "Name a symmetric key");
  return arn;
}

function ownKey(name: string, args: EncryptionKeyArgs, parent: EncryptionKey): aws.kms.Key {
  const { region, protect, deletionWindow = PENDING, rotation = YEAR } = args;
  return new aws.kms.Key(
    `${name}-key`,
    {
      description: "All that the stack stores",
      enableKeyRotation: true,
      rotationPeriodInDays: rotation,
      deletionWindowInDays: deletionWindow,
      policy: keyPolicy(region, parent),
    },
    { parent, protect, retainOnDelete: protect },
  );
}

/** The account's IAM decides who uses the key, through the services that store with it; some services encrypt by themselves. */
function keyPolicy(region: string, parent: pulumi.Resource): pulumi.Output<string> {
  const { accountId, partition } = account(parent);
  const everything = "*"; // in a key's policy: this key
  const wholeAccount = { AWS: pulumi.interpolate`arn:${partition}:iam::${accountId}:root` };
  const sourceAccount = { StringEquals: { "aws:SourceAccount": accountId } };
  return jsonText({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "Administration",
        Effect: "Allow",
        Principal: wholeAccount,
        Action: ADMINISTRATION,
        Resource: everything,
      },
      {
        Sid: "ThroughServices",
        Effect: "Allow",
        Principal: wholeAccount, // not `*`, which would need no IAM policy
        Action: [...USE, "kms:CreateGrant", "kms:RetireGrant"],
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
        // EventBridge's messages carry no source account to ask for (SNS developer guide, "Securing Amazon SNS data with server-side encryption").
        Sid: "Events",
        Effect: "Allow",
        Principal: { Service: "events.amazonaws.com" },
        Action: ["kms:Decrypt", "kms:GenerateDataKey"],
        Resource: everything,
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

/** To store with the key and read back; volumes ask for their data keys without plaintext (EBS user guide, "Permissions for IAM users"). */
export const USE = [
  "kms:Encrypt",
  "kms:Decrypt",
  "kms:ReEncryptFrom",
  "kms:ReEncryptTo",
  "kms:GenerateDataKey",
  "kms:GenerateDataKeyWithoutPlaintext",
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
  "kms:DisableKeyRotation",
  "kms:ListKeyRotations",
  "kms:RotateKeyOnDemand",
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
