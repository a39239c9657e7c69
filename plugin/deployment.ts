import type { Either } from "./either.ts";
import type { Entry } from "./entry.ts";
import type { Storage } from "./storage.ts";

/** What all services of a platform share; what is left out follows from the profile. */
export interface Deployment {
  /** `dev`, cheap and thrown away, or `prod`, which nothing said means. */
  profile?: string;
  /** The only account that may be deployed to. */
  account?: Account;
  /** Of everything that takes tags. */
  tags?: { [key: string]: string };
  /** The VPC. */
  network: Network;
  /** The way in. */
  entry?: Entry;
  /** What is kept, by the names that services are granted. */
  storage?: Storage;
  /** Who hears of an alarm. */
  notify?: Notify;
  /** Where tasks run. */
  cluster?: Cluster;
  /** Hold what must not be lost. */
  protect?: boolean;
  /** Encrypt with a key of its own. */
  customerKey?: boolean;
  /** That key. */
  key?: Key;
  /** Days, as CloudWatch Logs takes them. */
  logRetention?: number;
  /** Copies of volumes, instances and tables. */
  backup?: Backup;
}

export interface Account {
  /** Twelve digits. */
  id?: string;
  /** ARN of a role of that account to act as. */
  role?: string;
}

export interface Network {
  /** The VPC's block, such as `10.0.0.0/16`. */
  cidr: string;
  /** By name, such as `eu-west-1a`; two at least, all of one region, which is the platform's. */
  zones: string[];
  /** `none`, `instance`, `single` or `per-zone`. */
  nat?: string;
  /** Interface endpoints: true, false or a list of AWS's services. */
  endpoints?: Either;
  /** Log who talked to whom. */
  flowLogs?: boolean;
  /** Have subnets without any way out. */
  isolated?: boolean;
  /** Blocks of your own plan, by zone. */
  subnets?: { [zone: string]: ZoneBlocks };
  /** Blocks that are taken. */
  reserved?: string[];
  /** Take a block of the public internet. */
  allowPublicCidr?: boolean;
  /** Who may reach the balancer: blocks, or `{ prefixList, maxEntries }`. */
  allowFrom?: Either[];
}

export interface ZoneBlocks {
  /** With a way in. */
  public: string;
  /** With a way out. */
  private: string;
  /** With neither. */
  isolated?: string;
}

/** E-mail and https addresses. */
export interface Notify {
  /** Woken at once. */
  page?: string[];
  /** Read in working hours; left out, those who are woken. */
  ticket?: string[];
}

export interface Cluster {
  /** Whether operators may open a shell in a task. */
  execute?: boolean;
  /** Instances beside Fargate, whose number follows the tasks. */
  instances?: ClusterInstances;
}

export interface ClusterInstances {
  /** The first is preferred; all of one architecture. */
  instanceTypes: string[];
  /** Instances at least. */
  min?: number;
  /** Instances at most. */
  max: number;
  /** Of what the instances hold, the share that tasks use, such as `100 %`. */
  targetCapacity?: string;
  /** Instances that a step adds at least. */
  minStep?: number;
  /** Instances that a step adds at most. */
  maxStep?: number;
  /** Until a new instance counts, such as `300 s`. */
  warmup?: string;
}

export interface Key {
  /** Of a key that exists. */
  arn?: string;
  /** In which a deleted key can be saved, `7 d` to `30 d`. */
  deletionWindow?: string;
  /** Between new key material, `90 d` to `2560 d`. */
  rotation?: string;
}

export interface Backup {
  /** True for no backup at all. */
  none?: boolean;
  /** How long each day's copy is kept, such as `35 d`. */
  keep?: string;
  /** How long each week's copy is kept, such as `365 d`. */
  keepWeekly?: string;
  /** After which a week's copy moves to cold storage. */
  coldAfter?: string;
  /** Within which a copy begins, such as `60 min`. */
  startWindow?: string;
}
