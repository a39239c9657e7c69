import { z } from "zod";
import { seconds } from "./seconds.ts";

/** How the balancer treats a service's targets; what is left out follows from the service's capacity. */
export interface TargetSettings {
  readonly health: HealthSettings;
  /** Seconds for which a leaving target finishes its requests. */
  readonly deregistrationDelay?: number;
  /** Seconds in which a new target's share of requests grows to the whole; 0 gives it at once. */
  readonly slowStart?: number;
  readonly algorithm: "roundRobin" | "leastOutstandingRequests" | "weightedRandom";
  readonly stickiness?: Stickiness;
  /** `https` encrypts from the balancer to the container, which then brings a certificate (ELB.21, ELB.22). */
  readonly protocol: "http" | "https";
  /** The service's part of its requests, beside that of groups made elsewhere. */
  readonly weights?: Weights;
}

/** Times in seconds; thresholds are consecutive answers. */
export interface HealthSettings {
  readonly path: string;
  readonly interval?: number;
  readonly timeout?: number;
  readonly healthyThreshold?: number;
  readonly unhealthyThreshold?: number;
  /** Status codes that are healthy: `200-299` or `200,302`. */
  readonly matcher?: string;
}

export interface Stickiness {
  /** Seconds. */
  readonly duration: number;
  /** The application's own cookie; without it, the balancer makes one. */
  readonly cookie?: string;
}

/** Weights of AWS: 0–999, each in proportion to the sum. */
export interface Weights {
  readonly own: number;
  readonly others: readonly { readonly targetGroupArn: string; readonly weight: number }[];
}

/** Healthy is what answers at the root. */
export const DEFAULT_TARGET: TargetSettings = {
  health: { path: "/" },
  algorithm: "roundRobin",
  protocol: "http",
};

const wholeNumber = (least: number, most: number) => {
  const rule = `must be a whole number from ${least} to ${most}. Write one of them`;
  return z.int(rule).min(least, rule).max(most, rule);
};

const threshold = wholeNumber(2, 10);

/** LB-11: codes and ranges of Application Load Balancers, 200–499. */
const matcher = z
  .string('must be a list of status codes. Write "200-299"')
  .refine(
    (text) => text.split(",").every(healthyCodes),
    "must be codes or ranges from 200 to 499, low to high. Write 200-299 or 200,302",
  );

function healthyCodes(part: string): boolean {
  const [low, high = low] = part.split("-").map(Number);
  return /^\d{3}(-\d{3})?$/.test(part) && low! >= 200 && low! <= high! && high! <= 499;
}

const health = z.strictObject(
  {
    path: z
      .string("must be a path. Write one such as /health")
      .max(1024, "must have at most 1024 characters. Shorten it")
      .regex(/^\/[^\s?#]*$/, "must start with / and hold no space, ? or #. Write one such as /health")
      .default("/"),
    interval: seconds(5, 300, "10 s").exactOptional(),
    timeout: seconds(2, 120, "5 s").exactOptional(),
    healthyThreshold: threshold.exactOptional(),
    unhealthyThreshold: threshold.exactOptional(),
    matcher: matcher.exactOptional(),
  },
  "must be a map. Write { path: /health }",
);

const WEEK = 604_800;

const stickiness = z.strictObject(
  {
    duration: seconds(1, WEEK, "1 d"),
    cookie: z
      .string("must be the name of a cookie. Write one such as SESSION")
      .regex(
        /^(?!AWSALB)[\w!#$%&'*+.^`|~-]{1,128}$/i,
        "must be a cookie's name, without AWS's own AWSALB before it. Write one such as SESSION",
      )
      .exactOptional(),
  },
  "must be a map. Write { duration: 1 d }",
);

const weight = wholeNumber(0, 999);

/** LB-4: AWS forwards one rule to at most 5 groups, the service's own among them. */
const weights = z
  .strictObject(
    {
      own: weight,
      others: z
        .array(
          z.strictObject(
            {
              targetGroupArn: z
                .string("must be the ARN of a target group. Write it as AWS shows it")
                .regex(
                  /^arn:aws[\w-]*:elasticloadbalancing:[a-z0-9-]+:\d{12}:targetgroup\/[\w-]+\/\w+$/,
                  "must be the ARN of a target group. Write it as AWS shows it",
                ),
              weight,
            },
            "must be a map. Write { targetGroupArn: …, weight: 10 }",
          ),
          "must be a list. Write [{ targetGroupArn: …, weight: 10 }]",
        )
        .min(1, "must name a group besides the service's own. Add one, or remove weights")
        .max(
          4,
          "must name at most 4: AWS takes 5 groups in a rule, the service's own among them. Remove some",
        )
        .refine(
          (others) => new Set(others.map(({ targetGroupArn }) => targetGroupArn)).size === others.length,
          "must not repeat a group. Name each once",
        ),
    },
    "must be a map. Write { own: 90, others: [{ targetGroupArn: …, weight: 10 }] }",
  )
  .refine(
    ({ own, others }) => [own, ...others.map(({ weight }) => weight)].some((each) => each !== 0),
    "must not be 0 throughout: no group would get a request. Give one more than 0",
  );

/** Members of a service's `deploy:` that say how the balancer treats its targets. */
export const targetShape = {
  health: health.exactOptional(),
  deregistrationDelay: seconds(0, 3600, "30 s").exactOptional(),
  slowStart: seconds(30, 900, "60 s", 0).exactOptional(),
  algorithm: z
    .enum(
      ["roundRobin", "leastOutstandingRequests", "weightedRandom"],
      "must be roundRobin, leastOutstandingRequests or weightedRandom. Write one of the three",
    )
    .exactOptional(),
  stickiness: stickiness.exactOptional(),
  protocol: z.enum(["http", "https"], "must be http or https. Write one of the two").exactOptional(),
  weights: weights.exactOptional(),
};
