import * as pulumi from "@pulumi/pulumi";
import type { StorageSettings } from "../adapters/storage-settings.ts";
import { Bucket } from "./bucket.ts";
import type { EncryptionKey } from "./encryption-key.ts";
import type { LogDestination } from "./secure-bucket.ts";
import { Table } from "./table.ts";

export interface StorageArgs extends StorageSettings {
  readonly region: string;
  readonly key: EncryptionKey | undefined;
  /** Where S3 notes each request to a bucket. */
  readonly logs: LogDestination | undefined;
  readonly protect: boolean;
}

/** The buckets and tables of a stack, by their declared names. */
export class Storage extends pulumi.ComponentResource {
  readonly buckets: ReadonlyMap<string, Bucket>;
  readonly tables: ReadonlyMap<string, Table>;
  readonly region: string;
  readonly key: EncryptionKey | undefined;

  constructor(name: string, args: StorageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:Storage", name, {}, opts);
    const { region, key, logs, protect } = args;
    this.region = region;
    this.key = key;
    const parent = { parent: this };
    this.buckets = new Map(
      Object.entries(args.buckets).map(([own, settings]) => [
        own,
        new Bucket(`${name}-${own}`, { settings, key, logs, protect }, parent),
      ]),
    );
    this.tables = new Map(
      Object.entries(args.tables).map(([own, settings]) => [
        own,
        new Table(`${name}-${own}`, { settings, key, protect }, parent),
      ]),
    );
    this.registerOutputs({});
  }
}
