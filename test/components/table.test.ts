import { expect } from "chai";
import { tableSchema } from "../../adapters/table-settings.ts";
import { EncryptionKey } from "../../components/encryption-key.ts";
import { Table } from "../../components/table.ts";
import { asked, deploy, later } from "../support/deploy.ts";

/** A table as the prod stack makes it, or the dev stack. */
function carts(protect: boolean, settings: object = {}) {
  return deploy(() => {
    const key = protect ? new EncryptionKey("stack", { region: "eu-west-1", protect }) : undefined;
    new Table("carts", { settings: tableSchema.parse({ hashKey: "cartId", ...settings }), key, protect });
  });
}

const table = async (protect: boolean, settings: object = {}) =>
  (await carts(protect, settings)).find(({ name }) => name === "carts-table")!;

describe("Table", () => {
  it("in dev costs by request, can be restored, and goes with the stack (DynamoDB.1, DynamoDB.2, DynamoDB.4)", async () => {
    const { inputs, protect } = await table(false);
    expect(inputs).to.deep.equal({
      attributes: [{ name: "cartId", type: "S" }],
      hashKey: "cartId",
      billingMode: "PAY_PER_REQUEST",
      pointInTimeRecovery: { enabled: true, recoveryPeriodInDays: 35 },
      serverSideEncryption: { enabled: false },
      ttl: { enabled: false },
      deletionProtectionEnabled: false,
      tags: { "setpoint:backup": "yes" },
    });
    expect(protect).to.equal(false);
  });

  // cloudposse/terraform-aws-dynamodb#111: without the block the provider sees no change, and items keep expiring.
  it("ends what its settings no longer ask for: expiry, and encryption with a key that goes", async () => {
    const on = (await table(true, { ttl: "expiresAt" })).inputs;
    expect(on.ttl).to.deep.equal({ enabled: true, attributeName: "expiresAt" });
    const off = (await table(false)).inputs;
    expect([off.ttl, off.serverSideEncryption]).to.deep.equal([{ enabled: false }, { enabled: false }]);
  });

  it("in prod is encrypted with the stack's key", async () => {
    expect((await table(true)).inputs.serverSideEncryption).to.deep.equal({
      enabled: true,
      kmsKeyArn: later("stack-key.arn"),
    });
  });

  it("STO-11: in prod neither AWS nor Pulumi deletes it, as another key would (DynamoDB.6)", async () => {
    const { inputs, protect } = await table(true);
    expect(inputs.deletionProtectionEnabled).to.equal(true);
    expect(protect).to.equal(true);
  });

  it("scales declared reads and writes, and leaves them to the scaling (DynamoDB.1)", async () => {
    const capacity = {
      read: { min: 5, max: 500 },
      write: { min: 2, max: 90, utilization: "55 %" },
    };
    const registered = await carts(false, { capacity });
    const { inputs, ignoreChanges } = registered.find(({ name }) => name === "carts-table")!;
    expect(inputs).to.deep.include({ billingMode: "PROVISIONED", readCapacity: 5, writeCapacity: 2 });
    expect(ignoreChanges).to.deep.equal(["readCapacity", "writeCapacity"]);
    expect((await table(false)).ignoreChanges).to.deep.equal([]);
    const resourceId = `table/${later("carts-table.name")}`;
    const write = { serviceNamespace: "dynamodb", scalableDimension: "dynamodb:table:WriteCapacityUnits" };
    expect(asked(registered, "carts-write-target")).to.deep.equal({
      ...write,
      resourceId,
      minCapacity: 2,
      maxCapacity: 90,
    });
    expect(asked(registered, "carts-write-tracking")).to.deep.equal({
      ...write,
      resourceId,
      policyType: "TargetTrackingScaling",
      targetTrackingScalingPolicyConfiguration: {
        targetValue: 55,
        predefinedMetricSpecification: { predefinedMetricType: "DynamoDBWriteCapacityUtilization" },
      },
    });
    expect(asked(registered, "carts-read-target")).to.deep.include({
      scalableDimension: "dynamodb:table:ReadCapacityUnits",
      maxCapacity: 500,
    });
    expect(asked(registered, "carts-read-tracking").targetTrackingScalingPolicyConfiguration).to.deep.equal({
      targetValue: 70,
      predefinedMetricSpecification: { predefinedMetricType: "DynamoDBReadCapacityUtilization" },
    });
  });

  it("declares each key attribute once, and what every index holds", async () => {
    const { inputs } = await table(false, {
      rangeKey: { name: "line", type: "number" },
      globalIndexes: {
        byOwner: { hashKey: "ownerId", rangeKey: "cartId", projection: "keys" },
        byState: { hashKey: "state", projection: ["total"] },
      },
      localIndexes: { byPrice: { rangeKey: { name: "price", type: "number" } } },
    });
    expect(inputs.attributes).to.deep.equal([
      { name: "cartId", type: "S" },
      { name: "line", type: "N" },
      { name: "ownerId", type: "S" },
      { name: "state", type: "S" },
      { name: "price", type: "N" },
    ]);
    expect(inputs.globalSecondaryIndexes).to.deep.equal([
      { name: "byOwner", hashKey: "ownerId", rangeKey: "cartId", projectionType: "KEYS_ONLY" },
      { name: "byState", hashKey: "state", projectionType: "INCLUDE", nonKeyAttributes: ["total"] },
    ]);
    expect(inputs.localSecondaryIndexes).to.deep.equal([
      { name: "byPrice", rangeKey: "price", projectionType: "ALL" },
    ]);
  });

  it("lets items go by themselves and tells of changes, where that is asked", async () => {
    const { inputs } = await table(false, { ttl: "expiresAt", stream: "NEW_AND_OLD_IMAGES" });
    expect(inputs).to.deep.include({
      ttl: { enabled: true, attributeName: "expiresAt" },
      streamEnabled: true,
      streamViewType: "NEW_AND_OLD_IMAGES",
    });
  });
});
