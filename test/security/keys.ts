import { at, isGiven, referred } from "../../guard/resource.ts";
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
  type Table,
} from "../support/controls.ts";

const TABLE = "aws:dynamodb/table:Table";
const KEY = "aws:kms/key:Key";
const PARAMETER = "aws:ssm/parameter:Parameter";
const SECRET = "aws:secretsmanager/secret:Secret";
const NO_KEY = "no customer key, which costs a dollar a month and each call: AWS's own encrypts";
const THROWN = "it may be thrown away";

export const KEYS: Table = {
  title: "Tables, keys, backups and secrets (`Storage`, `EncryptionKey`, `BackupPlan`)",
  file: "keys.ts",
  controls: [
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
        without("notify-key-end-target"),
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
      control: "documents are shared with nobody",
      checkov: "CKV_AWS_303",
      faults: each("aws:ssm/document:Document", ({ permissions }) => permissions === undefined),
      broken: set("web-web-refresh-runbook", "permissions", { type: "Share", accountIds: "All" }),
    },
  ],
  elsewhere: [],
};
