import type { Either } from "./either.ts";
import type { Instances } from "./instances.ts";

/** What runs on a service's tasks or instances, and which requests reach it. */
export interface Deploy {
  /** A reference with a tag other than latest or a digest, or `{ build: folder }`, relative to the directory that Pulumi runs in. */
  image?: Either;
  /** That the container listens on; left out, 8080. */
  port?: number;
  /** `x86_64` or `arm64`. */
  cpuArchitecture?: string;
  /** Numeric user of the container; never root's. */
  user?: number;
  /** Path patterns of the balancer, such as `/cart/*`; left out with rules, every request. */
  paths?: string[];
  /** Requests that a path does not tell apart alone. */
  rules?: RoutingRule[];
  /** What a healthy target answers. */
  health?: Health;
  /** For which a leaving target finishes its requests, such as `30 s`. */
  deregistrationDelay?: string;
  /** In which a new target's share of requests grows to the whole, such as `60 s`. */
  slowStart?: string;
  /** `roundRobin`, `leastOutstandingRequests` or `weightedRandom`. */
  algorithm?: string;
  /** Send a client to the same target. */
  stickiness?: Stickiness;
  /** From the balancer to the container: `http` or `https`. */
  protocol?: string;
  /** Share requests with target groups made elsewhere. */
  weights?: Weights;
  /** Plain values by variable: whoever may read the task definition reads them. */
  environment?: { [variable: string]: string };
  /** ARNs of Secrets Manager or Parameter Store by variable, read when a task starts. */
  secrets?: { [variable: string]: string };
  /** ARNs of KMS keys that encrypt the secrets, where they are not AWS's or the stack's own. */
  secretKeys?: string[];
  /** What the application itself may do with AWS; left out, nothing. */
  permissions?: Permission[];
  /** Containers beside the service's own, by name. */
  containers?: { [name: string]: Sidecar };
  /** Such as `LINUX` or `WINDOWS_SERVER_2022_CORE`. */
  operatingSystem?: string;
  /** Scratch space, `21 GiB` to `200 GiB`. */
  ephemeralStorage?: string;
  /** Between the signal to stop and the end, such as `30 s`. */
  stopTimeout?: string;
  /** In which a failed check does not end a task, such as `60 s`. */
  grace?: string;
  /** `instances` of the cluster, or a mix of Fargate such as `{ onDemand: { base: 2, weight: 1 }, spot: { weight: 3 } }`. */
  capacity?: Either;
  /** How a new version takes over from the old one. */
  release?: Release;
  /** Of the platform's storage, what the service may use. */
  storage?: Grants;
  /** Of services on instances. */
  instances?: Instances;
}

/** Requests that meet every kind of condition, each by one of its values. */
export interface RoutingRule {
  /** Path patterns. */
  paths?: string[];
  /** Host patterns, such as `api.example.com`. */
  hosts?: string[];
  /** Such as `POST`. */
  methods?: string[];
  /** Values by header. */
  headers?: { [header: string]: string[] };
  /** Value by key of the query string. */
  query?: { [key: string]: string };
  /** The lower comes first; left out, the more specific does. */
  priority?: number;
}

export interface Health {
  /** Such as `/health`. */
  path?: string;
  /** Between two checks, such as `10 s`. */
  interval?: string;
  /** That an answer may take, such as `5 s`. */
  timeout?: string;
  /** Good answers in a row that make a target healthy. */
  healthyThreshold?: number;
  /** Bad answers in a row that make it unhealthy. */
  unhealthyThreshold?: number;
  /** Status codes that are good, such as `200-299`. */
  matcher?: string;
}

export interface Stickiness {
  /** Such as `1 d`. */
  duration: string;
  /** The application's own cookie; left out, the balancer makes one. */
  cookie?: string;
}

export interface Weights {
  /** The service's own, 0 to 999. */
  own: number;
  /** Of groups made elsewhere. */
  others: WeightedGroup[];
}

export interface WeightedGroup {
  /** The group's ARN. */
  targetGroupArn: string;
  /** 0 to 999. */
  weight: number;
}

export interface Permission {
  /** By name, such as `s3:GetObject`. */
  actions: string[];
  /** ARNs. */
  resources: string[];
}

export interface Sidecar {
  /** A reference with a tag other than latest or a digest. */
  image: string;
  /** CPU units out of the task's. */
  cpu: number;
  /** MiB out of the task's. */
  memory: number;
  /** Numeric user; never root's. */
  user: number;
  /** Whether the task ends with it. */
  essential?: boolean;
  /** In place of the image's own. */
  command?: string[];
  /** Plain values by variable. */
  environment?: { [variable: string]: string };
  /** ARNs of secrets by variable. */
  secrets?: { [variable: string]: string };
}

export interface Release {
  /** `rolling`, `blueGreen`, `canary` or `linear`. */
  strategy?: string;
  /** Rolling: of the desired tasks, those that serve throughout, such as `100 %`. */
  minimumHealthy?: string;
  /** Rolling: of the desired tasks, as many as may run, such as `200 %`. */
  maximum?: string;
  /** Go back when tasks of the new version do not start. */
  circuitBreaker?: boolean;
  /** Both versions run on after all traffic has moved, such as `5 min`. */
  bake?: string;
  /** Functions that judge a version at some stages. */
  hooks?: ReleaseHook[];
  /** Canary: of the traffic, what moves at first, such as `10 %`. */
  canaryPercent?: string;
  /** Linear: of the traffic, what moves at each step, such as `10 %`. */
  stepPercent?: string;
  /** Canary and linear: between two moves of traffic, such as `5 min`. */
  pause?: string;
}

export interface ReleaseHook {
  /** The function's ARN. */
  lambda: string;
  /** Such as `postScaleUp`. */
  stages: string[];
}

/** `read`, `write` or `readWrite` by the name under which the platform keeps it. */
export interface Grants {
  /** Of DynamoDB. */
  tables?: { [table: string]: string };
  /** Of S3. */
  buckets?: { [bucket: string]: string };
}
