import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { jsonText } from "./json-text.ts";

/** ARN patterns of what may act through a service, within this account and region. */
export interface TrustedSource {
  /** Such as `ecs-tasks.amazonaws.com`. */
  readonly service: string;
  /** Such as `ecs` and `*`, as in `arn:aws:ecs:eu-west-1:123456789012:*`. */
  readonly namespace: string;
  readonly resource: string;
  readonly region: string;
}

/** Lets one service take a role, and only on behalf of this account's own resources (no confused deputy). */
export function trustPolicy(source: TrustedSource, parent: pulumi.Resource): pulumi.Output<string> {
  const { service, namespace, resource, region } = source;
  const { accountId, partition } = account(parent);
  return jsonText({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: service },
        Action: "sts:AssumeRole",
        Condition: {
          StringEquals: { "aws:SourceAccount": accountId },
          ArnLike: {
            "aws:SourceArn": pulumi.interpolate`arn:${partition}:${namespace}:${region}:${accountId}:${resource}`,
          },
        },
      },
    ],
  });
}

/** The account that the parent's provider deploys to. */
export function account(parent: pulumi.Resource) {
  const { accountId } = aws.getCallerIdentityOutput({}, { parent });
  const { partition } = aws.getPartitionOutput({}, { parent });
  return { accountId, partition };
}

/** One thing that a policy allows. */
export interface Grant {
  readonly actions: readonly string[];
  readonly on: pulumi.Input<pulumi.Input<string>[]>;
  /** As IAM writes conditions. */
  readonly when?: Readonly<
    Record<string, Readonly<Record<string, pulumi.Input<string | readonly string[]>>>>
  >;
}

/** Auto Scaling groups by their tags, so that a policy may exist before its group, whose name is chosen last. */
export function taggedGroups(
  { region, tags }: { readonly region: string; readonly tags: Readonly<Record<string, string>> },
  parent: pulumi.Resource,
): Pick<Grant, "on" | "when"> {
  const { accountId, partition } = account(parent);
  const tagged = Object.entries(tags).map(([key, value]) => [`autoscaling:ResourceTag/${key}`, value]);
  return {
    on: [
      pulumi.interpolate`arn:${partition}:autoscaling:${region}:${accountId}:autoScalingGroup:*:autoScalingGroupName/*`,
    ],
    when: { StringEquals: Object.fromEntries(tagged) },
  };
}

/** An inline policy document of what is allowed, and nothing else. */
export function allowing(...statements: readonly Grant[]): pulumi.Output<string> {
  return jsonText({
    Version: "2012-10-17",
    Statement: statements.map(({ actions, on, when }) => ({
      ...{ Effect: "Allow", Action: actions, Resource: on },
      ...(when === undefined ? {} : { Condition: when }),
    })),
  });
}
