import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type BucketSettings, VERSIONS_RULE } from "../adapters/bucket-settings.ts";
import type { EncryptionKey } from "./encryption-key.ts";
import { expiry, type LogDestination, type SecureBucket, secureBucket } from "./secure-bucket.ts";

export interface BucketArgs {
  readonly settings: BucketSettings;
  /** Without one, S3's own key encrypts. */
  readonly key: EncryptionKey | undefined;
  /** Where S3 notes each request. */
  readonly logs: LogDestination | undefined;
  /** Pulumi refuses to delete it; without, it goes with its objects. */
  readonly protect: boolean;
}

/** A bucket for a service's objects, which nobody reaches but through a grant. Not replicated to a second region (S3.7). */
export class Bucket extends pulumi.ComponentResource {
  readonly bucket: aws.s3.Bucket;
  readonly parts: SecureBucket;

  constructor(name: string, args: BucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:Bucket", name, {}, opts);
    const { settings, key, logs, protect } = args;
    const locked = settings.objectLock !== undefined;
    this.parts = secureBucket(
      name,
      {
        bucket: {
          ...(settings.name === undefined ? {} : { bucket: settings.name }),
          forceDestroy: settings.forceDestroy ?? !protect,
          ...(locked ? { objectLockEnabled: true } : {}),
        },
        key,
        rules: [expiry(VERSIONS_RULE, settings.versions), ...settings.lifecycle.map(lifecycleRule)],
        logs,
        protect,
      },
      this,
    );
    this.bucket = this.parts.bucket;
    if (settings.objectLock !== undefined) objectLock(this, name, settings.objectLock);
    this.registerOutputs({ bucketName: this.bucket.bucket });
  }
}

function lifecycleRule({ id, prefix, transitions, expire }: BucketSettings["lifecycle"][number]) {
  return {
    id,
    status: "Enabled",
    filter: prefix === undefined ? {} : { prefix },
    transitions: transitions.map(({ after, to }) => ({ days: after, storageClass: to })),
    ...(expire === undefined ? {} : { expiration: { days: expire } }),
  };
}

function objectLock(
  parent: Bucket,
  name: string,
  { mode, retention }: NonNullable<BucketSettings["objectLock"]>,
): void {
  new aws.s3.BucketObjectLockConfiguration(
    `${name}-lock`,
    {
      bucket: parent.bucket.id,
      rule: { defaultRetention: { mode: mode.toUpperCase(), days: retention } },
    },
    { parent, dependsOn: parent.parts.versions },
  );
}
