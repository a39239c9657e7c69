import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type LogDestination, logExpiry, type SecureBucket, secureBucket } from "./secure-bucket.ts";
import { account } from "./trust.ts";

export interface AccessLogsArgs {
  /** Days. */
  readonly retention: number;
  /** Where S3 notes who reads the logs. */
  readonly logs?: LogDestination | undefined;
}

/** A private bucket that the load balancer, and nobody else, writes its access and connection logs to. */
export class AccessLogs extends pulumi.ComponentResource {
  readonly bucket: aws.s3.Bucket;
  /** The balancer is made after it: AWS tries a write first. */
  readonly policy: aws.s3.BucketPolicy;
  readonly parts: SecureBucket;

  constructor(name: string, args: AccessLogsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:AccessLogs", name, {}, opts);
    this.parts = secureBucket(
      name,
      {
        // No key: load balancers write to buckets with SSE-S3 only (Elastic Load Balancing user guide, "Access logs").
        rules: [logExpiry(args.retention)],
        logs: args.logs,
        allow: (bucket) => [delivery(bucket, this)],
      },
      this,
    );
    this.bucket = this.parts.bucket;
    this.policy = this.parts.policy;
    this.registerOutputs({ bucketName: this.bucket.bucket });
  }
}

/** The path names the account. No condition does: accounts differ on whether Elastic Load Balancing sends its key, and without one AWS refuses the balancer. */
function delivery(bucket: aws.s3.Bucket, parent: pulumi.Resource) {
  const { accountId } = account(parent);
  return {
    Sid: "DeliverAccessLogs",
    Effect: "Allow",
    Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
    Action: "s3:PutObject",
    Resource: pulumi.interpolate`${bucket.arn}/AWSLogs/${accountId}/*`,
  };
}
