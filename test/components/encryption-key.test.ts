import { expect } from "chai";
import { EncryptionKey } from "../../components/encryption-key.ts";
import { asked, deploy, later } from "../support/deploy.ts";

interface Statement {
  readonly Sid: string;
  readonly Principal: { readonly AWS?: string; readonly Service?: string };
  readonly Action: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

async function key(protect: boolean) {
  const registered = await deploy(() => new EncryptionKey("stack", { region: "eu-west-1", protect }));
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

  it("names its principals, or ties them to the account and a service (KMS.5)", async () => {
    const { statements } = await key(true);
    const anybody = statements.filter(({ Principal }) => Principal.AWS === "*");
    expect(anybody.map(({ Sid }) => Sid)).to.deep.equal(["ThroughServices"]);
    const { StringEquals } = anybody[0]!.Condition!;
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

  it("gives nobody every action (IAM.21)", async () => {
    const { statements } = await key(true);
    const actions = statements.flatMap(({ Action }) => Action);
    expect(actions.filter((action) => action.includes("*"))).to.deep.equal([]);
  });
});
