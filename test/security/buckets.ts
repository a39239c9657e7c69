import { at, isGiven, list, type Resource, type Stack, text } from "../../guard/resource.ts";
import { edit, set, without } from "../support/changes.ts";
import {
  all,
  allowed,
  each,
  guard,
  having,
  none,
  refersTo,
  repoliced,
  type Statement,
  statements,
  type Table,
} from "../support/controls.ts";
import { later } from "../support/deploy.ts";

const BUCKET = "aws:s3/bucket:Bucket";
const POLICY = "aws:s3/bucketPolicy:BucketPolicy";
const LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration";
const ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
const KEY = "aws:kms/key:Key";
const NO_KEY = "no customer key, which costs a dollar a month and each call: AWS's own encrypts";

/** Whether something is written to the bucket by S3's or a balancer's log delivery, which take SSE-S3 only. */
function isForLogs(stack: Stack, bucket: Resource): boolean {
  return (
    having(stack, "aws:s3/bucketLogging:BucketLogging", "targetBucket", bucket).length > 0 ||
    having(stack, "aws:lb/loadBalancer:LoadBalancer", "accessLogs", bucket).length > 0
  );
}

/** S3 names whom it writes for; a balancer may not, so the path does. */
function forThisAccount(
  service: string,
  on: Statement["Resource"],
  condition: Statement["Condition"],
): boolean {
  if (service === "logging.s3.amazonaws.com") return isGiven(condition?.StringEquals?.["aws:SourceAccount"]);
  const account = later("aws.accountId");
  return (
    service === "logdelivery.elasticloadbalancing.amazonaws.com" &&
    [on].flat().every((each) => text(each).endsWith(`/AWSLogs/${account}/*`))
  );
}

/** A bucket has a part of that type, and it holds. */
const eachHas = (
  type: string,
  holds: (inputs: Resource["inputs"], part: Resource, stack: Stack) => boolean,
) =>
  each(BUCKET, (_, bucket, stack) =>
    having(stack, type, "bucket", bucket).some((part) => holds(part.inputs, part, stack)),
  );

export const BUCKETS: Table = {
  title: "Buckets (`Storage`, `LogBucket`, `AccessLogs`)",
  file: "buckets.ts",
  controls: [
    {
      ids: "S3.1, S3.8",
      control: "public access blocked by all four flags of each bucket",
      checkov: "CKV_AWS_53, CKV_AWS_54, CKV_AWS_55, CKV_AWS_56, CKV2_AWS_6",
      faults: guard("s3-bucket-public-access-prohibited", "s3-public-access-block-complete"),
      broken: [set("storage-images-private", "restrictPublicBuckets", false), without("logs-private")],
    },
    {
      ids: "S3.2, S3.3",
      control: "no public read or write",
      checkov: "CKV_AWS_20, CKV_AWS_57, CKV_AWS_70, CKV_AWS_375, CKV2_AWS_43",
      faults: all(guard("s3-no-public-acl", "no-public-policies"), none(/:BucketAcl$/)),
      broken: repoliced("storage-images-policy", (each) => ({
        ...{ Effect: "Allow", Principal: "*", Action: each.Action },
      })),
    },
    {
      ids: "S3.5",
      control: "TLS only",
      checkov: "CKV_AWS_379",
      faults: eachHas(POLICY, ({ policy }) =>
        statements(policy).some(
          ({ Effect, Principal, Action, Resource, Condition }) =>
            Effect === "Deny" &&
            Principal === "*" &&
            Action === "s3:*" &&
            [Resource].flat().length === 2 &&
            Condition?.Bool?.["aws:SecureTransport"] === "false",
        ),
      ),
      broken: repoliced("entry-logs-policy", (each) => ({ ...each, Effect: "Allow" })),
    },
    {
      ids: "S3.6",
      control: "other accounts have nothing; log delivery writes for this account alone",
      checkov: "–",
      faults: each(POLICY, ({ policy }) =>
        allowed(policy).every(
          ({ Principal, Action, Resource, Condition }) =>
            Action === "s3:PutObject" && forThisAccount(text(at(Principal, "Service")), Resource, Condition),
        ),
      ),
      broken: [
        repoliced("logs-policy", ({ Condition: _, ...open }) => open),
        repoliced("entry-logs-policy", ({ Resource: _, ...open }) => ({ ...open, Resource: "*" })),
        repoliced("storage-images-policy", ({ Condition: _, ...each }) => ({ ...each, Effect: "Allow" })),
      ],
    },
    {
      ids: "S3.9",
      control: "server access logging, of all buckets but the one of those logs",
      checkov: "CKV_AWS_18",
      faults: all(
        guard("s3-bucket-logging-enabled"),
        each(
          BUCKET,
          (_, bucket, stack) =>
            having(stack, "aws:s3/bucketLogging:BucketLogging", "bucket", bucket).length === 1 ||
            having(stack, "aws:s3/bucketLogging:BucketLogging", "targetBucket", bucket).length > 0,
        ),
      ),
      broken: [without("storage-images-logging"), without("entry-logs-logging")],
      dev: "nobody reads them, and each request is paid for",
    },
    {
      ids: "S3.10ᴺ, S3.13",
      control: "old versions end, uploads that were given up end after 7 days",
      checkov: "CKV_AWS_300, CKV2_AWS_61",
      faults: eachHas(
        LIFECYCLE,
        ({ rules }) =>
          list(rules).some((rule) => Number(at(rule, "noncurrentVersionExpiration.noncurrentDays")) > 0) &&
          list(rules).every((rule) => at(rule, "abortIncompleteMultipartUpload.daysAfterInitiation") === 7),
      ),
      broken: [
        set("logs-lifecycle", "rules.0.abortIncompleteMultipartUpload", undefined),
        set("logs-lifecycle", "rules.0.noncurrentVersionExpiration", undefined),
        without("logs-lifecycle"),
      ],
    },
    {
      ids: "S3.12",
      control: "no ACLs",
      checkov: "CKV2_AWS_65",
      faults: eachHas(
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        (inputs) => at(inputs, "rule.objectOwnership") === "BucketOwnerEnforced",
      ),
      broken: set("logs-ownership", "rule.objectOwnership", "ObjectWriter"),
    },
    {
      ids: "S3.14ᴺ",
      control: "versioning",
      checkov: "CKV_AWS_21",
      faults: eachHas(
        "aws:s3/bucketVersioning:BucketVersioning",
        (inputs) => at(inputs, "versioningConfiguration.status") === "Enabled",
      ),
      broken: set("storage-images-versions", "versioningConfiguration.status", "Suspended"),
    },
    {
      ids: "S3.17ᴺ",
      control: "the stack's key and bucket keys; buckets of logs SSE-S3, as their delivery takes no other",
      checkov: "CKV_AWS_19, CKV_AWS_145",
      faults: all(
        guard("s3-bucket-encrypted"),
        each(BUCKET, (_, bucket, stack) =>
          having(stack, ENCRYPTION, "bucket", bucket).every(
            (part) =>
              isForLogs(stack, bucket) ||
              (refersTo(stack, part, "rules", KEY) && at(part.inputs, "rules.0.bucketKeyEnabled") === true),
          ),
        ),
      ),
      broken: edit("storage-images-encryption", ({ references: { rules: _, ...rest } }) => ({
        references: rest,
      })),
      dev: NO_KEY,
    },
  ],
  elsewhere: [
    {
      ids: "S3.1 of the account",
      control: "public access blocked for the whole account",
      checkov: "–",
      state: "account",
      why: "the account's owner decides; each bucket of ours blocks it by itself",
    },
    {
      ids: "S3.7ᴺ",
      control: "cross-region replication",
      checkov: "CKV_AWS_144",
      state: "not held by default",
      why: "it doubles what storage costs, and a second region is a decision; backups are in the vault",
    },
    {
      ids: "S3.11ᴺ",
      control: "event notifications",
      checkov: "CKV2_AWS_62",
      state: "not held by default",
      why: "nothing would read them",
    },
    {
      ids: "S3.15ᴺ",
      control: "object lock",
      checkov: "CKV_AWS_143",
      state: "not held by default",
      why: "an option, `objectLock`: what is locked cannot be deleted, even by mistake of the lock",
      test: "test/components/bucket.test.ts",
    },
  ],
};
