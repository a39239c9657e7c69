import { at, isGiven, type Resource, referred, type Stack, text } from "../../guard/resource.ts";
import { edit, set } from "../support/changes.ts";
import { all, allowed, each, guard, having, refersTo, repoliced, type Table } from "../support/controls.ts";

const TOPIC = "aws:sns/topic:Topic";
const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";
const KEY = "aws:kms/key:Key";

/** Endpoints whose deliveries SNS can note. */
const NOTED = ["http", "https", "lambda", "sqs", "firehose", "application"];

function isToldOfTheKey(stack: Stack, topic: Resource): boolean {
  return having(stack, "aws:cloudwatch/eventTarget:EventTarget", "arn", topic).length > 0;
}

export const OBSERVABILITY: Table = {
  title: "Observability (`Observability`, `Notifications`)",
  file: "observability.ts",
  controls: [
    {
      ids: "CloudWatch.15ᴺ",
      control: "alarms act, or are part of what does: windows of a burn rate through their composite",
      checkov: "–",
      faults: all(
        guard("alarms-act"),
        each("aws:cloudwatch/compositeAlarm:CompositeAlarm", () => true),
      ),
      broken: edit("entry-alarms-5xx", ({ inputs: { alarmActions: _, okActions: __, ...inputs } }) => ({
        inputs,
      })),
    },
    {
      ids: "CloudWatch.16ᴺ",
      control: "logs are kept for a year",
      checkov: "CKV_AWS_66, CKV_AWS_338",
      faults: guard("log-retention", "log-retention-a-year"),
      broken: set("cart-ecs-logs", "retentionInDays", 30),
      dev: "marked ᵈ: 14 days",
    },
    {
      ids: "CloudWatch.17ᴺ",
      control: "no alarm's actions are switched off",
      checkov: "CKV_AWS_319",
      faults: guard("alarm-actions-enabled"),
      broken: set("entry-alarms-5xx", "actionsEnabled", false),
    },
    {
      ids: "–",
      control: "log groups encrypted with the stack's key",
      checkov: "CKV_AWS_158",
      faults: all(
        guard("log-group-encrypted"),
        each(LOG_GROUP, (_, group, stack) => refersTo(stack, group, "kmsKeyId", KEY)),
      ),
      broken: set("cart-ecs-logs", "kmsKeyId", undefined),
      dev: "no customer key: CloudWatch's own encrypts",
    },
    {
      ids: "SNS.1ᴺ",
      control: "topics encrypted with the stack's key, which CloudWatch may use",
      checkov: "CKV_AWS_26",
      faults: all(
        guard("sns-topic-encrypted"),
        each(TOPIC, (_, topic, stack) =>
          referred(stack, topic, "kmsMasterKeyId").some(({ inputs: { policy } }) =>
            allowed(policy).some(({ Principal, Action }) => {
              const actions = [Action].flat();
              return (
                at(Principal, "Service") === "cloudwatch.amazonaws.com" &&
                actions.includes("kms:Decrypt") &&
                actions.includes("kms:GenerateDataKey")
              );
            }),
          ),
        ),
      ),
      broken: repoliced("encryption-key", (each) => ({ ...each, Action: "kms:DescribeKey" })),
      dev: "no customer key, and AWS's own for SNS takes no alarms",
    },
    {
      ids: "SNS.2ᴺ",
      control: "whether an https address took a message is logged",
      checkov: "–",
      faults: each("aws:sns/topicSubscription:TopicSubscription", (inputs, subscription, stack) => {
        const topics = referred(stack, subscription, "topic");
        return (
          !NOTED.includes(text(inputs.protocol)) ||
          topics.every(
            (topic) =>
              isGiven(topic.inputs.httpSuccessFeedbackRoleArn) &&
              isGiven(topic.inputs.httpFailureFeedbackRoleArn),
          )
        );
      }),
      broken: set("notify-page", "httpFailureFeedbackRoleArn", undefined),
    },
    {
      ids: "SNS.4",
      control:
        "topics are not public: alarms of this account publish; to the urgent one EventBridge as well, which takes no condition there",
      checkov: "CKV_AWS_169, CKV_AWS_385",
      faults: all(
        guard("no-public-policies"),
        each(TOPIC, (_, topic, stack) =>
          having(stack, "aws:sns/topicPolicy:TopicPolicy", "arn", topic).some(({ inputs: { policy } }) =>
            allowed(policy).every(({ Principal, Action, Condition }) => {
              const service = at(Principal, "Service");
              const alarms = service === "cloudwatch.amazonaws.com";
              const key = service === "events.amazonaws.com" && isToldOfTheKey(stack, topic);
              return (
                Action === "sns:Publish" &&
                ((alarms && isGiven(Condition?.StringEquals?.["aws:SourceAccount"])) || key)
              );
            }),
          ),
        ),
      ),
      broken: repoliced("notify-ticket-policy", ({ Condition: _, ...open }) => open),
    },
  ],
  elsewhere: [
    {
      ids: "SSM.6",
      control: "logs of Automation",
      checkov: "–",
      state: "account",
      why: "a setting of the account and region",
    },
    {
      ids: "CloudTrail.1–5, Config.1, GuardDuty.*, Inspector.*",
      control: "account-wide detection",
      checkov: "–",
      state: "account",
      why: "not a stack's; KMS.3's alarm needs a trail to see anything",
    },
  ],
};
