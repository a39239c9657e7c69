import { createHash } from "node:crypto";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { NotificationSettings } from "../adapters/notification-settings.ts";
import type { Severity } from "../policy/burn-rate.ts";
import { type DeliveryLogs, deliveryRole, logDelivery } from "./delivery-logs.ts";
import type { EncryptionKey } from "./encryption-key.ts";
import { jsonText } from "./json-text.ts";
import { KeyDeletionAlarm } from "./key-deletion-alarm.ts";
import { account } from "./trust.ts";

export interface NotificationsArgs {
  readonly region: string;
  readonly notify: NotificationSettings;
  /** Encrypts messages at rest. CloudWatch may not use AWS's own key for SNS, so without one they are not. */
  readonly key: EncryptionKey | undefined;
  /** Days that the deliveries to https addresses are kept in logs. */
  readonly logRetention: number;
}

/** A topic for each severity, which the alarms of this account alone publish to, and its subscribers; the end of the stack's key is paged. */
export class Notifications extends pulumi.ComponentResource {
  readonly page: aws.sns.Topic;
  readonly ticket: aws.sns.Topic;
  readonly policies: readonly aws.sns.TopicPolicy[];
  readonly subscriptions: readonly aws.sns.TopicSubscription[];
  /** Of addresses that are https: SNS's role, and where it notes whether they took each message. */
  readonly deliveryRole: aws.iam.Role | undefined;
  readonly deliveries: readonly DeliveryLogs[];
  /** Of the stack's key, where it has one. */
  readonly keyEnd: KeyDeletionAlarm | undefined;

  constructor(name: string, args: NotificationsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:Notifications", name, {}, opts);
    const urls = Object.values(args.notify).flat().some(isUrl);
    this.deliveryRole = urls ? deliveryRole(name, args, this) : undefined;
    const page = topic(this, name, "page", args);
    const ticket = topic(this, name, "ticket", args);
    this.page = page.topic;
    this.ticket = ticket.topic;
    this.subscriptions = [...page.subscriptions, ...ticket.subscriptions];
    this.deliveries = [page.delivery, ticket.delivery].filter((each) => each !== undefined);
    this.keyEnd =
      args.key === undefined
        ? undefined
        : new KeyDeletionAlarm(
            `${name}-key-end`,
            { key: args.key, topicArn: this.page.arn },
            { parent: this },
          );
    this.policies = [
      publishers(this, name, "page", args.region, this.keyEnd),
      publishers(this, name, "ticket", args.region),
    ];
    this.registerOutputs({ pageArn: this.page.arn, ticketArn: this.ticket.arn });
  }
}

function topic(parent: Notifications, name: string, severity: Severity, args: NotificationsArgs) {
  const { deliveryRole: role } = parent;
  const encryption = args.key === undefined ? {} : { kmsMasterKeyId: args.key.arn };
  const endpoints = args.notify[severity];
  const logged = role !== undefined && endpoints.some(isUrl);
  const feedback = { httpSuccessFeedbackRoleArn: role?.arn, httpFailureFeedbackRoleArn: role?.arn };
  const made = new aws.sns.Topic(
    `${name}-${severity}`,
    { ...encryption, ...(logged ? { ...feedback, httpSuccessFeedbackSampleRate: 100 } : {}) },
    { parent },
  );
  const delivery = logged ? logDelivery(`${name}-${severity}`, made, role, args, parent) : undefined;
  const subscriptions = endpoints.map((endpoint) => {
    const protocol = isUrl(endpoint) ? "https" : "email";
    return new aws.sns.TopicSubscription(
      `${name}-${severity}-${label(endpoint)}`,
      { topic: made.arn, protocol, endpoint },
      { parent },
    );
  });
  return { topic: made, subscriptions, delivery };
}

/**
 * By the address, not its place in the list: when one leaves, the next would take over its subscription, and whoever was
 * subscribed already would be unsubscribed with what is left over. A digest, as a pager's address may be a secret.
 */
function label(endpoint: string): string {
  return createHash("sha256").update(endpoint).digest("hex").slice(0, 8);
}

function isUrl(endpoint: string): boolean {
  return endpoint.toLowerCase().startsWith("https://");
}

/** SNS.4: alarms of this account and region, the rule that watches the key, and nobody else. */
function publishers(
  parent: Notifications,
  name: string,
  severity: Severity,
  region: string,
  keyEnd?: KeyDeletionAlarm,
): aws.sns.TopicPolicy {
  const { accountId, partition } = account(parent);
  const { arn } = parent[severity];
  const publish = { Effect: "Allow", Action: "sns:Publish", Resource: arn };
  const alarms = {
    Sid: "Alarms",
    ...publish,
    Principal: { Service: "cloudwatch.amazonaws.com" },
    Condition: {
      StringEquals: { "aws:SourceAccount": accountId },
      ArnLike: {
        "aws:SourceArn": pulumi.interpolate`arn:${partition}:cloudwatch:${region}:${accountId}:alarm:*`,
      },
    },
  };
  // No condition: AWS documents that a topic's policy has none for EventBridge, and with one its messages are lost in silence.
  const rule = { Sid: "KeyEnd", ...publish, Principal: { Service: "events.amazonaws.com" } };
  const Statement = keyEnd === undefined ? [alarms] : [alarms, rule];
  const policy = jsonText({ Version: "2012-10-17", Statement });
  return new aws.sns.TopicPolicy(`${name}-${severity}-policy`, { arn, policy }, { parent });
}
