import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { StorageGrants } from "../adapters/storage-grants.ts";
import { grantStatements } from "./grant-statements.ts";
import { jsonText } from "./json-text.ts";
import type { Storage } from "./storage.ts";

export interface GrantsArgs {
  /** Of the stack; needed where something is granted. */
  readonly storage?: Storage | undefined;
  readonly deployment: { readonly storage: StorageGrants };
}

/** Lets a role use what its service declares, and nothing else; what runs with the role waits for it. */
export function grantStorage(
  name: string,
  role: aws.iam.Role,
  { storage, deployment }: GrantsArgs,
  parent: pulumi.Resource,
): readonly aws.iam.RolePolicy[] {
  const { tables, buckets } = deployment.storage;
  if (Object.keys({ ...tables, ...buckets }).length === 0) return [];
  const encryption = storage?.key && { key: storage.key.arn, region: storage.region };
  const statements = grantStatements(
    deployment.storage,
    (table) => declaredTable(storage, table).indexes,
    (kind, own, suffix) => {
      const { arn } =
        kind === "tables" ? declaredTable(storage, own).table : declaredBucket(storage, own).bucket;
      return pulumi.interpolate`${arn}${suffix}`;
    },
    encryption,
  );
  const policy = jsonText({ Version: "2012-10-17", Statement: statements });
  return [new aws.iam.RolePolicy(name, { role: role.id, policy }, { parent })];
}

/** How a container finds what its service was granted: `TABLE_CARTS`, `BUCKET_IMAGES`, … hold the names at AWS. */
export function storageEnvironment({
  storage,
  deployment,
}: GrantsArgs): Readonly<Record<string, pulumi.Output<string>>> {
  const tables = Object.keys(deployment.storage.tables).map(
    (own) => [variable("TABLE", own), declaredTable(storage, own).table.name] as const,
  );
  const buckets = Object.keys(deployment.storage.buckets).map(
    (own) => [variable("BUCKET", own), declaredBucket(storage, own).bucket.bucket] as const,
  );
  return Object.fromEntries([...tables, ...buckets]);
}

/** The names alone of what `storageEnvironment` sets. */
export function storageVariables({ tables, buckets }: StorageGrants): readonly string[] {
  return [
    ...Object.keys(tables).map((own) => variable("TABLE", own)),
    ...Object.keys(buckets).map((own) => variable("BUCKET", own)),
  ];
}

function variable(kind: "TABLE" | "BUCKET", own: string): string {
  return `${kind}_${own.toUpperCase().replaceAll("-", "_")}`;
}

function declaredTable(storage: Storage | undefined, own: string) {
  const table = storage?.tables.get(own);
  if (table === undefined) throw new Error(`storage.tables.${own} is granted; the stack has no such table.`);
  return table;
}

function declaredBucket(storage: Storage | undefined, own: string) {
  const bucket = storage?.buckets.get(own);
  if (bucket === undefined)
    throw new Error(`storage.buckets.${own} is granted; the stack has no such bucket.`);
  return bucket;
}
