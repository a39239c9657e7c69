import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { EncryptionKey } from "./encryption-key.ts";

export interface LogGroupArgs {
  /** Days. */
  readonly logRetention: number;
  /** Without one, AWS's own encrypts. */
  readonly key: EncryptionKey | undefined;
}

/** CreateLogGroup's alphabet and length, without Pulumi's 8 characters. */
const NAME = /^[\w.\-/#]{1,504}$/;

/** Logs that end, encrypted with the stack's key where it has one. */
export function logGroup(
  name: string,
  { logRetention, key }: LogGroupArgs,
  parent: pulumi.Resource,
): aws.cloudwatch.LogGroup {
  if (!NAME.test(name))
    throw new Error(
      `a log group's name is ${JSON.stringify(name.slice(0, 60))}, ${name.length} characters; CloudWatch Logs takes 1 to 512 of letters, digits and . _ - / #, 8 of them Pulumi's (NAM-10). Rename its owner.`,
    );
  const encryption = key === undefined ? {} : { kmsKeyId: key.arn };
  return new aws.cloudwatch.LogGroup(name, { retentionInDays: logRetention, ...encryption }, { parent });
}
