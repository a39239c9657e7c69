import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { logExpiry, type SecureBucket, secureBucket } from "./secure-bucket.ts";
import { account } from "./trust.ts";

export interface LogBucketArgs {
  /** Days that a log is kept. */
  readonly retention: number;
}

/** Where S3 notes every request to the stack's other buckets (S3.9); nobody else writes to it, and its own requests are not noted. */
export class LogBucket extends pulumi.ComponentResource {
  readonly bucket: aws.s3.Bucket;
  readonly policy: aws.s3.BucketPolicy;
  readonly parts: SecureBucket;

  constructor(name: string, args: LogBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:LogBucket", name, {}, opts);
    // No key: S3 delivers to buckets with SSE-S3 only (S3 user guide, "Enabling server access logging").
    const rules = [logExpiry(args.retention)];
    this.parts = secureBucket(name, { rules, allow: (bucket) => [delivery(bucket, this)] }, this);
    this.bucket = this.parts.bucket;
    this.policy = this.parts.policy;
    this.registerOutputs({ bucketName: this.bucket.bucket });
  }
}

function delivery(bucket: aws.s3.Bucket, parent: pulumi.Resource) {
  return {
    Sid: "DeliverServerAccessLogs",
    Effect: "Allow",
    Principal: { Service: "logging.s3.amazonaws.com" },
    Action: "s3:PutObject",
    Resource: pulumi.interpolate`${bucket.arn}/*`,
    Condition: { StringEquals: { "aws:SourceAccount": account(parent).accountId } },
  };
}
