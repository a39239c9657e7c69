import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { SecretSource } from "../adapters/environment-settings.ts";
import type { Permission } from "../adapters/permission-settings.ts";
import type { EncryptionKey } from "./encryption-key.ts";
import type { ExecSessions } from "./exec-sessions.ts";
import { repositoryOf } from "./registry.ts";
import { account, allowing, type Grant, trustPolicy } from "./trust.ts";

/** ECS tasks of this account and region may take the role. */
export function taskTrust(region: string, parent: pulumi.Resource): pulumi.Output<string> {
  return trustPolicy({ service: "ecs-tasks.amazonaws.com", namespace: "ecs", resource: "*", region }, parent);
}

/** What a task needs before it starts. */
export interface Needed {
  readonly logGroup: aws.cloudwatch.LogGroup;
  /** Images by reference, of all its containers. */
  readonly images: readonly string[];
  /** Of the image that we build. */
  readonly repositoryArn?: pulumi.Output<string> | undefined;
  readonly secrets?: NeededSecrets;
}

export interface NeededSecrets {
  readonly sources: readonly SecretSource[];
  /** Keys that they may be encrypted with. */
  readonly keys: readonly string[];
  readonly key: EncryptionKey | undefined;
  readonly region: string;
}

/** What Fargate does on a task's behalf before it starts: write to its log group, pull its images, read its secrets. */
export function executionPolicy(needed: Needed, parent: pulumi.Resource): pulumi.Output<string> {
  const write = {
    actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
    on: [pulumi.interpolate`${needed.logGroup.arn}:*`],
  };
  return allowing(
    write,
    ...pulling(needed, parent),
    ...(needed.secrets === undefined ? [] : reading(needed.secrets)),
  );
}

function pulling({ images, repositoryArn }: Needed, parent: pulumi.Resource): readonly Grant[] {
  const own = repositoryArn === undefined ? [] : [repositoryArn];
  const repositories = [...own, ...[...new Set(images)].flatMap((image) => repositoryArns(image, parent))];
  if (repositories.length === 0) return [];
  return [
    // The token has no resource to name (Service Authorization Reference, Amazon ECR).
    { actions: ["ecr:GetAuthorizationToken"], on: ["*"] },
    {
      actions: ["ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"],
      on: repositories,
    },
  ];
}

/** Of a reference to ECR; other registries are public and ask for no permission. */
function repositoryArns(reference: string, parent: pulumi.Resource): readonly pulumi.Output<string>[] {
  const found = repositoryOf(reference);
  if (found === undefined) return [];
  const { owner, region, repository } = found;
  return [
    pulumi.interpolate`arn:${account(parent).partition}:ecr:${region}:${owner}:repository/${repository}`,
  ];
}

const READ = { secretsmanager: "secretsmanager:GetSecretValue", ssm: "ssm:GetParameters" } as const;

/** The named secrets, and their keys as long as it is the secrets' own service that decrypts. */
function reading({ sources, keys: others, key, region }: NeededSecrets): readonly Grant[] {
  const services = (["secretsmanager", "ssm"] as const).filter((service) =>
    sources.some((secret) => secret.service === service),
  );
  const reads = services.map((service) => ({
    actions: [READ[service]],
    on: [...new Set(sources.filter((secret) => secret.service === service).map(({ arn }) => arn))],
  }));
  const keys = [...(key === undefined ? [] : [key.arn]), ...others];
  if (reads.length === 0 || keys.length === 0) return reads;
  const through = services.map((service) => `${service}.${region}.amazonaws.com`);
  const when = { StringEquals: { "kms:ViaService": through } };
  return [...reads, { actions: ["kms:Decrypt"], on: keys, when }];
}

/** What the application itself may do: what its team declared, and shells where the cluster has them; none, no policy. */
export function taskPolicy(
  permissions: readonly Permission[],
  sessions: ExecSessions | undefined,
): pulumi.Output<string> | undefined {
  const granted = [
    ...permissions.map(({ actions, resources }) => ({ actions, on: [...resources] })),
    ...(sessions?.grants ?? []),
  ];
  return granted.length === 0 ? undefined : allowing(...granted);
}
