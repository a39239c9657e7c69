import { expect } from "chai";
import { DEFAULT_BACKUP } from "../../adapters/backup-settings.ts";
import { stackSettings } from "../../adapters/stack-settings.ts";
import { BackupPlan, type BackupPlanArgs } from "../../components/backup-plan.ts";
import { EncryptionKey } from "../../components/encryption-key.ts";
import { asked, deploy, later } from "../support/deploy.ts";

const tags = { "setpoint:project": "setpoint", "setpoint:stack": "prod" };
const region = "eu-west-1";

function plan(more: Partial<BackupPlanArgs> = {}) {
  return deploy(() => {
    const key = new EncryptionKey("key", { region, protect: true });
    new BackupPlan("backup", { region, backup: DEFAULT_BACKUP!, key, protect: true, tags, ...more });
  });
}

describe("BackupPlan", () => {
  it("Backup.1: keeps recovery points in a vault with the stack's key, held in production", async () => {
    const registered = await plan();
    expect(asked(registered, "backup-vault")).to.deep.equal({
      kmsKeyArn: later("key-key.arn"),
      forceDestroy: false,
    });
    expect(registered.find(({ name }) => name === "backup-vault")!.protect).to.equal(true);
    const dev = await plan({ key: undefined, protect: false });
    expect(asked(dev, "backup-vault")).to.deep.equal({ forceDestroy: true });
    expect(dev.find(({ name }) => name === "backup-vault")!.protect).to.equal(false);
  });

  it("row 20: copies each day, for 35 days, and each week, for a year", async () => {
    const rules = asked(await plan(), "backup-plan").rules as object[];
    const common = { targetVaultName: later("backup-vault.name"), startWindow: 60, completionWindow: 10_080 };
    expect(rules).to.deep.equal([
      { ruleName: "daily", schedule: "cron(0 2 * * ? *)", ...common, lifecycle: { deleteAfter: 35 } },
      { ruleName: "weekly", schedule: "cron(0 4 ? * SUN *)", ...common, lifecycle: { deleteAfter: 365 } },
    ]);
    const cold = await plan({ backup: { ...DEFAULT_BACKUP!, coldAfter: 30 } });
    const [daily, weekly] = asked(cold, "backup-plan").rules as { lifecycle: object }[];
    expect(daily!.lifecycle).to.deep.equal({ deleteAfter: 35 });
    expect(weekly!.lifecycle).to.deep.equal({ deleteAfter: 365, coldStorageAfter: 30 });
  });

  it("EC2.28, DynamoDB.4: selects what asks for copies, of this stack alone, with all tags at once", async () => {
    const { conditions, selectionTags } = asked(await plan(), "backup-selection");
    expect(selectionTags).to.equal(undefined); // any one of them would be enough
    expect(conditions).to.deep.equal([
      {
        stringEquals: [
          { key: "aws:ResourceTag/setpoint:project", value: "setpoint" },
          { key: "aws:ResourceTag/setpoint:stack", value: "prod" },
          { key: "aws:ResourceTag/setpoint:backup", value: "yes" },
        ],
      },
    ]);
  });

  it("lets AWS Backup copy and restore for this account, by its own policies only", async () => {
    const registered = await plan();
    const policies = registered.filter(({ parent, type }) => parent === "backup" && /rolePolicy/i.test(type));
    expect(policies.map(({ inputs }) => inputs.policyArn)).to.deep.equal([
      "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup",
      "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForRestores",
    ]);
    const [trust] = JSON.parse(String(asked(registered, "backup-role").assumeRolePolicy)).Statement;
    expect(trust.Principal).to.deep.equal({ Service: "backup.amazonaws.com" });
    expect(trust.Condition.StringEquals).to.deep.equal({ "aws:SourceAccount": later("aws.accountId") });
  });
});

describe("backup settings", () => {
  const network = { cidr: "10.0.0.0/16", zones: ["eu-west-1a", "eu-west-1b"] };
  const entry = { certificateArn: "arn:aws:acm:eu-west-1:123456789012:certificate/0123" };
  const notify = { page: ["on-call@example.com"] };
  const of = (backup: unknown, more: object = {}) =>
    stackSettings({ network, entry, notify, backup, ...more }).backup;
  const refused = (backup: unknown) => {
    try {
      of(backup);
    } catch (error) {
      return (error as Error).message;
    }
    throw new Error("nothing was refused");
  };

  it("are on in production, off in development, and as declared", () => {
    expect(stackSettings({ network, entry, notify }).backup).to.deep.equal({
      keep: 35,
      keepWeekly: 365,
      startWindow: 60,
    });
    expect(of(false)).to.equal(undefined);
    const dev = { profile: "dev", network, entry: { insecure: true } };
    expect(stackSettings(dev).backup).to.equal(undefined);
    expect(stackSettings({ ...dev, backup: { keep: "7 d" } }).backup).to.deep.include({
      keep: 7,
      keepWeekly: 365,
    });
  });

  it("STO-25: refuse to delete less than 90 days after the cold, and to begin within less than an hour", () => {
    expect(refused({ keepWeekly: "60 d", coldAfter: "30 d" })).to.equal(
      'setpoint:deployment.backup.keepWeekly: keepWeekly is "60 d"; must be at least 90 d after coldAfter, 30 d (STO-25). Write 120 d, or a smaller coldAfter.',
    );
    expect(of({ keepWeekly: "120 d", coldAfter: "30 d" })).to.deep.include({ coldAfter: 30 });
    expect(refused({ startWindow: "30 min" })).to.equal(
      'setpoint:deployment.backup.startWindow: startWindow is "30 min"; must be 60 min to 24 h (STO-25). Write 60 min.',
    );
    expect(refused({ keep: "12 h" })).to.match(/keep is "12 h"; must be at least 1 d/);
    expect(refused({ kep: "12 d" })).to.match(/`kep` is unknown; did you mean `keep`/);
    expect(refused(true)).to.match(/backup is true; must be false or a map/);
  });
});
