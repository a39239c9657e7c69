import { z } from "zod";
import { type Fault, shown } from "./bad-input.ts";
import { days } from "./days.ts";
import { share } from "./quantity.ts";

/** A DynamoDB table. Its keys and local indexes are for life: to change one replaces the table, and loses its items. */
export interface TableSettings {
  /** The table's name in the account and region; without one Pulumi makes a free one. */
  readonly name?: string;
  readonly hashKey: KeyAttribute;
  readonly rangeKey?: KeyAttribute;
  readonly capacity: "on-demand" | { readonly read: Throughput; readonly write: Throughput };
  /** Days back to which the table can be restored, to the second. */
  readonly pointInTimeRecovery: number;
  /** Attribute that holds the time, in Unix seconds, after which DynamoDB deletes an item. */
  readonly ttl?: string;
  readonly stream?: (typeof VIEWS)[number];
  readonly globalIndexes: Readonly<Record<string, TableIndex & { readonly hashKey: KeyAttribute }>>;
  readonly localIndexes: Readonly<Record<string, TableIndex & { readonly rangeKey: KeyAttribute }>>;
}

export interface KeyAttribute {
  readonly name: string;
  readonly type: keyof typeof TYPES;
}

/** Capacity units between which the table scales, held at `utilization` (a ratio). */
export interface Throughput {
  readonly min: number;
  readonly max: number;
  readonly utilization: number;
}

interface TableIndex {
  readonly rangeKey?: KeyAttribute;
  /** What an index holds besides keys: every attribute, none, or those named. */
  readonly projection: "all" | "keys" | readonly string[];
}

/** As the API calls them (AttributeDefinition). */
export const TYPES = { string: "S", number: "N", binary: "B" } as const;

/** StreamViewType. */
const VIEWS = ["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"] as const;

/** DynamoDB's quotas ("Service, account, and table quotas"): indexes a table, attributes projected by name in all, units a table. */
const MOST = { globalIndexes: 20, localIndexes: 5, projected: 100, units: 40_000 };

/** STO-7: tables and indexes alike. */
const NAME = /^[a-zA-Z0-9_.-]{3,255}$/;

const attributeName = z
  .string("must be an attribute's name. Write one such as cartId")
  .min(1, "must have 1 to 255 characters. Write one such as cartId")
  .max(255, "must have 1 to 255 characters. Shorten it");
const attribute = z.union(
  [
    attributeName.transform((name): KeyAttribute => ({ name, type: "string" })),
    z.strictObject({ name: attributeName, type: z.enum(["string", "number", "binary"]) }),
  ],
  "must be an attribute. Write its name when it is a text, else { name, type: number or binary }",
);
const units = z
  .int(`must be a whole number of capacity units, 1 to ${MOST.units}. Write one such as 5`)
  .min(1, `must be 1 to ${MOST.units} capacity units. Write at least 1`)
  .max(MOST.units, `must be 1 to ${MOST.units} capacity units. Lower it, or write capacity: on-demand`);
const throughput = z.strictObject({
  min: units,
  max: units,
  utilization: z
    .unknown()
    .transform((input, context) => {
      const ratio = share(input);
      if (typeof ratio === "number" && ratio >= 0.2 && ratio <= 0.9) return ratio;
      const message = "must be 20 % to 90 %. Write one such as 70 %";
      context.addIssue({ code: "custom", message, input });
      return z.NEVER;
    })
    .prefault("70 %"), // DynamoDB's own default
});
const projection = z
  .union(
    [
      z.enum(["all", "keys"]),
      z.array(attributeName).min(1, "must name an attribute. Write all or keys for the others"),
    ],
    "must be all, keys or a list of attributes. Write one of the three",
  )
  .default("all");
const indexName = z.string().regex(NAME, "must have 3 to 255 letters, digits, _ . or -. Rename it");
const indexes = <Shape extends z.ZodRawShape>(keys: Shape, kind: "globalIndexes" | "localIndexes") =>
  z
    .record(
      indexName,
      z.strictObject({ ...keys, projection }, "must be a map of settings. Write its keys"),
      "must be a map of indexes. Write one such as { byOwner: { hashKey: ownerId } }",
    )
    .refine(
      (all) => Object.keys(all).length <= MOST[kind],
      `must be at most ${MOST[kind]}, DynamoDB's quota. Merge indexes, or use a second table`,
    )
    .default({});

/** One of `storage.tables`. */
export const tableSchema = z.strictObject(
  {
    name: z
      .string("must be a table's name. Leave it out, and Pulumi makes a free one")
      .regex(NAME, "must have 3 to 255 letters, digits, _ . or -. Leave it out, and Pulumi makes a free one")
      .exactOptional(),
    hashKey: attribute,
    rangeKey: attribute.exactOptional(),
    capacity: z
      .union(
        [z.literal("on-demand"), z.strictObject({ read: throughput, write: throughput })],
        "must be on-demand, or { read: { min, max }, write: { min, max } } in capacity units. Write one of the two",
      )
      .default("on-demand"),
    pointInTimeRecovery: days(1, 35, "Write 35 d for the most").prefault("35 d"),
    ttl: attributeName.exactOptional(),
    stream: z.enum(VIEWS, `must be one of ${VIEWS.join(", ")}. Write one of them`).exactOptional(),
    globalIndexes: indexes({ hashKey: attribute, rangeKey: attribute.exactOptional() }, "globalIndexes"),
    localIndexes: indexes({ rangeKey: attribute }, "localIndexes"),
  },
  "must be a map of settings. Write one such as { hashKey: cartId }",
);

/** Every attribute that some key names. */
export function keyAttributes({ hashKey, rangeKey, globalIndexes, localIndexes }: TableSettings) {
  const ofIndexes = [...Object.values(globalIndexes), ...Object.values(localIndexes)];
  const keys = [hashKey, rangeKey, ...ofIndexes.flatMap((index) => [hashKeyOf(index), index.rangeKey])];
  return keys.filter((key) => key !== undefined);
}

function hashKeyOf(index: TableIndex & { readonly hashKey?: KeyAttribute }): KeyAttribute | undefined {
  return index.hashKey;
}

/** What a table's settings rule out together; `where` is its place. */
export function tableFaults(table: TableSettings, where: string): readonly Fault[] {
  const faults: Fault[] = [];
  const wrong = (place: string, message: string) => faults.push({ where: `${where}.${place}`, message });
  const { hashKey, rangeKey, capacity, globalIndexes, localIndexes } = table;
  if (hashKey.name === rangeKey?.name)
    wrong("rangeKey", `rangeKey is ${shown("name", rangeKey.name)}, as hashKey. Name another attribute.`);
  const types = new Map<string, KeyAttribute["type"]>();
  for (const { name, type } of keyAttributes(table)) {
    const known = types.get(name) ?? type;
    types.set(name, known);
    if (known !== type)
      wrong("hashKey", `attribute ${shown("name", name)} is ${known} and ${type}; it has one type. Choose.`);
  }
  if (rangeKey === undefined && Object.keys(localIndexes).length > 0)
    wrong("localIndexes", "localIndexes need a table with a rangeKey. Set it, or use globalIndexes.");
  for (const name of Object.keys(localIndexes).filter((name) => name in globalIndexes))
    wrong("localIndexes", `index ${name} is global and local; an index's name is its own. Rename one.`);
  const projected = [...Object.values(globalIndexes), ...Object.values(localIndexes)]
    .map(({ projection }) => (typeof projection === "string" ? 0 : projection.length))
    .reduce((sum, count) => sum + count, 0);
  if (projected > MOST.projected)
    wrong(
      "globalIndexes",
      `projections name ${projected} attributes in all; DynamoDB takes ${MOST.projected}. Project all, or fewer.`,
    );
  if (capacity === "on-demand") return faults;
  for (const [unit, { min, max }] of Object.entries(capacity))
    if (min > max) wrong(`capacity.${unit}.min`, `min is ${min}; max is ${max}. Write min ≤ max.`);
  // Terraform's provider below Pulumi's holds indexes as one set, so their capacity cannot be left to the autoscaler.
  if (Object.keys(globalIndexes).length > 0)
    wrong(
      "capacity",
      "capacity is a map, with globalIndexes; each deployment would undo their autoscaling. Write on-demand.",
    );
  return faults;
}
