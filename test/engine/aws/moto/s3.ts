import type { LifecycleRule, ObjectOwnership } from "@aws-sdk/client-s3";
import type { Bag } from "../cloud.ts";
import { REGION } from "../computed.ts";
import { apiNames } from "./api-names.ts";
import type { Clients } from "./clients.ts";
import type { Asked, Passed } from "./passed.ts";

/** A setting of a bucket, which another `put` overwrites and `remove` takes away. */
function setting(
  put: (s3: Clients["s3"], Bucket: string, inputs: Bag) => Promise<unknown>,
  remove?: (s3: Clients["s3"], bucket: { readonly Bucket: string }) => Promise<unknown>,
): Passed {
  const set = async ({ s3 }: Clients, { inputs }: Asked) => {
    await put(s3, String(inputs.bucket), inputs);
    return {};
  };
  const undone =
    remove && (({ s3 }: Clients, { outputs }: Asked) => remove(s3, { Bucket: String(outputs.bucket) }));
  return { create: set, update: set, ...(undone === undefined ? {} : { remove: undone }) };
}

function lifecycleRule({ id, status, ...rest }: Bag): LifecycleRule {
  return { ID: String(id), ...apiNames<Pick<LifecycleRule, "Status">>({ status, ...rest }) };
}

function encryptionRule({ applyServerSideEncryptionByDefault, bucketKeyEnabled }: Bag) {
  const { sseAlgorithm, kmsMasterKeyId } = (applyServerSideEncryptionByDefault ?? {}) as Bag;
  return {
    BucketKeyEnabled: bucketKeyEnabled as boolean | undefined,
    ApplyServerSideEncryptionByDefault: {
      SSEAlgorithm: sseAlgorithm as "AES256",
      KMSMasterKeyID: kmsMasterKeyId as string | undefined,
    },
  };
}

export const S3: Readonly<Record<string, Passed>> = {
  "aws:s3/bucket:Bucket": {
    create: async ({ s3 }, { outputs }) => {
      const Bucket = String(outputs.bucket);
      await s3.createBucket({ Bucket, CreateBucketConfiguration: { LocationConstraint: REGION } });
      return {};
    },
    remove: ({ s3 }, { outputs }) => s3.deleteBucket({ Bucket: String(outputs.bucket) }),
    read: async ({ s3 }, { outputs }) => {
      await s3.headBucket({ Bucket: String(outputs.bucket) });
      return {};
    },
  },
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": setting(
    (s3, Bucket, { rules }) =>
      s3.putBucketLifecycleConfiguration({
        Bucket,
        LifecycleConfiguration: { Rules: (rules as Bag[]).map(lifecycleRule) },
      }),
    (s3, bucket) => s3.deleteBucketLifecycle(bucket),
  ),
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": setting(
    (s3, Bucket, { rule }) => {
      const { objectOwnership } = rule as { objectOwnership: ObjectOwnership };
      return s3.putBucketOwnershipControls({
        Bucket,
        OwnershipControls: { Rules: [{ ObjectOwnership: objectOwnership }] },
      });
    },
    (s3, bucket) => s3.deleteBucketOwnershipControls(bucket),
  ),
  "aws:s3/bucketPolicy:BucketPolicy": setting(
    (s3, Bucket, { policy }) => s3.putBucketPolicy({ Bucket, Policy: String(policy) }),
    (s3, bucket) => s3.deleteBucketPolicy(bucket),
  ),
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": setting(
    (s3, Bucket, { blockPublicAcls, blockPublicPolicy, ignorePublicAcls, restrictPublicBuckets }) =>
      s3.putPublicAccessBlock({
        Bucket,
        PublicAccessBlockConfiguration: apiNames({
          ...{ blockPublicAcls, blockPublicPolicy, ignorePublicAcls, restrictPublicBuckets },
        }),
      }),
    (s3, bucket) => s3.deletePublicAccessBlock(bucket),
  ),
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": setting(
    (s3, Bucket, { rules }) =>
      s3.putBucketEncryption({
        Bucket,
        ServerSideEncryptionConfiguration: { Rules: (rules as Bag[]).map(encryptionRule) },
      }),
    (s3, bucket) => s3.deleteBucketEncryption(bucket),
  ),
  "aws:s3/bucketVersioning:BucketVersioning": setting((s3, Bucket, { versioningConfiguration }) =>
    s3.putBucketVersioning({ Bucket, VersioningConfiguration: apiNames(versioningConfiguration) }),
  ),
};
