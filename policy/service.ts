import type { Contention } from "./contention.ts";
import type { CreditMode } from "./credits.ts";
import type { ServiceTime } from "./service-time.ts";
import type { Trace } from "./trace.ts";

/** What one unit of capacity runs on. */
export type Compute =
  /** `cpu` in CPU units (1024 = 1 vCPU), `memory` in MiB. */
  | { readonly type: "fargate"; readonly cpu: number; readonly memory: number }
  /** `credits` of burstable types alone. */
  | { readonly type: "ec2"; readonly instanceType: string; readonly credits?: CreditMode };

/** An instance that ECS tasks share. */
export interface Host {
  readonly instanceType: string;
  /** US dollars an hour, with its share of what is kept free beside it. */
  readonly price: number;
  /** Tasks that fit on one. */
  readonly tasks: number;
}

/** A share of requests, `objective`, succeeds within `threshold` seconds over `window` seconds. */
export interface LatencySlo {
  readonly kind: "latency";
  readonly name: string;
  readonly threshold: number;
  readonly objective: number;
  readonly window: number;
}

/** A share of requests, `objective`, succeeds at all over `window` seconds. */
export interface AvailabilitySlo {
  readonly kind: "availability";
  readonly name: string;
  readonly objective: number;
  readonly window: number;
}

export type Slo = LatencySlo | AvailabilitySlo;

/** What one task (or instance) can do, in seconds and slots. */
export interface TaskProfile {
  /** The time one request holds one slot. */
  readonly serviceTime: ServiceTime;
  /** Requests that one task serves at a time. */
  readonly concurrency: number;
  /** Seconds; a request that would wait longer fails at once. */
  readonly maxWait: number;
  /** Seconds from the decision to the first request served. */
  readonly startup: number;
  /** Seconds from its launch for which EC2 Auto Scaling leaves a new one out, where ECS has cooldowns; instances alone. */
  readonly warmup?: number;
  /** CPU seconds that one request takes, if that is known. */
  readonly cpuTime?: number;
  /** Memory in MiB that a task takes idle, and for each request it serves, if that is known. */
  readonly memory?: { readonly base: number; readonly perRequest: number };
  /** What tasks wait for each other, if they share anything that is not scaled with them. */
  readonly contention?: Contention;
}

/** Traffic to size for: a recorded history, or a declared peak in requests per second; `growth` is a ratio (0.2 = 20 % more). */
export type Demand =
  | { readonly kind: "history"; readonly trace: Trace; readonly growth: number }
  | { readonly kind: "peak"; readonly peak: number; readonly growth: number };

/** Limits the owner sets; `budget` in US dollars a month (730 h). */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
  readonly budget?: number;
}

/** Quotas of the account, where they are not AWS's defaults. */
export interface Quotas {
  /** Tasks of one ECS service. */
  readonly tasksPerService: number;
}

/** Keep every SLO with `survive` of `zones` zones lost, without waiting for any scaling. */
export interface Resilience {
  readonly zones: number;
  readonly survive: number;
}

/** Which of AWS's policies scale the service, where the owner says so; requests per target, without a forecast, where not. */
export interface PolicyChoice {
  readonly metric?: "requestRatePerTask" | "cpuUtilization";
  readonly predictive?: "forecastOnly" | "forecastAndScale";
  /** CPU every 20 s instead of every 60; ECS alone. */
  readonly highResolution?: boolean;
}

/** One service as its owner declares it: parsed, in seconds, requests per second and ratios. */
export interface Service {
  readonly name: string;
  readonly compute: Compute;
  readonly slos: readonly Slo[];
  readonly capacity: TaskProfile;
  readonly demand: Demand;
  readonly bounds: Bounds;
  readonly quotas?: Quotas;
  readonly resilience?: Resilience;
  readonly policies?: PolicyChoice;
  /** US dollars an hour for one task or instance. */
  readonly price: number;
  /** What its tasks run on, where that is not Fargate; `price` is a task's share of it. */
  readonly host?: Host;
}
