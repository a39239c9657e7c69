import type { Either } from "./either.ts";

/** What a platform keeps, by the names that its services are granted. */
export interface Storage {
  /** Of S3: private, encrypted, versioned. */
  buckets?: { [name: string]: Bucket };
  /** Of DynamoDB: encrypted, with point-in-time recovery. */
  tables?: { [name: string]: Table };
}

export interface Bucket {
  /** In all of AWS; left out, Pulumi makes a free one. */
  name?: string;
  /** How long older versions are kept, such as `30 d`. */
  versions?: string;
  /** What becomes of objects with time. */
  lifecycle?: LifecycleRule[];
  /** Objects that nobody can delete for a while. */
  objectLock?: ObjectLock;
  /** Delete the objects with the bucket. */
  forceDestroy?: boolean;
}

export interface LifecycleRule {
  /** A name of its own. */
  id: string;
  /** Beginning of keys; left out, every object. */
  prefix?: string;
  /** To colder storage. */
  transitions?: Transition[];
  /** After which objects are deleted, such as `365 d`. */
  expire?: string;
}

export interface Transition {
  /** Such as `30 d`. */
  after: string;
  /** A storage class, such as `STANDARD_IA`. */
  to: string;
}

export interface ObjectLock {
  /** `governance` or `compliance`. */
  mode: string;
  /** Such as `30 d`. */
  retention: string;
}

export interface Table {
  /** In the account and region; left out, Pulumi makes a free one. */
  name?: string;
  /** For life: another replaces the table. */
  hashKey: Attribute;
  /** For life, too. */
  rangeKey?: Attribute;
  /** Left out, on demand. */
  capacity?: TableCapacity;
  /** How far back the table can be restored, `1 d` to `35 d`. */
  pointInTimeRecovery?: string;
  /** Attribute with the time, in Unix seconds, after which an item goes. */
  ttl?: string;
  /** Such as `NEW_AND_OLD_IMAGES`. */
  stream?: string;
  /** By name. */
  globalIndexes?: { [name: string]: GlobalIndex };
  /** By name. */
  localIndexes?: { [name: string]: LocalIndex };
}

export interface Attribute {
  /** The attribute's. */
  name: string;
  /** `string`, `number` or `binary`. */
  type: string;
}

export interface TableCapacity {
  /** Of reads. */
  read: Throughput;
  /** Of writes. */
  write: Throughput;
}

/** Capacity units between which the table scales. */
export interface Throughput {
  /** At least. */
  min: number;
  /** At most. */
  max: number;
  /** That is aimed at, such as `70 %`. */
  utilization?: string;
}

export interface GlobalIndex {
  /** For life. */
  hashKey: Attribute;
  /** For life. */
  rangeKey?: Attribute;
  /** Besides keys: `all`, `keys` or a list of attributes. */
  projection?: Either;
}

export interface LocalIndex {
  /** For life. */
  rangeKey: Attribute;
  /** Besides keys: `all`, `keys` or a list of attributes. */
  projection?: Either;
}
