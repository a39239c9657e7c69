import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { keyAttributes, type TableSettings, TYPES } from "../adapters/table-settings.ts";
import { backedUp } from "./backup-plan.ts";
import type { EncryptionKey } from "./encryption-key.ts";
import { scaledThroughput, type TableScaling } from "./table-scaling.ts";

export interface TableArgs {
  readonly settings: TableSettings;
  /** Without one, DynamoDB's own key encrypts. */
  readonly key: EncryptionKey | undefined;
  /** Neither DynamoDB nor Pulumi deletes or replaces it: another key or local index is refused at preview, as every item would be lost. */
  readonly protect: boolean;
}

/** A table that can be restored to any second of its last weeks, encrypted, and on demand or scaled. */
export class Table extends pulumi.ComponentResource {
  readonly table: aws.dynamodb.Table;
  /** Global and local ones, by name. */
  readonly indexes: readonly string[];
  /** Of reads and of writes, where the table is not on demand. */
  readonly scaling: readonly TableScaling[];

  constructor(name: string, args: TableArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:Table", name, {}, opts);
    const { settings, key, protect } = args;
    const { capacity } = settings;
    this.indexes = [...Object.keys(settings.globalIndexes), ...Object.keys(settings.localIndexes)];
    this.table = new aws.dynamodb.Table(
      `${name}-table`,
      {
        ...(settings.name === undefined ? {} : { name: settings.name }),
        ...keys(settings),
        ...(capacity === "on-demand"
          ? { billingMode: "PAY_PER_REQUEST" }
          : {
              billingMode: "PROVISIONED",
              readCapacity: capacity.read.min,
              writeCapacity: capacity.write.min,
            }),
        pointInTimeRecovery: { enabled: true, recoveryPeriodInDays: settings.pointInTimeRecovery },
        // What is off is said aloud: a block that is left out the provider leaves on at AWS, with a key that may be gone.
        serverSideEncryption: key === undefined ? OFF : { enabled: true, kmsKeyArn: key.arn },
        deletionProtectionEnabled: protect,
        ttl: settings.ttl === undefined ? OFF : { enabled: true, attributeName: settings.ttl },
        ...(settings.stream === undefined ? {} : { streamEnabled: true, streamViewType: settings.stream }),
        tags: backedUp({}),
      },
      { parent: this, protect, ignoreChanges: capacity === "on-demand" ? [] : MOVED },
    );
    this.scaling =
      capacity === "on-demand"
        ? []
        : [
            scaledThroughput(name, "Read", this.table, capacity.read, this),
            scaledThroughput(name, "Write", this.table, capacity.write, this),
          ];
    this.registerOutputs({ tableName: this.table.name });
  }
}

const OFF = { enabled: false };

/** What autoscaling changes. */
const MOVED = ["readCapacity", "writeCapacity"];

function keys(settings: TableSettings) {
  const { hashKey, rangeKey, globalIndexes, localIndexes } = settings;
  const attributes = new Map(keyAttributes(settings).map(({ name, type }) => [name, TYPES[type]]));
  const globals = Object.entries(globalIndexes).map(([name, index]) => ({
    name,
    hashKey: index.hashKey.name,
    ...(index.rangeKey === undefined ? {} : { rangeKey: index.rangeKey.name }),
    ...projected(index),
  }));
  const locals = Object.entries(localIndexes).map(([name, index]) => ({
    name,
    rangeKey: index.rangeKey.name,
    ...projected(index),
  }));
  return {
    attributes: [...attributes].map(([name, type]) => ({ name, type })),
    hashKey: hashKey.name,
    ...(rangeKey === undefined ? {} : { rangeKey: rangeKey.name }),
    ...(globals.length === 0 ? {} : { globalSecondaryIndexes: globals }),
    ...(locals.length === 0 ? {} : { localSecondaryIndexes: locals }),
  };
}

function projected({
  projection,
}: TableSettings["globalIndexes"][string] | TableSettings["localIndexes"][string]) {
  if (projection === "all") return { projectionType: "ALL" };
  if (projection === "keys") return { projectionType: "KEYS_ONLY" };
  return { projectionType: "INCLUDE", nonKeyAttributes: [...projection] };
}
