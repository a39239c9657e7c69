import type { Deploy } from "./deploy.ts";
import type { Either } from "./either.ts";

// As setpoint:services of a stack's file has it; the analyser takes lists that may be written to, and no others.

/** What a service owes its users, what one task of it can do, and what is asked of it. */
export interface Service {
  /** What a task or an instance is. */
  compute: Compute;
  /** What it promises: at least one. */
  slos: Slo[];
  /** What one task can do. */
  capacity: Capacity;
  /** What is asked of all of them. */
  demand: Demand;
  /** How many there may be, and what they may cost. */
  bounds?: Bounds;
  /** Zones that it outlives. */
  resilience?: Resilience;
  /** How it scales, where its owner insists. */
  policies?: ScalingChoice;
  /** Quotas of the account, where they are not AWS's defaults. */
  quotas?: Quotas;
  /** What runs, and which requests reach it. */
  deploy?: Deploy;
}

export interface Compute {
  /** `fargate` or `ec2`. */
  type: string;
  /** Of Fargate: CPU units, 1024 for one vCPU. */
  cpu?: number;
  /** Of Fargate: MiB. */
  memory?: number;
  /** Of EC2, such as `t3.small`. */
  instanceType?: string;
  /** Of burstable types: `standard` or `unlimited`. */
  credits?: string;
}

export interface Slo {
  /** Becomes part of alarms' names. */
  name: string;
  /** A latency, such as `1 s`; without one, the promise is of availability. */
  threshold?: string;
  /** Share of requests, such as `99 %`. */
  objective?: string;
  /** `p99` in place of an objective of 99 %. */
  percentile?: string;
  /** Days that it is measured over, `7 d` to `90 d`; left out, `28 d`. */
  window?: string;
  /** Take an objective below 50 %. */
  allowLowObjective?: boolean;
}

export interface Capacity {
  /** `mean` and `cv`, or percentiles such as `p50` and `p99`: times with their unit. */
  serviceTime?: { [member: string]: Either };
  /** In place of a service time: measurements. */
  loadTest?: LoadTest;
  /** Requests that one task serves at a time. */
  concurrency?: number;
  /** How long a request may wait for its turn, such as `5 s`. */
  maxWait?: string;
  /** From the decision to the first request served, such as `75 s`. */
  startup: string;
  /** CPU time of one request, such as `20 ms`. */
  cpuTime?: string;
  /** What requests take of a task's memory. */
  memory?: MemoryUse;
  /** What tasks cost each other. */
  contention?: Contention;
}

export interface LoadTest {
  /** A CSV file, relative to the directory that Pulumi runs in. */
  file: string;
  /** That served the test. */
  tasks?: number;
  /** First rows to leave out. */
  warmup?: number;
  /** How requests were sent, `random` or `even`; left out, as the response times say. */
  arrivals?: string;
  /** The column of the request rate. */
  rate?: string;
}

export interface MemoryUse {
  /** Of an idle task, such as `200 MiB`. */
  base: string;
  /** Of one request, such as `4 MiB`. */
  perRequest: string;
}

/** The Universal Scalability Law's. */
export interface Contention {
  /** What only one task can do: 0 to 1. */
  alpha: number;
  /** What a pair of tasks costs: 0 to 1. */
  beta: number;
}

export interface Demand {
  /** Requests as they came. */
  history?: History;
  /** Requests at the busiest, such as `400 /s`. */
  peak?: string;
  /** Expected beyond it, such as `20 %`. */
  growth?: string;
}

export interface History {
  /** A CSV file, relative to the directory that Pulumi runs in. */
  file: string;
  /** Multiplies the rates. */
  scale?: number;
  /** Average over this time, such as `5 min`. */
  smooth?: string;
  /** Intervals to leave out, such as `2026-01-01T00:00Z/2026-01-02T00:00Z`. */
  exclude?: string[];
  /** Cut off outliers. */
  clip?: boolean;
  /** Of the times: `s` or `ms`. */
  unit?: string;
  /** `rate` or `counter`. */
  kind?: string;
  /** Between samples, `60 s` to `1 h`. */
  step?: string;
}

export interface Bounds {
  /** Tasks or instances at least. */
  min?: number;
  /** Tasks or instances at most. */
  max?: number;
  /** Such as `900 USD/month`. */
  budget?: string;
  /** Take a minimum of 0. */
  scaleToZero?: boolean;
}

export interface Resilience {
  /** That the service runs in. */
  zones: number;
  /** That it can lose. */
  survive: number;
}

export interface ScalingChoice {
  /** `requestRatePerTask` or `cpuUtilization`. */
  metric?: string;
  /** `forecastOnly` or `forecastAndScale`. */
  predictive?: string;
  /** Measure more often than once a minute. */
  highResolution?: boolean;
}

export interface Quotas {
  /** Of ECS. */
  tasksPerService: number;
}
