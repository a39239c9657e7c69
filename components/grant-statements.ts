import type { Access, StorageGrants } from "../adapters/storage-grants.ts";

/** What a role may do, on what; `On` is how an ARN is written: a text, or an output. */
export interface GrantStatement<On> {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: readonly On[];
  readonly Condition?: object;
}

/** How the ARN of a declared table or bucket is written, with what follows it. */
export type ArnOf<On> = (kind: "tables" | "buckets", name: string, suffix: string) => On;

/** The least that lets a role use what it was granted: one statement for each kind of use, every action and resource by name. */
export function grantStatements<On>(
  { tables, buckets }: StorageGrants,
  indexes: (table: string) => readonly string[],
  arn: ArnOf<On>,
  encryption?: { readonly key: On; readonly region: string },
): readonly GrantStatement<On>[] {
  const [readTables, writtenTables] = split(tables);
  const [readBuckets, writtenBuckets] = split(buckets);
  const objects = (names: readonly string[]) => names.map((name) => arn("buckets", name, "/*"));
  const whole = (names: readonly string[]) => names.map((name) => arn("tables", name, ""));
  const statements = [
    allow("ReadTables", READ_TABLE, whole(readTables)),
    allow(
      "ReadIndexes",
      READ_INDEX,
      readTables.flatMap((name) => indexes(name).map((index) => arn("tables", name, `/index/${index}`))),
    ),
    allow("WriteTables", WRITE_TABLE, whole(writtenTables)),
    // Without it S3 answers 403 instead of 404 for an object that is not there.
    allow(
      "ListBuckets",
      ["s3:ListBucket"],
      readBuckets.map((name) => arn("buckets", name, "")),
    ),
    allow("ReadObjects", ["s3:GetObject"], objects(readBuckets)),
    allow("WriteObjects", WRITE_OBJECT, objects(writtenBuckets)),
  ].filter(({ Resource }) => Resource.length > 0);
  if (encryption === undefined || statements.length === 0) return statements;
  const { key, region } = encryption;
  const services = [
    ...(Object.keys(tables).length > 0 ? [`dynamodb.${region}.amazonaws.com`] : []),
    ...(Object.keys(buckets).length > 0 ? [`s3.${region}.amazonaws.com`] : []),
  ];
  const use = writtenTables.length + writtenBuckets.length > 0 ? [...DECRYPT, ...ENCRYPT] : DECRYPT;
  const Condition = { StringEquals: { "kms:ViaService": services } };
  return [...statements, { ...allow("UseKey", use, [key]), Condition }];
}

const READ_INDEX = ["dynamodb:Query", "dynamodb:Scan"];
const READ_TABLE = [
  "dynamodb:GetItem",
  "dynamodb:BatchGetItem",
  ...READ_INDEX,
  "dynamodb:ConditionCheckItem",
  "dynamodb:DescribeTable",
];
const WRITE_TABLE = [
  "dynamodb:PutItem",
  "dynamodb:UpdateItem",
  "dynamodb:DeleteItem",
  "dynamodb:BatchWriteItem",
  "dynamodb:ConditionCheckItem",
  "dynamodb:DescribeTable",
];
const WRITE_OBJECT = [
  "s3:PutObject",
  "s3:DeleteObject",
  "s3:AbortMultipartUpload",
  "s3:ListMultipartUploadParts",
];

const DECRYPT = ["kms:Decrypt", "kms:DescribeKey"];
const ENCRYPT = ["kms:Encrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:GenerateDataKey"];

function allow<On>(Sid: string, Action: readonly string[], Resource: readonly On[]): GrantStatement<On> {
  return { Sid, Effect: "Allow", Action, Resource };
}

/** Names that may be read, and names that may be written. */
function split(granted: Readonly<Record<string, Access>>): readonly [readonly string[], readonly string[]] {
  const names = (without: Access) =>
    Object.entries(granted)
      .filter(([, access]) => access !== without)
      .map(([name]) => name);
  return [names("write"), names("read")];
}
