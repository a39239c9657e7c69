import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { EncryptionKey } from "./encryption-key.ts";
import { jsonText } from "./json-text.ts";

export interface SecureBucketArgs {
  readonly bucket?: aws.s3.BucketArgs;
  /** Encrypts its objects; without one, S3's own does. */
  readonly key?: EncryptionKey | undefined;
  /** What becomes of objects as they age; whatever it is, uploads that were given up end after a week. */
  readonly rules: readonly BucketRule[];
  /** Where S3 notes each request; nowhere for a log bucket, as its notes would make notes. */
  readonly logs?: LogDestination | undefined;
  /** Who else may use it: statements of its policy, beside the one that refuses plain text. */
  readonly allow?: (bucket: aws.s3.Bucket) => readonly object[];
  readonly protect?: boolean;
}

/** A bucket that takes S3's own access logs. */
export interface LogDestination {
  readonly bucket: aws.s3.Bucket;
  readonly policy: aws.s3.BucketPolicy;
}

type BucketRule = aws.types.input.s3.BucketLifecycleConfigurationRule;

/** A bucket with all that makes it safe. */
export interface SecureBucket {
  readonly bucket: aws.s3.Bucket;
  readonly ownership: aws.s3.BucketOwnershipControls;
  readonly publicAccess: aws.s3.BucketPublicAccessBlock;
  readonly encryption: aws.s3.BucketServerSideEncryptionConfiguration;
  readonly versions: aws.s3.BucketVersioning;
  readonly lifecycle: aws.s3.BucketLifecycleConfiguration;
  readonly policy: aws.s3.BucketPolicy;
  readonly logging: aws.s3.BucketLogging | undefined;
}

/** Private (S3.1–3, 8, 12), over TLS alone (S3.5), encrypted (S3.17), versioned (S3.14), with an end to what is old (S3.10, 13). */
export function secureBucket(name: string, args: SecureBucketArgs, component: pulumi.Resource): SecureBucket {
  const parent = { parent: component };
  const made = new aws.s3.Bucket(
    `${name}-bucket`,
    { ...args.bucket },
    { parent: component, protect: args.protect ?? false },
  );
  const bucket = made.id;
  const publicAccess = new aws.s3.BucketPublicAccessBlock(
    `${name}-private`,
    {
      bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    parent,
  );
  const versions = new aws.s3.BucketVersioning(
    `${name}-versions`,
    { bucket, versioningConfiguration: { status: "Enabled" } },
    parent,
  );
  return {
    bucket: made,
    ownership: new aws.s3.BucketOwnershipControls(
      `${name}-ownership`,
      { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } },
      parent,
    ),
    publicAccess,
    encryption: new aws.s3.BucketServerSideEncryptionConfiguration(
      `${name}-encryption`,
      { bucket, rules: [encryptionRule(args.key)] },
      parent,
    ),
    versions,
    lifecycle: new aws.s3.BucketLifecycleConfiguration(
      `${name}-lifecycle`,
      { bucket, rules: args.rules.map((rule) => ({ ...rule, ...GIVEN_UP })) },
      { parent: component, dependsOn: versions },
    ),
    policy: new aws.s3.BucketPolicy(
      `${name}-policy`,
      { bucket, policy: bucketPolicy(made, args.allow?.(made) ?? []) },
      { parent: component, dependsOn: publicAccess },
    ),
    logging: args.logs === undefined ? undefined : logging(name, made, args.logs, component),
  };
}

/** Days after which the parts of an upload that never ended go. */
const GIVEN_UP = { abortIncompleteMultipartUpload: { daysAfterInitiation: 7 } };

/** A rule for every object and its old versions, in days. */
export function expiry(id: string, versions: number, days?: number): BucketRule {
  return {
    id,
    status: "Enabled",
    filter: {},
    ...(days === undefined ? {} : { expiration: { days } }),
    noncurrentVersionExpiration: { noncurrentDays: versions },
  };
}

/** Days in which a deleted log can be brought back. */
const DELETED_LOGS = 30;

/** Logs end after so many days. */
export function logExpiry(days: number): BucketRule {
  return expiry("expire", DELETED_LOGS, days);
}

/** A bucket key spares a call to KMS, and its price, for each object. */
function encryptionRule(key: EncryptionKey | undefined) {
  if (key === undefined) return { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } };
  return {
    applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key.arn },
    bucketKeyEnabled: true,
  };
}

function bucketPolicy(bucket: aws.s3.Bucket, allowed: readonly object[]): pulumi.Output<string> {
  const refusePlainText = {
    Sid: "RefusePlainText",
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: [bucket.arn, pulumi.interpolate`${bucket.arn}/*`],
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
  return jsonText({ Version: "2012-10-17", Statement: [...allowed, refusePlainText] });
}

/** Waits for the destination's policy: S3 tries it. */
function logging(name: string, bucket: aws.s3.Bucket, logs: LogDestination, parent: pulumi.Resource) {
  return new aws.s3.BucketLogging(
    `${name}-logging`,
    { bucket: bucket.id, targetBucket: logs.bucket.id, targetPrefix: `${name}/` },
    { parent, dependsOn: logs.policy },
  );
}
