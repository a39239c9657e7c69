import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { isBadInput } from "../../adapters/bad-input.ts";
import { preview, resourceTree } from "../../adapters/offline-preview.ts";
import { asked, deploy, later, refusal } from "../support/deploy.ts";

/** Reads configuration of every kind and says what it read. */
const PROGRAM = `
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
const config = new pulumi.Config();
const key = new aws.kms.Key("key", { description: pulumi.getStack() + " " + config.require("greeting") });
export const bucket = new aws.s3.Bucket("bucket", {
  bucket: new pulumi.Config("aws").require("region"),
  tags: { key: pulumi.interpolate\`<\${key.arn}>\`, ...config.requireObject("tags") },
}, { parent: key });
new aws.ssm.Parameter("parameter", { type: "String", value: config.requireSecret("token") });
`;

describe("preview", () => {
  let root = "";
  beforeEach(() => {
    mkdirSync(".cache", { recursive: true }); // within the project, where packages resolve
    root = mkdtempSync(join(".cache", "preview-"));
    const project =
      "name: shop\nconfig:\n  greeting: { default: hello }\n  aws:region: { value: eu-west-1 }\n";
    writeFileSync(join(root, "Pulumi.yaml"), project);
    const config = ["config:", "  shop:tags: { a: 1 }", "  shop:token: { secure: v1:c2VjcmV0 }"].join("\n");
    writeFileSync(join(root, "Pulumi.dev.yaml"), config);
    writeFileSync(
      join(root, "Pulumi.prod.yaml"),
      `${config}\n  greeting: good day\n  aws:region: us-east-1\n`,
    );
    writeFileSync(join(root, "index.ts"), PROGRAM);
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const expected = (description: string, region: string) => [
    ["aws:kms/key:Key", "key", null, { description }],
    [
      "aws:s3/bucket:Bucket",
      "bucket",
      "key",
      { bucket: region, tags: { key: `<${later("key.arn")}>`, a: 1 } },
    ],
    ["aws:ssm/parameter:Parameter", "parameter", null, { type: "String", value: "[secret]" }],
  ];

  it("runs the program with each stack's settings over the project's, as often as asked", async () => {
    const of = async (stack: string) =>
      (await preview(stack, root)).map(({ type, name, parent, inputs }) => [type, name, parent, inputs]);
    expect(await of("dev")).to.deep.equal(expected("dev hello", "eu-west-1"));
    expect(await of("prod")).to.deep.equal(expected("prod good day", "us-east-1"));
    expect(await of("dev")).to.deep.equal(expected("dev hello", "eu-west-1"));
  });

  it("never shows a secret, not even its ciphertext", async () => {
    expect(JSON.stringify(await preview("dev", root))).to.not.match(/c2VjcmV0/);
  });

  it("draws the resources below their parents", async () => {
    expect(resourceTree(await preview("dev", root)).split("\n")).to.deep.equal([
      "Type                  Name",
      "├─ aws:kms:Key        key",
      "│  └─ aws:s3:Bucket   bucket",
      "└─ aws:ssm:Parameter  parameter",
    ]);
  });

  const refused = async (stack: string) => {
    try {
      await preview(stack, root);
    } catch (error) {
      expect(error).to.satisfy(isBadInput);
      return (error as Error).message;
    }
    return "";
  };

  it("says of a settings file that is no YAML where and why, every fault at once", async () => {
    writeFileSync(join(root, "Pulumi.dev.yaml"), 'config:\n\tshop:tags: { a: 1 }\n  shop:token: "\n');
    const [first, ...others] = (await refused("dev")).split("\n");
    expect(first).to.equal("Pulumi.dev.yaml:2:1: tabs are not allowed as indentation. Use spaces.");
    expect(others.join()).to.match(/Pulumi\.dev\.yaml:4:1: it is no YAML: Missing closing/);
  });

  it("refuses a project without a program that it could run", async () => {
    rmSync(join(root, "index.ts"));
    expect(await refused("dev")).to.match(/Pulumi\.yaml: there is no index\.ts or index\.js beside it/);
  });

  it("NAM-15: refuses a stack without a file, or with a name that leaves the folder", async () => {
    expect(await refused("staging")).to.match(
      /^Pulumi\.staging\.yaml: stack is "staging"; it has no file in/,
    );
    expect(await refused("../dev")).to.match(/^stack: stack is "\.\.\/dev"; letters, digits/);
  });

  it("gives back the program's own error, and the working folder", async () => {
    writeFileSync(join(root, "index.ts"), `throw new Error("no such thing");`);
    const home = process.cwd();
    let message = "";
    try {
      await preview("dev", root);
    } catch (error) {
      message = (error as Error).message;
    }
    expect([message, process.cwd()]).to.deep.equal(["no such thing", home]);
  });
});

describe("an offline deployment", () => {
  it("names every output that only a deployment knows, alone, in texts and in JSON", async () => {
    const registered = await deploy(() => {
      const queue = new aws.sqs.Queue("queue");
      const policy = pulumi.jsonStringify({
        Resource: [queue.arn, pulumi.interpolate`${queue.url}/*`],
        Id: queue.id,
      });
      new aws.sqs.QueuePolicy("policy", { queueUrl: queue.url, policy });
    });
    expect(asked(registered, "policy")).to.deep.equal({
      queueUrl: later("queue.url"),
      policy: `{"Resource":["${later("queue.arn")}","${later("queue.url")}/*"],"Id":"${later("queue.id")}"}`,
    });
  });

  it("masks secrets wherever they flow", async () => {
    const registered = await deploy(() => {
      const value = pulumi.secret("hunter2");
      const tags = { plain: "shown", hidden: value };
      new aws.ssm.Parameter("parameter", {
        type: "SecureString",
        value: pulumi.interpolate`<${value}>`,
        tags,
      });
    });
    expect(JSON.stringify(registered)).to.not.match(/hunter2/);
    expect(asked(registered, "parameter")).to.deep.include({ type: "SecureString", value: "[secret]" });
  });

  it("refuses two resources of one name, which their outputs could not tell apart", async () => {
    const message = await refusal(() => {
      const parent = new aws.sqs.Queue("queue");
      new aws.sqs.Queue("queue", {}, { parent });
    });
    expect(message).to.equal("queue: two resources of type aws:sqs/queue:Queue have this name. Rename one.");
  });

  it("refuses what it cannot look up rather than invent it", async () => {
    expect(await refusal(() => new aws.sqs.Queue("queue", { name: aws.getRegionOutput().region }))).to.equal(
      "aws:index/getRegion:getRegion: an offline preview cannot look it up.",
    );
  });
});
