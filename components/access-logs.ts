import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { account } from "./trust.ts";

export interface AccessLogsArgs {
  /** Days. */
  readonly retention: number;
}

/** A private bucket that the load balancer, and nobody else, writes its access and connection logs to. */
export class AccessLogs extends pulumi.ComponentResource {
  readonly bucket: aws.s3.Bucket;
  readonly ownership: aws.s3.BucketOwnershipControls;
  readonly publicAccessBlock: aws.s3.BucketPublicAccessBlock;
  readonly encryption: aws.s3.BucketServerSideEncryptionConfiguration;
  readonly versioning: aws.s3.BucketVersioning;
  readonly lifecycle: aws.s3.BucketLifecycleConfiguration;
  /** The balancer is made after it: AWS tries a write first. */
  readonly policy: aws.s3.BucketPolicy;

  constructor(name: string, args: AccessLogsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:AccessLogs", name, {}, opts);
    const parent = { parent: this };
    this.bucket = new aws.s3.Bucket(`${name}-bucket`, {}, parent);
    const bucket = this.bucket.id;
    this.ownership = new aws.s3.BucketOwnershipControls(
      `${name}-ownership`,
      { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } },
      parent,
    );
    this.publicAccessBlock = new aws.s3.BucketPublicAccessBlock(
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
    this.encryption = new aws.s3.BucketServerSideEncryptionConfiguration(
      `${name}-encryption`,
      // Load balancers write to buckets with SSE-S3 only (Elastic Load Balancing user guide, "Access logs").
      { bucket, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
      parent,
    );
    this.versioning = new aws.s3.BucketVersioning(
      `${name}-versions`,
      { bucket, versioningConfiguration: { status: "Enabled" } },
      parent,
    );
    this.lifecycle = new aws.s3.BucketLifecycleConfiguration(
      `${name}-lifecycle`,
      { bucket, rules: [expiry(args.retention)] },
      parent,
    );
    this.policy = new aws.s3.BucketPolicy(
      `${name}-policy`,
      { bucket, policy: deliveryPolicy(this.bucket, this) },
      { parent: this, dependsOn: this.publicAccessBlock },
    );
    this.registerOutputs({ bucketName: this.bucket.bucket });
  }
}

function expiry(days: number) {
  return {
    id: "expire",
    status: "Enabled",
    filter: {},
    expiration: { days },
    noncurrentVersionExpiration: { noncurrentDays: 30 },
    abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
  };
}

function deliveryPolicy(bucket: aws.s3.Bucket, parent: pulumi.Resource): pulumi.Output<string> {
  const { accountId } = account(parent);
  return pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "DeliverAccessLogs",
        Effect: "Allow",
        Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
        Action: "s3:PutObject",
        Resource: pulumi.interpolate`${bucket.arn}/AWSLogs/${accountId}/*`,
        Condition: { StringEquals: { "aws:SourceAccount": accountId } },
      },
      {
        Sid: "RefusePlainText",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [bucket.arn, pulumi.interpolate`${bucket.arn}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ],
  });
}
