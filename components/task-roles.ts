import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "../adapters/service-deployment.ts";
import type { ServiceImage } from "./service-image.ts";
import { account, allowing, trustPolicy } from "./trust.ts";

/** ECS tasks of this account and region may take the role. */
export function taskTrust(region: string, parent: pulumi.Resource): pulumi.Output<string> {
  return trustPolicy({ service: "ecs-tasks.amazonaws.com", namespace: "ecs", resource: "*", region }, parent);
}

/** What Fargate does on a task's behalf before it starts: write to its log group and pull its one image. */
export function executionPolicy(
  logGroup: aws.cloudwatch.LogGroup,
  image: Deployment["image"],
  built: ServiceImage | undefined,
  parent: pulumi.Resource,
): pulumi.Output<string> {
  const write = {
    actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
    on: [pulumi.interpolate`${logGroup.arn}:*`],
  };
  const repository = built?.repositoryArn ?? repositoryArn(image, parent);
  if (repository === undefined) return allowing(write);
  return allowing(
    write,
    // The token has no resource to name (Service Authorization Reference, Amazon ECR).
    { actions: ["ecr:GetAuthorizationToken"], on: ["*"] },
    {
      actions: ["ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"],
      on: [repository],
    },
  );
}

/** Of a reference to ECR; other registries are public and ask for no permission. */
function repositoryArn(
  image: Deployment["image"],
  parent: pulumi.Resource,
): pulumi.Output<string> | undefined {
  if (image.kind === "build") return undefined;
  const ecr = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([^:@]+)/.exec(image.reference);
  if (ecr === null) return undefined;
  const [, owner, region, repository] = ecr;
  return pulumi.interpolate`arn:${account(parent).partition}:ecr:${region}:${owner}:repository/${repository}`;
}
