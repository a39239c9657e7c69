import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { NotificationsArgs } from "./notifications.ts";
import { account, allowing, trustPolicy } from "./trust.ts";

/** SNS.2: SNS writes with it whether an https address took a message. */
export function deliveryRole(
  name: string,
  { region }: Pick<NotificationsArgs, "region">,
  parent: pulumi.Resource,
): aws.iam.Role {
  const source = { service: "sns.amazonaws.com", namespace: "sns", resource: "*", region };
  return new aws.iam.Role(`${name}-delivery`, { assumeRolePolicy: trustPolicy(source, parent) }, { parent });
}

export interface DeliveryLogs {
  readonly logGroups: readonly aws.cloudwatch.LogGroup[];
  readonly policy: aws.iam.RolePolicy;
}

/** The two log groups that SNS writes a topic's deliveries to, under the only names it knows. */
export function logDelivery(
  name: string,
  topic: aws.sns.Topic,
  role: aws.iam.Role,
  { region, key, logRetention }: Pick<NotificationsArgs, "region" | "key" | "logRetention">,
  parent: pulumi.Resource,
): DeliveryLogs {
  const { accountId } = account(parent);
  const encryption = key === undefined ? {} : { kmsKeyId: key.arn };
  const groups = { delivered: "", failed: "/Failure" };
  const logGroups = Object.entries(groups).map(
    ([outcome, suffix]) =>
      new aws.cloudwatch.LogGroup(
        `${name}-${outcome}`,
        {
          name: pulumi.interpolate`sns/${region}/${accountId}/${topic.name}${suffix}`,
          retentionInDays: logRetention,
          ...encryption,
        },
        { parent },
      ),
  );
  const on = logGroups.map(({ arn }) => pulumi.interpolate`${arn}:*`);
  const policy = new aws.iam.RolePolicy(
    `${name}-delivery-policy`,
    { role: role.id, policy: allowing({ actions: ["logs:CreateLogStream", "logs:PutLogEvents"], on }) },
    { parent },
  );
  return { logGroups, policy };
}
