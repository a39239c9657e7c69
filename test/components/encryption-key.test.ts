import { expect } from "chai";
import type { KeySettings } from "../../adapters/key-settings.ts";
import { EncryptionKey, usableKey } from "../../components/encryption-key.ts";
import { asked, deploy, later, ofType } from "../support/deploy.ts";

interface Statement {
  readonly Sid: string;
  readonly Principal: { readonly AWS?: string; readonly Service?: string };
  readonly Action: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

async function key(protect: boolean, settings: KeySettings = {}) {
  const registered = await deploy(
    () => new EncryptionKey("stack", { region: "eu-west-1", protect, ...settings }),
  );
  const { protect: kept } = registered.find(({ name }) => name === "stack-key")!;
  const { policy, ...inputs } = asked(registered, "stack-key");
  const { Statement } = JSON.parse(String(policy)) as { Statement: readonly Statement[] };
  return { registered, kept, inputs, statements: Statement };
}

describe("EncryptionKey", () => {
  it("rotates every year, can be saved for 30 days, and is kept where the stack protects (KMS.3, KMS.4)", async () => {
    const prod = await key(true);
    expect(prod.inputs).to.deep.include({ enableKeyRotation: true, deletionWindowInDays: 30 });
    expect(prod.kept).to.equal(true);
    expect((await key(false)).kept).to.equal(false);
    expect(asked(prod.registered, "stack-alias")).to.deep.equal({ targetKeyId: later("stack-key.keyId") });
  });

  it("is kept as long and rotated as often as the stack says (STO-13, STO-15)", async () => {
    const { inputs } = await key(true, { deletionWindow: 7, rotation: 90 });
    expect(inputs).to.deep.include({ deletionWindowInDays: 7, rotationPeriodInDays: 90 });
    expect((await key(true)).inputs).to.deep.include({ rotationPeriodInDays: 365 });
  });

  it("STO-14: leaves the alias to Pulumi, which begins it with alias/", async () => {
    expect(asked((await key(true)).registered, "stack-alias")).to.not.have.property("name");
  });

  it("STO-16: has an administrator in the account, and lets nobody in from outside (KMS.5)", async () => {
    const { statements } = await key(true);
    const account = `arn:aws:iam::${later("aws.accountId")}:root`;
    const [administration, throughServices] = statements;
    expect(administration!.Principal).to.deep.equal({ AWS: account });
    expect(administration!.Action).to.include.members(["kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"]);
    expect(administration!.Action).to.not.include("kms:Decrypt");
    expect(throughServices!.Principal).to.deep.equal({ AWS: account });
    const anybody = statements.filter(({ Principal }) => JSON.stringify(Principal).includes("*"));
    expect(anybody).to.deep.equal([]);
    const { StringEquals } = throughServices!.Condition!;
    expect(StringEquals!["kms:CallerAccount"]).to.equal(later("aws.accountId"));
    expect(StringEquals!["kms:ViaService"]).to.include("s3.eu-west-1.amazonaws.com");
  });

  it("lets logs and alarms encrypt for this account only", async () => {
    const { statements } = await key(true);
    const bySid = (sid: string) => statements.find(({ Sid }) => Sid === sid)!;
    expect(bySid("Logs").Condition!.ArnLike!["kms:EncryptionContext:aws:logs:arn"]).to.equal(
      `arn:aws:logs:eu-west-1:${later("aws.accountId")}:log-group:*`,
    );
    expect(bySid("Alarms").Condition).to.deep.equal({
      StringEquals: { "aws:SourceAccount": later("aws.accountId") },
    });
  });

  it("lets Auto Scaling, and who launches machines, make encrypted volumes: EBS takes data keys without plaintext", async () => {
    const { statements } = await key(true);
    for (const sid of ["AutoScalingVolumes", "ThroughServices"])
      expect(statements.find(({ Sid }) => Sid === sid)!.Action, sid).to.include.members([
        "kms:GenerateDataKey",
        "kms:GenerateDataKeyWithoutPlaintext",
        "kms:ReEncryptFrom",
        "kms:ReEncryptTo",
      ]);
  });

  it("lets alarms of EventBridge into the stack's topics (KMS.3)", async () => {
    const events = (await key(true)).statements.find(({ Sid }) => Sid === "Events")!;
    expect(events.Principal).to.deep.equal({ Service: "events.amazonaws.com" });
    expect(events.Action).to.deep.equal(["kms:Decrypt", "kms:GenerateDataKey"]);
  });

  it("STO-17: uses a key that exists, and refuses one that cannot encrypt", async () => {
    const arn = "arn:aws:kms:eu-west-1:123456789012:key/0123";
    let given: EncryptionKey;
    const registered = await deploy(() => {
      given = new EncryptionKey("stack", { region: "eu-west-1", protect: true, arn });
      return new Promise((known) => given.arn.apply((own) => known(expect(own).to.equal(arn))));
    });
    expect(ofType(registered, "aws:kms/key:Key")).to.deep.equal([]);
    const state = (keyState: string, keySpec = "SYMMETRIC_DEFAULT") =>
      usableKey.bind(null, { arn, keyState, keySpec });
    expect(state("Disabled")).to.throw(/the key is Disabled; nothing can be stored with it/);
    expect(state("PendingDeletion")).to.throw(/PendingDeletion/);
    expect(state("Enabled", "RSA_2048")).to.throw(/Name a symmetric key/);
  });

  it("gives nobody every action (IAM.21)", async () => {
    const { statements } = await key(true);
    const actions = statements.flatMap(({ Action }) => Action);
    expect(actions.filter((action) => action.includes("*"))).to.deep.equal([]);
  });
});
