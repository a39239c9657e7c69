import { expect } from "chai";
import { preview, type Registration } from "../../adapters/offline-preview.ts";
import { later, ofType } from "../support/deploy.ts";

const KEY = later("encryption-key.arn");

describe("the customer's key of a stack that protects", function () {
  this.timeout(240_000); // the first run plans the stack
  let prod: readonly Registration[];
  before(async () => {
    prod = await preview("prod", ".");
  });

  it("encrypts logs, buckets, tables, volumes, topics and the web ACL's log with the stack's key (row 9)", () => {
    const stored = {
      "aws:cloudwatch/logGroup:LogGroup": "kmsKeyId",
      "aws:dynamodb/table:Table": "serverSideEncryption.kmsKeyArn",
      "aws:ec2/launchTemplate:LaunchTemplate": "blockDeviceMappings[0].ebs.kmsKeyId",
      "aws:sns/topic:Topic": "kmsMasterKeyId",
      "aws:backup/vault:Vault": "kmsKeyArn",
    };
    for (const [type, path] of Object.entries(stored)) {
      const all = ofType(prod, type);
      expect(all, type).to.not.have.length(0);
      for (const { name, inputs } of all) expect(inputs, name).to.have.nested.property(path, KEY);
    }
    expect(ofType(prod, "aws:cloudwatch/logGroup:LogGroup").map(({ name }) => name)).to.include(
      "entry-waf-log",
    );
  });

  it("encrypts buckets with it, but those that only S3's own key lets the balancer and S3 log to (row 9)", () => {
    const TYPE = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
    const keys = Object.fromEntries(
      ofType(prod, TYPE).map(({ parent, inputs }) => {
        const [rule] = inputs.rules as { applyServerSideEncryptionByDefault: { kmsMasterKeyId?: string } }[];
        return [parent, rule!.applyServerSideEncryptionByDefault.kmsMasterKeyId];
      }),
    );
    expect(keys).to.deep.equal({ "storage-images": KEY, "entry-logs": undefined, logs: undefined });
  });
});
