import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { BackupSettings } from "../adapters/backup-settings.ts";
import type { EncryptionKey } from "./encryption-key.ts";
import { account, trustPolicy } from "./trust.ts";

export interface BackupPlanArgs {
  readonly region: string;
  readonly backup: BackupSettings;
  /** Encrypts the recovery points; without one, AWS's own does. */
  readonly key: EncryptionKey | undefined;
  /** Keep the vault, and all in it, when the stack goes. */
  readonly protect: boolean;
  /** What the stack's own resources are told by, besides the tag that asks for copies. */
  readonly tags: Readonly<Record<string, string>>;
}

const ASKED = { "setpoint:backup": "yes" };

/** Tags that ask for daily and weekly copies: of volumes, instances and tables. */
export function backedUp<T extends Readonly<Record<string, pulumi.Input<string>>>>(
  tags: T,
): T & typeof ASKED {
  return { ...tags, ...ASKED };
}

/** Copies every day and every week of what is tagged so, in an encrypted vault. */
export class BackupPlan extends pulumi.ComponentResource {
  readonly vault: aws.backup.Vault;
  readonly plan: aws.backup.Plan;
  readonly selection: aws.backup.Selection;
  readonly role: aws.iam.Role;
  /** AWS's own policies of the role. */
  readonly attachments: readonly aws.iam.RolePolicyAttachment[];

  constructor(name: string, args: BackupPlanArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:BackupPlan", name, {}, opts);
    const { key, protect } = args;
    const parent = { parent: this };
    this.vault = new aws.backup.Vault(
      `${name}-vault`,
      { ...(key === undefined ? {} : { kmsKeyArn: key.arn }), forceDestroy: !protect },
      { parent: this, protect, retainOnDelete: protect },
    );
    this.plan = new aws.backup.Plan(`${name}-plan`, { rules: rules(args.backup, this.vault) }, parent);
    this.role = backupRole(this, name, args.region);
    this.attachments = (["Backup", "Restores"] as const).map((use) => managed(this, name, use));
    this.selection = new aws.backup.Selection(
      `${name}-selection`,
      {
        planId: this.plan.id,
        iamRoleArn: this.role.arn,
        resources: ["*"], // of those, what the conditions name
        conditions: [
          {
            stringEquals: Object.entries(backedUp(args.tags)).map(([tag, value]) => ({
              key: `aws:ResourceTag/${tag}`,
              value,
            })),
          },
        ],
      },
      { parent: this, dependsOn: [...this.attachments] },
    );
    this.registerOutputs({ vaultName: this.vault.name });
  }
}

/** At night, UTC, the weekly one on Sunday; a copy that has not ended a week later never will. */
function rules({ keep, keepWeekly, coldAfter, startWindow }: BackupSettings, vault: aws.backup.Vault) {
  const completionWindow = 7 * 24 * 60; // minutes
  const common = { targetVaultName: vault.name, startWindow, completionWindow };
  const cold = coldAfter === undefined ? {} : { coldStorageAfter: coldAfter };
  return [
    { ruleName: "daily", schedule: "cron(0 2 * * ? *)", ...common, lifecycle: { deleteAfter: keep } },
    {
      ruleName: "weekly",
      schedule: "cron(0 4 ? * SUN *)",
      ...common,
      lifecycle: { deleteAfter: keepWeekly, ...cold },
    },
  ];
}

function backupRole(parent: BackupPlan, name: string, region: string): aws.iam.Role {
  const source = { service: "backup.amazonaws.com", namespace: "backup", resource: "*", region };
  return new aws.iam.Role(`${name}-role`, { assumeRolePolicy: trustPolicy(source, parent) }, { parent });
}

/** AWS's own policies for its service: what it may touch changes with what it learns to copy. */
function managed(parent: BackupPlan, name: string, use: "Backup" | "Restores"): aws.iam.RolePolicyAttachment {
  const { partition } = account(parent);
  const policy = `iam::aws:policy/service-role/AWSBackupServiceRolePolicyFor${use}`;
  return new aws.iam.RolePolicyAttachment(
    `${name}-${use.toLowerCase()}`,
    { role: parent.role.name, policyArn: pulumi.interpolate`arn:${partition}:${policy}` },
    { parent },
  );
}
