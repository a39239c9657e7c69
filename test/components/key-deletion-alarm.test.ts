import { expect } from "chai";
import { EncryptionKey } from "../../components/encryption-key.ts";
import { KeyDeletionAlarm } from "../../components/key-deletion-alarm.ts";
import { asked, deploy, later } from "../support/deploy.ts";

describe("KeyDeletionAlarm", () => {
  it("tells the topic when the stack's key, and no other, is to be deleted or disabled (KMS.3)", async () => {
    const topicArn = "arn:aws:sns:eu-west-1:123456789012:urgent";
    const registered = await deploy(() => {
      const key = new EncryptionKey("stack", { region: "eu-west-1", protect: true });
      new KeyDeletionAlarm("key-end", { key, topicArn });
    });
    expect(JSON.parse(String(asked(registered, "key-end-rule").eventPattern))).to.deep.equal({
      source: ["aws.kms"],
      "detail-type": ["AWS API Call via CloudTrail"],
      detail: {
        eventSource: ["kms.amazonaws.com"],
        eventName: ["ScheduleKeyDeletion", "DisableKey"],
        resources: { ARN: [later("stack-key.arn")] },
      },
    });
    expect(asked(registered, "key-end-target")).to.deep.equal({
      rule: later("key-end-rule.name"),
      arn: topicArn,
    });
  });
});
