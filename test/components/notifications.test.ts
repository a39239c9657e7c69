import { expect } from "chai";
import type { NotificationSettings } from "../../adapters/notification-settings.ts";
import { stackSettings } from "../../adapters/stack-settings.ts";
import { EncryptionKey } from "../../components/encryption-key.ts";
import { Notifications } from "../../components/notifications.ts";
import { asked, deploy, later, ofType } from "../support/deploy.ts";

const region = "eu-west-1";
const PAGER = "https://events.pager.example.com/v2/enqueue";

function notifications(notify: NotificationSettings, encrypted = true) {
  return deploy(() => {
    const key = encrypted ? new EncryptionKey("encryption", { region, protect: true }) : undefined;
    new Notifications("notify", { region, notify, key, logRetention: 365 });
  });
}

describe("Notifications", () => {
  it("tells each severity's own people (row 73)", async () => {
    const all = await notifications({ page: ["on-call@example.com", PAGER], ticket: ["team@example.com"] });
    const told = ofType(all, "aws:sns/topicSubscription:TopicSubscription").map(({ inputs }) => inputs);
    expect(told).to.deep.equal([
      { topic: later("notify-page.arn"), protocol: "email", endpoint: "on-call@example.com" },
      { topic: later("notify-page.arn"), protocol: "https", endpoint: PAGER },
      { topic: later("notify-ticket.arn"), protocol: "email", endpoint: "team@example.com" },
    ]);
  });

  it("keeps everybody's subscription when somebody leaves the list or joins it", async () => {
    const subscriptions = async (...page: string[]) =>
      new Map(
        ofType(await notifications({ page, ticket: [] }), "aws:sns/topicSubscription:TopicSubscription").map(
          ({ name, inputs }) => [inputs.endpoint, name],
        ),
      );
    const [before, after] = [
      await subscriptions("a@example.com", "b@example.com", PAGER),
      await subscriptions("c@example.com", PAGER, "b@example.com"),
    ];
    for (const stays of ["b@example.com", PAGER]) expect(after.get(stays)).to.equal(before.get(stays));
    expect([...before.values()].join()).to.not.match(/example|enqueue/); // a pager's address may hold its key
  });

  it("SNS.1: encrypts topics with the stack's key, which CloudWatch may use", async () => {
    const all = await notifications({ page: [], ticket: [] });
    for (const { inputs } of ofType(all, "aws:sns/topic:Topic"))
      expect(inputs.kmsMasterKeyId).to.equal(later("encryption-key.arn"));
    const { Statement } = JSON.parse(String(asked(all, "encryption-key").policy)) as {
      Statement: { Principal: { Service?: string }; Action: string[] }[];
    };
    const cloudwatch = Statement.filter(({ Principal }) => Principal.Service === "cloudwatch.amazonaws.com");
    expect(cloudwatch.map(({ Action }) => Action)).to.deep.equal([["kms:Decrypt", "kms:GenerateDataKey"]]);
    const dev = await notifications({ page: [], ticket: [] }, false);
    expect(asked(dev, "notify-page")).to.deep.equal({});
  });

  it("SNS.4: lets the alarms of this account publish, and nobody else", async () => {
    const all = await notifications({ page: [], ticket: [] }, false);
    const policies = ofType(all, "aws:sns/topicPolicy:TopicPolicy");
    expect(policies).to.have.length(2);
    for (const severity of ["page", "ticket"]) {
      const { policy } = asked(all, `notify-${severity}-policy`);
      const { Statement } = JSON.parse(String(policy)) as { Statement: object[] };
      expect(Statement).to.deep.equal([
        {
          Sid: "Alarms",
          Effect: "Allow",
          Principal: { Service: "cloudwatch.amazonaws.com" },
          Action: "sns:Publish",
          Resource: later(`notify-${severity}.arn`),
          Condition: {
            StringEquals: { "aws:SourceAccount": later("aws.accountId") },
            ArnLike: { "aws:SourceArn": `arn:aws:cloudwatch:${region}:${later("aws.accountId")}:alarm:*` },
          },
        },
      ]);
    }
  });

  it("KMS.3: pages when the stack's key is about to go, by the one rule that may publish besides", async () => {
    const all = await notifications({ page: [], ticket: [] });
    expect(asked(all, "notify-key-end-target")).to.deep.equal({
      rule: later("notify-key-end-rule.name"),
      arn: later("notify-page.arn"),
    });
    const { Statement } = JSON.parse(String(asked(all, "notify-page-policy").policy)) as {
      Statement: { Sid: string; Principal: object; Condition: object }[];
    };
    expect(Statement.map(({ Sid }) => Sid)).to.deep.equal(["Alarms", "KeyEnd"]);
    expect(Statement[1]).to.deep.include({
      Principal: { Service: "events.amazonaws.com" },
      Condition: { ArnEquals: { "aws:SourceArn": later("notify-key-end-rule.arn") } },
    });
    expect(String(asked(all, "notify-ticket-policy").policy)).to.not.include("events.amazonaws.com");
    const dev = await notifications({ page: [], ticket: [] }, false);
    expect(ofType(dev, "aws:cloudwatch/eventRule:EventRule")).to.deep.equal([]);
  });

  it("SNS.2: logs whether an https address took each message, in groups that end and are encrypted", async () => {
    const all = await notifications({ page: [PAGER], ticket: ["team@example.com"] });
    expect(asked(all, "notify-page")).to.deep.include({
      httpSuccessFeedbackRoleArn: later("notify-delivery.arn"),
      httpFailureFeedbackRoleArn: later("notify-delivery.arn"),
      httpSuccessFeedbackSampleRate: 100,
    });
    expect(asked(all, "notify-ticket")).to.not.have.property("httpFailureFeedbackRoleArn");
    const topic = `sns/${region}/${later("aws.accountId")}/${later("notify-page.name")}`;
    const shared = { retentionInDays: 365, kmsKeyId: later("encryption-key.arn") };
    expect(asked(all, "notify-page-delivered")).to.deep.equal({ name: topic, ...shared });
    expect(asked(all, "notify-page-failed")).to.deep.equal({ name: `${topic}/Failure`, ...shared });
    const { Statement } = JSON.parse(String(asked(all, "notify-page-delivery-policy").policy)) as {
      Statement: { Action: string[]; Resource: string[] }[];
    };
    expect(Statement.map(({ Action, Resource }) => [Action, Resource])).to.deep.equal([
      [
        ["logs:CreateLogStream", "logs:PutLogEvents"],
        [`${later("notify-page-delivered.arn")}:*`, `${later("notify-page-failed.arn")}:*`],
      ],
    ]);
  });
});

describe("notify:", () => {
  const network = { cidr: "10.0.0.0/16", zones: ["eu-west-1a", "eu-west-1b"] };
  const dev = { profile: "dev", network, entry: { insecure: true } };
  const certificateArn = "arn:aws:acm:eu-west-1:123456789012:certificate/0123";
  const faults = (document: unknown) => {
    try {
      stackSettings(document);
    } catch (error) {
      return (error as Error).message.split("\n");
    }
    return [];
  };

  it("sends tickets to those who are paged, if nobody else is named", () => {
    const page = ["on-call@example.com"];
    expect(stackSettings({ ...dev, notify: { page } }).notify).to.deep.equal({ page, ticket: page });
    expect(stackSettings(dev).notify).to.deep.equal({ page: [], ticket: [] });
  });

  it("CW-24: refuses protection without anybody who hears an alarm", () => {
    expect(
      faults({ network, entry: { certificateArn }, notify: { page: ["a@example.com"], ticket: [] } }),
    ).to.deep.equal([
      "setpoint:deployment.notify.ticket: ticket is an empty list; with protect: true somebody hears each alarm (CloudWatch.15). Write [on-call@example.com].",
    ]);
    expect(faults({ network, entry: { certificateArn } })).to.have.length(2);
  });

  const wrong: [title: string, notify: unknown, says: RegExp][] = [
    ["plain http", { page: ["http://pager.example.com"] }, /page\[0\].*e-mail or https/],
    ["no address", { page: ["on-call"] }, /e-mail or https/],
    ["a number", { page: [1] }, /page\[0\] is 1; must be an e-mail/],
    ["one address without a list", { page: "a@example.com" }, /must be a list of addresses/],
    ["an address twice", { page: ["a@example.com", "a@example.com"] }, /must not repeat/],
    ["an unknown severity", { pages: [] }, /`pages` is unknown; did you mean `page`\?/],
    ["an address of 2,049 characters", { page: [`https://example.com/${"x".repeat(2029)}`] }, /at most 2048/],
  ];
  for (const [title, notify, says] of wrong)
    it(`refuses ${title}`, () => {
      expect(faults({ ...dev, notify })).to.have.length(1);
      expect(faults({ ...dev, notify })[0]).to.match(says);
    });

  it("shows no password of an address", () => {
    expect(faults({ ...dev, notify: { page: ["https://me:hunter2@pager.example.com"] } })[0]).to.not.match(
      /hunter2/,
    );
  });
});
