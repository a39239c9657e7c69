import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { NotificationSettings } from "../adapters/notification-settings.ts";
import type { Severity } from "../policy/burn-rate.ts";
import { type DeliveryLogs, deliveryRole, logDelivery } from "./delivery-logs.ts";
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

/** A topic for each severity, which the alarms of this account alone publish to, and its subscribers. */
export class Notifications extends pulumi.ComponentResource {
  readonly page: aws.sns.Topic;
  readonly ticket: aws.sns.Topic;
  readonly policies: readonly aws.sns.TopicPolicy[];
  readonly subscriptions: readonly aws.sns.TopicSubscription[];
  /** Of addresses that are https: SNS's role, and where it notes whether they took each message. */
  readonly deliveryRole: aws.iam.Role | undefined;
  readonly deliveries: readonly DeliveryLogs[];

  constructor(name: string, args: NotificationsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:Notifications", name, {}, opts);
    const urls = Object.values(args.notify).flat().some(isUrl);
    this.deliveryRole = urls ? deliveryRole(name, args, this) : undefined;
    const page = topic(this, name, "page", args);
    const ticket = topic(this, name, "ticket", args);
    this.page = page.topic;
    this.ticket = ticket.topic;
    this.policies = [page.policy, ticket.policy];
    this.subscriptions = [...page.subscriptions, ...ticket.subscriptions];
    this.deliveries = [page.delivery, ticket.delivery].filter((each) => each !== undefined);
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
  const policy = new aws.sns.TopicPolicy(
    `${name}-${severity}-policy`,
    { arn: made.arn, policy: publishPolicy(made, args.region, parent) },
    { parent },
  );
  const subscriptions = endpoints.map((endpoint, i) => {
    const protocol = isUrl(endpoint) ? "https" : "email";
    return new aws.sns.TopicSubscription(
      `${name}-${severity}-${i + 1}`,
      { topic: made.arn, protocol, endpoint },
      { parent },
    );
  });
  return { topic: made, policy, subscriptions, delivery };
}

function isUrl(endpoint: string): boolean {
  return endpoint.toLowerCase().startsWith("https://");
}

/** SNS.4: alarms of this account and region, and nobody else. */
function publishPolicy(to: aws.sns.Topic, region: string, parent: pulumi.Resource): pulumi.Output<string> {
  const { accountId, partition } = account(parent);
  return pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "Alarms",
        Effect: "Allow",
        Principal: { Service: "cloudwatch.amazonaws.com" },
        Action: "sns:Publish",
        Resource: to.arn,
        Condition: {
          StringEquals: { "aws:SourceAccount": accountId },
          ArnLike: {
            "aws:SourceArn": pulumi.interpolate`arn:${partition}:cloudwatch:${region}:${accountId}:alarm:*`,
          },
        },
      },
    ],
  });
}
