import { z } from "zod";
import type { Fault } from "./bad-input.ts";
import { type BucketSettings, bucketFaults, bucketSchema, bucketWarnings } from "./bucket-settings.ts";
import { type TableSettings, tableFaults, tableSchema } from "./table-settings.ts";

/** What a stack keeps, by the names that its services grant and read. */
export interface StorageSettings {
  readonly buckets: Readonly<Record<string, BucketSettings>>;
  readonly tables: Readonly<Record<string, TableSettings>>;
}

/** STO-1, STO-7: `storage-NAME-bucket` and Pulumi's 8 characters fit into 63. */
const NAME = /^[a-z][a-z0-9-]{0,38}[a-z0-9]$/;

function named<Member extends z.ZodType>(member: Member) {
  return z.record(z.string(), member).check(({ value, issues }) => {
    const message =
      "must have 2 to 40 lower-case letters, digits and -, begin with a letter and not end in -, as its name. Rename it";
    for (const name of Object.keys(value))
      if (!NAME.test(name)) issues.push({ code: "custom", message, input: name, path: [name] });
  });
}

/** `storage:` of a stack's settings. */
export const storageSchema = z.strictObject({
  buckets: named(bucketSchema).default({}),
  tables: named(tableSchema).default({}),
});

/** What a stack's buckets and tables rule out; `where` is their place. */
export function storageFaults(
  { buckets, tables }: StorageSettings,
  protect: boolean,
  where: string,
): readonly Fault[] {
  return [
    ...Object.entries(buckets).flatMap(([name, bucket]) =>
      bucketFaults(bucket, protect, `${where}.buckets.${name}`),
    ),
    ...Object.entries(tables).flatMap(([name, table]) => tableFaults(table, `${where}.tables.${name}`)),
  ];
}

/** What is allowed of a stack's storage and may yet surprise. */
export function storageWarnings({ buckets }: StorageSettings, protect: boolean): readonly string[] {
  return Object.entries(buckets).flatMap(([name, bucket]) =>
    bucketWarnings(bucket, protect, `storage.buckets.${name}`),
  );
}
