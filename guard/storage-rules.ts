import { at, isGiven, isOn, ofType, referred, type Stack, text, UNKNOWN } from "./resource.ts";
import { fault, type Rule, type Violation } from "./rule.ts";

const BUCKETS = ["aws:s3/bucket:Bucket"];
const ACCESS_BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";
const ACLS = ["aws:s3/bucketAcl:BucketAcl", ...BUCKETS];
const ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
const LOGGING = "aws:s3/bucketLogging:BucketLogging";
const TABLE = "aws:dynamodb/table:Table";
const FLAGS = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];

export const STORAGE_RULES: readonly Rule[] = [
  {
    name: "s3-bucket-public-access-prohibited",
    description: "Every bucket has its four blocks of public access.",
    controls: ["S3.1", "S3.8"],
    violations: (stack) =>
      bucketsWithout(stack, ACCESS_BLOCK, "public access is blocked. Give it a BucketPublicAccessBlock."),
  },
  {
    name: "s3-public-access-block-complete",
    description: "A block of public access has all its four flags.",
    controls: ["S3.1", "S3.8"],
    types: [ACCESS_BLOCK],
    faults: (inputs) =>
      FLAGS.flatMap((flag) => fault(inputs, flag, isOn, "all four are true. Set it to true.")),
  },
  {
    name: "s3-no-public-acl",
    description: "No ACL opens a bucket to the world.",
    controls: ["S3.2", "S3.3", "S3.12"],
    types: ACLS,
    faults: (inputs) =>
      fault(
        inputs,
        "acl",
        (acl) => !/^(public-|authenticated-read)/.test(text(acl)),
        "buckets are private. Remove the ACL.",
      ),
  },
  {
    name: "s3-bucket-encrypted",
    description: "Every bucket says how it is encrypted.",
    controls: ["S3.17"],
    only: "prod",
    violations: (stack) =>
      bucketsWithout(
        stack,
        ENCRYPTION,
        "encryption is declared. Give it a BucketServerSideEncryptionConfiguration.",
      ),
  },
  {
    name: "s3-bucket-logging-enabled",
    description: "Every bucket but those of logs logs its accesses.",
    controls: ["S3.9"],
    only: "prod",
    advisory: true,
    violations: unloggedBuckets,
  },
  {
    name: "no-forced-deletion",
    description: "Nothing is deleted while it holds something.",
    only: "prod",
    types: [...BUCKETS, "aws:ecr/repository:Repository", "aws:backup/vault:Vault"],
    faults: (inputs) =>
      ["forceDestroy", "forceDelete"].flatMap((path) =>
        fault(
          inputs,
          path,
          (on) => on === UNKNOWN || !isOn(on),
          "what is full is not deleted. Set it to false.",
        ),
      ),
  },
  {
    name: "dynamodb-table-encryption-enabled",
    description: "Tables are encrypted with a key that the account holds.",
    only: "prod",
    types: [TABLE],
    faults: (inputs) =>
      fault(
        inputs,
        "serverSideEncryption.enabled",
        isOn,
        "a table has a KMS key. Set it to true, with kmsKeyArn.",
      ),
  },
  {
    name: "dynamodb-deletion-protection-enabled",
    description: "Tables are protected from deletion.",
    controls: ["DynamoDB.6"],
    only: "prod",
    types: [TABLE],
    faults: (inputs) =>
      fault(
        inputs,
        "deletionProtectionEnabled",
        isOn,
        "a table cannot be deleted by accident. Set it to true.",
      ),
  },
  {
    name: "dynamodb-point-in-time-recovery-enabled",
    description: "Tables can be restored to any second.",
    controls: ["DynamoDB.2"],
    only: "prod",
    types: [TABLE],
    faults: (inputs) =>
      fault(inputs, "pointInTimeRecovery.enabled", isOn, "a table can be restored. Set it to true."),
  },
  {
    name: "cmk-backing-key-rotation-enabled",
    description: "Symmetric KMS keys rotate.",
    controls: ["KMS.4"],
    types: ["aws:kms/key:Key"],
    faults: (inputs) =>
      [undefined, "SYMMETRIC_DEFAULT"].includes(at(inputs, "customerMasterKeySpec") as string | undefined)
        ? fault(inputs, "enableKeyRotation", isOn, "a key rotates. Set it to true.")
        : [],
  },
  {
    name: "efs-encrypted",
    description: "File systems are encrypted.",
    types: ["aws:efs/fileSystem:FileSystem"],
    faults: (inputs) => fault(inputs, "encrypted", isOn, "a file system is encrypted. Set it to true."),
  },
  {
    name: "sns-topic-encrypted",
    description: "Topics are encrypted.",
    controls: ["SNS.1"],
    only: "prod",
    types: ["aws:sns/topic:Topic"],
    faults: (inputs) => fault(inputs, "kmsMasterKeyId", isGiven, "a topic has a KMS key. Name it."),
  },
];

function bucketsWithout(stack: Stack, type: string, rule: string): readonly Violation[] {
  const having = new Set(ofType(stack, type).flatMap((each) => referred(stack, each, "bucket")));
  return ofType(stack, ...BUCKETS)
    .filter((bucket) => !having.has(bucket))
    .map((of) => ({ of, message: `${of.name} has no ${type.split(":").at(-1)}; ${rule}` }));
}

function unloggedBuckets(stack: Stack): readonly Violation[] {
  const logs = new Set([
    ...ofType(stack, LOGGING).flatMap((each) => referred(stack, each, "targetBucket")),
    ...ofType(stack, "aws:lb/loadBalancer:LoadBalancer").flatMap((each) =>
      referred(stack, each, "accessLogs"),
    ),
  ]);
  return bucketsWithout(stack, LOGGING, "accesses are logged. Give it a BucketLogging.").filter(
    ({ of }) => !logs.has(of),
  );
}
