/** The machines of a service on EC2. */
export interface Instances {
  /** `running` or `stopped`. */
  state?: string;
  /** One instance with a state of its own, in place of a group. */
  single?: boolean;
  /** An image of machines in place of the newest Amazon Linux. */
  ami?: string;
  /** Boot from a recovery point. */
  restore?: Restore;
  /** Other types to launch when the declared one is not to be had. */
  types?: string[];
  /** Instances that AWS may take back. */
  spot?: Spot;
  /** Instances started once and kept aside. */
  warmPool?: WarmPool;
  /** How long an instance may take to begin and to end. */
  hooks?: LifecycleHooks;
  /** After which an instance is replaced, `1 d` to `365 d`. */
  maxLifetime?: string;
  /** How many are healthy while instances are replaced. */
  refresh?: Refresh;
  /** When they run. */
  officeHours?: OfficeHours;
  /** Lines of bash that run once, before the container does. */
  setup?: string;
  /** Of missing patches: `scan` or `install`. */
  patching?: string;
  /** `required`; nothing else is taken. */
  httpTokens?: string;
  /** 1; nothing else is taken. */
  hopLimit?: number;
}

export interface Restore {
  /** A recovery point of an instance, or an image. */
  from: string;
}

export interface Spot {
  /** Of the instances beyond the base, such as `50 %`. */
  share: string;
  /** Instances that stay on demand. */
  base?: number;
}

export interface WarmPool {
  /** Instances. */
  size: number;
  /** `stopped` or `running`. */
  state?: string;
  /** Whether scaling in returns instances to the pool. */
  reuse?: boolean;
}

export interface LifecycleHooks {
  /** In which a new instance proves that it serves, such as `10 min`. */
  launch?: string;
  /** In which an ending one finishes, such as `5 min`. */
  terminate?: string;
}

export interface Refresh {
  /** Such as `90 %`. */
  minHealthy?: string;
  /** Such as `110 %`. */
  maxHealthy?: string;
  /** Leave it true, but for the update that goes from one type to several, or back. */
  rollback?: boolean;
}

export interface OfficeHours {
  /** When the instances start, as a cron expression. */
  start: string;
  /** When they stop, as a cron expression. */
  stop: string;
  /** Such as `Europe/Berlin`; left out, UTC. */
  timezone?: string;
  /** Take them in production, too. */
  evenInProd?: boolean;
}
