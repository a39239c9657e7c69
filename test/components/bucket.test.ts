import { expect } from "chai";
import { bucketSchema } from "../../adapters/bucket-settings.ts";
import { AccessLogs } from "../../components/access-logs.ts";
import { Bucket } from "../../components/bucket.ts";
import { EncryptionKey } from "../../components/encryption-key.ts";
import { LogBucket } from "../../components/log-bucket.ts";
import { asked, deploy, later, ofType } from "../support/deploy.ts";

const region = "eu-west-1";

/** A bucket as the prod stack makes it, or the dev stack. */
function images(protect: boolean, settings: object = {}) {
  return deploy(() => {
    const key = protect ? new EncryptionKey("stack", { region, protect }) : undefined;
    const logs = protect ? new LogBucket("logs", { retention: 365 }) : undefined;
    new Bucket("images", { settings: bucketSchema.parse(settings), key, logs, protect });
  });
}

const bucket = later("images-bucket.id");

interface Statement {
  readonly Effect: string;
  readonly Principal: unknown;
  readonly Action: string;
  readonly Resource: unknown;
  readonly Condition: unknown;
}

const statements = (policy: unknown) =>
  (JSON.parse(String(policy)) as { Statement: readonly Statement[] }).Statement;

describe("Bucket", () => {
  it("is open to nobody, by policy or by list (S3.1, S3.2, S3.3, S3.8, S3.12)", async () => {
    const registered = await images(false);
    expect(asked(registered, "images-private")).to.deep.equal({
      bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    expect(asked(registered, "images-ownership").rule).to.deep.equal({
      objectOwnership: "BucketOwnerEnforced",
    });
  });

  it("refuses plain text, and allows nothing by itself (S3.5, S3.6)", async () => {
    const { policy } = asked(await images(true), "images-policy");
    const arn = later("images-bucket.arn");
    expect(statements(policy)).to.deep.equal([
      {
        Sid: "RefusePlainText",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [arn, `${arn}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ]);
  });

  it("encrypts with the stack's key and a bucket key, or with S3's own (S3.17)", async () => {
    expect(asked(await images(true), "images-encryption").rules).to.deep.equal([
      {
        applyServerSideEncryptionByDefault: {
          sseAlgorithm: "aws:kms",
          kmsMasterKeyId: later("stack-key.arn"),
        },
        bucketKeyEnabled: true,
      },
    ]);
    expect(asked(await images(false), "images-encryption").rules).to.deep.equal([
      { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } },
    ]);
  });

  it("keeps old versions for 30 days and unfinished uploads for 7 (S3.10, S3.13, S3.14)", async () => {
    const registered = await images(false);
    expect(asked(registered, "images-versions")).to.deep.equal({
      bucket,
      versioningConfiguration: { status: "Enabled" },
    });
    expect(asked(registered, "images-lifecycle").rules).to.deep.equal([
      {
        id: "versions",
        status: "Enabled",
        filter: {},
        noncurrentVersionExpiration: { noncurrentDays: 30 },
        abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
      },
    ]);
  });

  it("moves and expires objects as declared", async () => {
    const transitions = [{ after: "30 d", to: "STANDARD_IA" }];
    const lifecycle = [{ id: "old", prefix: "uploads/", expire: "365 d", transitions }];
    const registered = await images(false, { versions: "7 d", lifecycle });
    const [versions, old] = asked(registered, "images-lifecycle").rules as readonly object[];
    expect(versions).to.deep.include({ noncurrentVersionExpiration: { noncurrentDays: 7 } });
    expect(old).to.deep.equal({
      id: "old",
      status: "Enabled",
      filter: { prefix: "uploads/" },
      transitions: [{ days: 30, storageClass: "STANDARD_IA" }],
      expiration: { days: 365 },
      abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
    });
  });

  it("has each request noted in the log bucket, where the stack protects (S3.9)", async () => {
    expect(asked(await images(true), "images-logging")).to.deep.equal({
      bucket,
      targetBucket: later("logs-bucket.id"),
      targetPrefix: "images/",
    });
    expect(ofType(await images(false), "aws:s3/bucketLogging:BucketLogging")).to.deep.equal([]);
  });

  it("is kept with its objects where the stack protects, and goes with them elsewhere (STO-5)", async () => {
    const made = async (protect: boolean) => {
      const [, { inputs, protect: kept } = {}] = (await images(protect)).filter(
        ({ name }) => name === "images" || name === "images-bucket",
      );
      return { ...inputs, kept };
    };
    expect(await made(true)).to.deep.equal({ forceDestroy: false, kept: true });
    expect(await made(false)).to.deep.equal({ forceDestroy: true, kept: false });
  });

  it("locks objects for the time declared (S3.15)", async () => {
    const registered = await images(true, { objectLock: { mode: "compliance", retention: "90 d" } });
    expect(asked(registered, "images-bucket").objectLockEnabled).to.equal(true);
    expect(asked(registered, "images-lock")).to.deep.equal({
      bucket,
      rule: { defaultRetention: { mode: "COMPLIANCE", days: 90 } },
    });
    expect(ofType(await images(true), "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"))
      .to.be.empty;
  });
});

describe("LogBucket", () => {
  it("takes logs from S3 for this account alone, with the encryption that S3 can write to (S3.6, S3.9, S3.17)", async () => {
    const registered = await deploy(() => new LogBucket("logs", { retention: 365 }));
    const [delivery, plainText, ...others] = statements(asked(registered, "logs-policy").policy);
    expect(delivery).to.deep.equal({
      Sid: "DeliverServerAccessLogs",
      Effect: "Allow",
      Principal: { Service: "logging.s3.amazonaws.com" },
      Action: "s3:PutObject",
      Resource: `${later("logs-bucket.arn")}/*`,
      Condition: { StringEquals: { "aws:SourceAccount": later("aws.accountId") } },
    });
    expect(plainText!.Effect).to.equal("Deny");
    expect(others).to.deep.equal([]);
    expect(JSON.stringify(asked(registered, "logs-encryption").rules)).to.include("AES256");
    const [rule] = asked(registered, "logs-lifecycle").rules as readonly object[];
    expect(rule).to.deep.include({ expiration: { days: 365 } });
  });

  it("is the one bucket whose requests nobody notes (S3.9)", async () => {
    const registered = await deploy(() => {
      const logs = new LogBucket("logs", { retention: 365 });
      new AccessLogs("entry-logs", { retention: 365, logs });
      new Bucket("images", { settings: bucketSchema.parse({}), key: undefined, logs, protect: true });
    });
    const buckets = ofType(registered, "aws:s3/bucket:Bucket").map(({ name }) => later(`${name}.id`));
    const noted = ofType(registered, "aws:s3/bucketLogging:BucketLogging").map(({ inputs }) => inputs.bucket);
    expect(buckets.filter((each) => !noted.includes(each))).to.deep.equal([later("logs-bucket.id")]);
  });
});
