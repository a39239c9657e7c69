import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { EncryptionKey } from "./encryption-key.ts";

export interface LogGroupArgs {
  /** Days. */
  readonly logRetention: number;
  /** Without one, AWS's own encrypts. */
  readonly key: EncryptionKey | undefined;
}

/** Logs that end, encrypted with the stack's key where it has one. */
export function logGroup(
  name: string,
  { logRetention, key }: LogGroupArgs,
  parent: pulumi.Resource,
): aws.cloudwatch.LogGroup {
  const encryption = key === undefined ? {} : { kmsKeyId: key.arn };
  return new aws.cloudwatch.LogGroup(name, { retentionInDays: logRetention, ...encryption }, { parent });
}
