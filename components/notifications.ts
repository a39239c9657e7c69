import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { NotificationSettings } from "../adapters/notification-settings.ts";
import type { Severity } from "../policy/burn-rate.ts";
import { deliveryRole, logDelivery } from "./delivery-logs.ts";
import type { EncryptionKey } from "./encryption-key.ts";
import { account } from "./trust.ts";

export interface NotificationsArgs {
  readonly region: string;
  readonly notify: NotificationSettings;
  /** Encrypts messages at rest. CloudWatch may not use AWS's own key for SNS, so without one they are not. */
  readonly key: EncryptionKey | undefined;
  /** Days that the deliveries to https addresses are kept in logs. */
  readonly logRetention: number;
}

/**
 * A topic for each severity, which the alarms of this account publish to, and its subscribers. Where the stack has a key, the urgent
 * one takes EventBridge's word of the key's end as well.
 */
export class Notifications extends pulumi.ComponentResource {
  readonly page: aws.sns.Topic;
  readonly ticket: aws.sns.Topic;

  constructor(name: string, args: NotificationsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:Notifications", name, {}, opts);
    const role = Object.values(args.notify).flat().some(isUrl) ? deliveryRole(name, args, this) : undefined;
    this.page = topic(this, name, "page", args, role);
    this.ticket = topic(this, name, "ticket", args, role);
    this.registerOutputs({ pageArn: this.page.arn, ticketArn: this.ticket.arn });
  }
}

function topic(
  parent: pulumi.Resource,
  name: string,
  severity: Severity,
  args: NotificationsArgs,
  role: aws.iam.Role | undefined,
): aws.sns.Topic {
  const encryption = args.key === undefined ? {} : { kmsMasterKeyId: args.key.arn };
  const endpoints = args.notify[severity];
  const logged = role !== undefined && endpoints.some(isUrl);
  const delivery = { httpSuccessFeedbackRoleArn: role?.arn, httpFailureFeedbackRoleArn: role?.arn };
  const made = new aws.sns.Topic(
    `${name}-${severity}`,
    { ...encryption, ...(logged ? { ...delivery, httpSuccessFeedbackSampleRate: 100 } : {}) },
    { parent },
  );
  if (logged) logDelivery(`${name}-${severity}`, made, role, args, parent);
  new aws.sns.TopicPolicy(
    `${name}-${severity}-policy`,
    {
      arn: made.arn,
      policy: publishPolicy(made, args.region, severity === "page" && args.key !== undefined, parent),
    },
    { parent },
  );
  endpoints.forEach((endpoint, i) => {
    const protocol = isUrl(endpoint) ? "https" : "email";
    new aws.sns.TopicSubscription(
      `${name}-${severity}-${i + 1}`,
      { topic: made.arn, protocol, endpoint },
      { parent },
    );
  });
  return made;
}

function isUrl(endpoint: string): boolean {
  return endpoint.toLowerCase().startsWith("https://");
}

/** SNS.4: alarms of this account and region, the rule that watches the key, and nobody else. */
function publishPolicy(
  to: aws.sns.Topic,
  region: string,
  hearsOfKey: boolean,
  parent: pulumi.Resource,
): pulumi.Output<string> {
  const { accountId, partition } = account(parent);
  const allowed = { Effect: "Allow", Action: "sns:Publish", Resource: to.arn };
  const alarms = {
    Sid: "Alarms",
    ...allowed,
    Principal: { Service: "cloudwatch.amazonaws.com" },
    Condition: {
      StringEquals: { "aws:SourceAccount": accountId },
      ArnLike: {
        "aws:SourceArn": pulumi.interpolate`arn:${partition}:cloudwatch:${region}:${accountId}:alarm:*`,
      },
    },
  };
  // With a condition nothing would arrive: a topic's policy has none for EventBridge (EventBridge user guide, "Amazon SNS permissions").
  const keyEnd = { Sid: "KeyEnd", ...allowed, Principal: { Service: "events.amazonaws.com" } };
  return pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: hearsOfKey ? [alarms, keyEnd] : [alarms],
  });
}
