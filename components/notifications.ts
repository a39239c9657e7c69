import { createHash } from "node:crypto";
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

/** A topic for each severity, which the alarms of this account alone publish to, and its subscribers. */
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
    { arn: made.arn, policy: publishPolicy(made, args.region, parent) },
    { parent },
  );
  for (const endpoint of endpoints) {
    const protocol = isUrl(endpoint) ? "https" : "email";
    new aws.sns.TopicSubscription(
      `${name}-${severity}-${label(endpoint)}`,
      { topic: made.arn, protocol, endpoint },
      { parent },
    );
  }
  return made;
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
