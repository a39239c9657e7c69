import { z } from "zod";
import type { Fault } from "./bad-input.ts";
import { type BucketSettings, bucketFaults, bucketSchema, bucketWarnings } from "./bucket-settings.ts";
import { soundRules, whereSound } from "./sound.ts";
import { type TableSettings, tableFaults, tableSchema } from "./table-settings.ts";

/** What a stack keeps, by the names that its services grant and read. */
export interface StorageSettings {
  readonly buckets: Readonly<Record<string, BucketSettings>>;
  readonly tables: Readonly<Record<string, TableSettings>>;
}

/** STO-1, STO-7: `storage-NAME-bucket` and Pulumi's 8 characters fit into 63. */
const name = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,38}[a-z0-9]$/,
    "must have 2 to 40 lower-case letters, digits and -, begin with a letter and not end in -. Rename it",
  );

/** `storage:` of a stack's settings. */
export const storageSchema = z.strictObject(
  {
    buckets: z
      .record(name, bucketSchema, "must be a map of buckets. Write one such as { images: {} }")
      .default({}),
    tables: z
      .record(name, tableSchema, "must be a map of tables. Write one such as { carts: { hashKey: cartId } }")
      .default({}),
  },
  "must be a map with buckets and tables. Write { buckets: { images: {} } }",
);

/** What a stack's buckets and tables rule out; `where` is their place. */
export function storageFaults(
  storage: StorageSettings,
  stack: { readonly protect: boolean },
  where: string,
): readonly Fault[] {
  const named = (kind: keyof StorageSettings) => whereSound(() => Object.keys(storage[kind])) ?? [];
  return soundRules([
    ...named("buckets").map(
      (name) => () => bucketFaults(storage.buckets[name]!, stack.protect, `${where}.buckets.${name}`),
    ),
    ...named("tables").map((name) => () => tableFaults(storage.tables[name]!, `${where}.tables.${name}`)),
  ]);
}

/** What is allowed of a stack's storage and may yet surprise. */
export function storageWarnings({ buckets }: StorageSettings, protect: boolean): readonly string[] {
  return Object.entries(buckets).flatMap(([name, bucket]) =>
    bucketWarnings(bucket, protect, `storage.buckets.${name}`),
  );
}

/** Names that a second stack in the account would claim too, and so fail half-way (NAM-16): those that do not carry the stack's. */
export function fixedNames(settings: { readonly storage: StorageSettings }, stack: string): readonly Fault[] {
  return (["buckets", "tables"] as const).flatMap((kind) =>
    (whereSound(() => Object.keys(settings.storage[kind])) ?? []).flatMap((key) => {
      const name = whereSound(() => settings.storage[kind][key]!.name);
      if (name === undefined || name.includes(stack)) return [];
      const message = `name is ${name}; another stack in this account and region would ask for it too (NAM-16). Put the stack's name in it, ${name}-${stack}, or leave it out.`;
      return [{ where: `setpoint:deployment.storage.${kind}.${key}.name`, message }];
    }),
  );
}
