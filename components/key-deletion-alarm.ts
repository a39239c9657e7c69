import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { EncryptionKey } from "./encryption-key.ts";
import { jsonText } from "./json-text.ts";

export interface KeyDeletionAlarmArgs {
  readonly key: EncryptionKey;
  /** Who is told; its policy must let `events.amazonaws.com` publish. */
  readonly topicArn: pulumi.Input<string>;
}

/** Calls after which what the key has encrypted cannot be read. */
const CALLS = ["ScheduleKeyDeletion", "DisableKey"];

/** Tells of a key's end while it can still be saved (KMS.3). EventBridge sees such calls where the account has a CloudTrail trail. */
export class KeyDeletionAlarm extends pulumi.ComponentResource {
  readonly rule: aws.cloudwatch.EventRule;
  readonly target: aws.cloudwatch.EventTarget;

  constructor(name: string, args: KeyDeletionAlarmArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:KeyDeletionAlarm", name, {}, opts);
    this.rule = new aws.cloudwatch.EventRule(
      `${name}-rule`,
      {
        description: "The stack's key is disabled, or about to be deleted",
        eventPattern: jsonText({
          source: ["aws.kms"],
          "detail-type": ["AWS API Call via CloudTrail"],
          detail: {
            eventSource: ["kms.amazonaws.com"],
            eventName: CALLS,
            resources: { ARN: [args.key.arn] },
          },
        }),
      },
      { parent: this },
    );
    this.target = new aws.cloudwatch.EventTarget(
      `${name}-target`,
      { rule: this.rule.name, arn: args.topicArn },
      { parent: this },
    );
    this.registerOutputs({ ruleName: this.rule.name });
  }
}
