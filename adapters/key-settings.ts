import { z } from "zod";
import { type Fault, shown } from "./bad-input.ts";
import { days } from "./days.ts";
import { soundRules } from "./sound.ts";

/** The customer key of a stack: made for it, or one that exists. */
export interface KeySettings {
  /** Use this key, whose policy its owner keeps; its own window and rotation hold. */
  readonly arn?: string;
  /** Days in which a deleted key can be saved. */
  readonly deletionWindow?: number;
  /** Days between new key material; old material still decrypts. */
  readonly rotation?: number;
}

/** `key:` of a stack's settings; ids and aliases are not enough, as an ARN says whose key it is. */
export const keySchema = z.strictObject(
  {
    arn: z
      .string("must be the ARN of a KMS key. Write arn:aws:kms:REGION:ACCOUNT:key/ID")
      .regex(
        /^arn:aws[\w-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/,
        "must be the ARN of a KMS key, no alias. Write arn:aws:kms:REGION:ACCOUNT:key/ID",
      )
      .exactOptional(),
    deletionWindow: days(7, 30, "Write 30 d for the longest").exactOptional(),
    rotation: days(90, 2560, "Write 365 d for once a year").exactOptional(),
  },
  "must be a map of settings. Write { arn } or { deletionWindow, rotation }",
);

interface Stack {
  readonly customerKey: boolean;
  readonly region: string;
}

/** What a key's settings rule out, with what else the stack says; `where` is their place. */
export function keyFaults(key: KeySettings, stack: Stack, where: string): readonly Fault[] {
  return soundRules([unused, strayRegion, notOurs], key, stack, where);
}

function unused(key: KeySettings, { customerKey }: Stack, where: string): readonly Fault[] {
  if (customerKey || Object.keys(key).length === 0) return [];
  const message =
    "key is set, and customerKey is false: AWS's keys encrypt. Set customerKey: true, or remove key.";
  return [{ where, message }];
}

function strayRegion({ arn }: KeySettings, { region }: Stack, where: string): readonly Fault[] {
  if (arn === undefined || arn.split(":")[3] === region) return [];
  const message = `arn is ${shown("arn", arn)}; must be in the zones' region. Name a key of ${region}.`;
  return [{ where: `${where}.arn`, message }];
}

function notOurs({ arn, deletionWindow, rotation }: KeySettings, _: Stack, where: string): readonly Fault[] {
  if (arn === undefined || (deletionWindow === undefined && rotation === undefined)) return [];
  const message =
    "key has arn with deletionWindow or rotation; that key's owner sets them. Remove them, or arn.";
  return [{ where, message }];
}

/** What is allowed of a stack's key and may yet surprise: nothing here sees the policy of a key that exists. */
export function keyWarnings({ arn }: KeySettings, region: string): readonly string[] {
  if (arn === undefined) return [];
  return [
    `key.arn is a key whose policy its owner keeps; it must let in logs.${region}.amazonaws.com (or log groups are refused), cloudwatch.amazonaws.com and events.amazonaws.com (or alarms are lost in silence) and the account's role AWSServiceRoleForAutoScaling (or no instance starts).`,
  ];
}
