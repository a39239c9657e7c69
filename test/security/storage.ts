import {
  at,
  isGiven,
  list,
  ofType,
  type Resource,
  referred,
  type Stack,
  text,
} from "../../guard/resource.ts";
import { add, edit, set, without } from "../support/changes.ts";
import {
  all,
  allowed,
  each,
  every,
  guard,
  having,
  none,
  refersTo,
  repoliced,
  statements,
  type Table,
} from "../support/controls.ts";

const BUCKET = "aws:s3/bucket:Bucket";
const POLICY = "aws:s3/bucketPolicy:BucketPolicy";
const LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration";
const ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
const TABLE = "aws:dynamodb/table:Table";
const KEY = "aws:kms/key:Key";
const PARAMETER = "aws:ssm/parameter:Parameter";
const SECRET = "aws:secretsmanager/secret:Secret";
const NO_KEY = "no customer key, which costs a dollar a month and each call: AWS's own encrypts";
const THROWN = "it may be thrown away";

/** Whether something is written to the bucket by S3's or a balancer's log delivery, which take SSE-S3 only. */
function isForLogs(stack: Stack, bucket: Resource): boolean {
  return (
    having(stack, "aws:s3/bucketLogging:BucketLogging", "targetBucket", bucket).length > 0 ||
    having(stack, "aws:lb/loadBalancer:LoadBalancer", "accessLogs", bucket).length > 0
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

export const STORAGE: Table = {
  title: "Storage and keys (`Storage`, `EncryptionKey`, `BackupPlan`)",
  file: "storage.ts",
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
          ({ Principal, Action, Condition }) =>
            /^(logging\.s3|logdelivery\.elasticloadbalancing)\.amazonaws\.com$/.test(
              text(at(Principal, "Service")),
            ) &&
            Action === "s3:PutObject" &&
            isGiven(Condition?.StringEquals?.["aws:SourceAccount"]),
        ),
      ),
      broken: repoliced("logs-policy", ({ Condition: _, ...open }) => open),
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
    {
      ids: "DynamoDB.1",
      control: "tables on demand, or scaled",
      checkov: "CKV2_AWS_16",
      faults: each(
        TABLE,
        (inputs, table, stack) =>
          inputs.billingMode === "PAY_PER_REQUEST" ||
          having(stack, "aws:appautoscaling/target:Target", "resourceId", table).length === 2,
      ),
      broken: without("storage-orders-read-target"),
    },
    {
      ids: "DynamoDB.2",
      control: "restored to any second of the last 35 days",
      checkov: "CKV_AWS_28",
      faults: all(
        guard("dynamodb-point-in-time-recovery-enabled"),
        each(TABLE, (inputs) => at(inputs, "pointInTimeRecovery.recoveryPeriodInDays") === 35),
      ),
      broken: set("storage-orders-table", "pointInTimeRecovery.enabled", false),
    },
    {
      ids: "DynamoDB.4ᴺ",
      control: "tables in the backup plan",
      checkov: "–",
      faults: all(
        each("aws:backup/selection:Selection", (_, selection, stack) =>
          refersTo(stack, selection, "planId", "aws:backup/plan:Plan"),
        ),
        each(TABLE, (inputs) => at(inputs, "tags.setpoint:backup") === "yes"),
      ),
      broken: [set("storage-orders-table", "tags", {}), without("backup-selection")],
      dev: `no backup unless declared: ${THROWN}`,
    },
    {
      ids: "DynamoDB.6",
      control: "deletion protection, at AWS and in Pulumi",
      checkov: "–",
      faults: all(
        guard("dynamodb-deletion-protection-enabled"),
        each(TABLE, (_, { protect }) => protect === true),
      ),
      broken: [
        edit("storage-orders-table", () => ({ protect: false })),
        set("storage-orders-table", "deletionProtectionEnabled", false),
      ],
      dev: `marked ᵈ: ${THROWN}`,
    },
    {
      ids: "DynamoDB.3, 7",
      control: "no DAX",
      checkov: "CKV_AWS_47, CKV_AWS_239",
      faults: none(/^aws:dax\//),
      broken: add("aws:dax/cluster:Cluster", {}),
    },
    {
      ids: "–",
      control: "tables and images encrypted with the stack's key",
      checkov: "CKV_AWS_119, CKV_AWS_136",
      faults: all(
        guard("dynamodb-table-encryption-enabled"),
        each(TABLE, (_, table, stack) => refersTo(stack, table, "serverSideEncryption", KEY)),
        each("awsx:ecr:Repository", (_, own, stack) => refersTo(stack, own, "encryptionConfigurations", KEY)),
      ),
      broken: ["storage-orders-table", "built-ecs-repository"].map((name) =>
        edit(name, () => ({ references: {} })),
      ),
      dev: NO_KEY,
    },
    {
      ids: "KMS.1, KMS.2",
      control: "nobody may decrypt with all keys",
      checkov: "–",
      faults: each("aws:iam/rolePolicy:RolePolicy", ({ policy }) =>
        allowed(policy).every(
          ({ Action, Resource }) =>
            ![Action].flat().some((action) => /^kms:(\*|Decrypt|ReEncrypt)/i.test(action)) ||
            [Resource].flat().every((on) => on !== undefined && !/^\*$|:key\/\*$/.test(on)),
        ),
      ),
      broken: repoliced("cart-ecs-storage", (each) => ({ ...each, Resource: ["*"] })),
    },
    {
      ids: "KMS.3",
      control: "30 days to save a key, kept by Pulumi, and an alarm when it is to be deleted or disabled",
      checkov: "CKV_AWS_227",
      faults: each(
        KEY,
        (inputs, key, stack) =>
          inputs.deletionWindowInDays === 30 &&
          inputs.isEnabled !== false &&
          key.protect === true &&
          having(stack, "aws:cloudwatch/eventRule:EventRule", "eventPattern", key).some((rule) =>
            having(stack, "aws:cloudwatch/eventTarget:EventTarget", "rule", rule).some((target) =>
              refersTo(stack, target, "arn", "aws:sns/topic:Topic"),
            ),
          ),
      ),
      broken: [
        without("encryption-end-target"),
        edit("encryption-key", () => ({ protect: false })),
        set("encryption-key", "deletionWindowInDays", 7),
      ],
      dev: "its one key, of shells, encrypts nothing that outlives it",
    },
    {
      ids: "KMS.4ᴺ",
      control: "keys rotate each year",
      checkov: "CKV_AWS_7",
      faults: all(
        guard("cmk-backing-key-rotation-enabled"),
        each(KEY, () => true),
      ),
      broken: set("encryption-key", "enableKeyRotation", false),
    },
    {
      ids: "KMS.5",
      control: "keys are not public: whoever uses one is named, or goes through a service of this account",
      checkov: "CKV_AWS_33, CKV2_AWS_64",
      faults: all(
        guard("no-public-policies"),
        each(KEY, ({ policy }) => {
          const open = allowed(policy).filter(({ Principal }) => typeof Principal === "string");
          return allowed(policy).length > 0 && open.length === 0;
        }),
      ),
      broken: repoliced("encryption-key", (each) => ({ ...each, Principal: { AWS: "*" }, Condition: {} })),
    },
    {
      ids: "Backup.1",
      control: "recovery points encrypted with the stack's key",
      checkov: "CKV_AWS_166",
      faults: each("aws:backup/vault:Vault", (_, vault, stack) => refersTo(stack, vault, "kmsKeyArn", KEY)),
      broken: edit("backup-vault", () => ({ references: {} })),
      dev: `no backup unless declared: ${THROWN}`,
    },
    {
      ids: "SecretsManager.1–4",
      control: "secrets are referred to, and none is made that does not rotate",
      checkov: "CKV_AWS_149, CKV_AWS_304, CKV2_AWS_57",
      faults: every(
        SECRET,
        (_, secret, stack) =>
          having(stack, "aws:secretsmanager/secretRotation:SecretRotation", "secretId", secret).length > 0,
      ),
      broken: add(SECRET, {}),
    },
    {
      ids: "–",
      control: "no parameter is made in clear text",
      checkov: "CKV_AWS_337, CKV_AWS_384, CKV2_AWS_34",
      faults: every(
        PARAMETER,
        (inputs, parameter, stack) =>
          inputs.type === "SecureString" &&
          (isGiven(inputs.keyId) || referred(stack, parameter, "keyId").length > 0),
      ),
      broken: add(PARAMETER, { type: "String" }),
    },
    {
      ids: "SSM.4, SSM.7",
      control: "no documents of ours, so none that is public",
      checkov: "CKV_AWS_303",
      faults: (stack) => ofType(stack, "aws:ssm/document:Document").map(({ name }) => name),
      broken: add("aws:ssm/document:Document", {}),
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
