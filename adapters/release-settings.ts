import { z } from "zod";
import { duration, share } from "./quantity.ts";
import { quantity } from "./quantity-field.ts";
import { yesOrNo } from "./yes-or-no.ts";

/** How a new version takes over from the old one. */
export type Release = Rolling | Shifted;

/** Tasks are replaced in place. */
export interface Rolling {
  readonly strategy: "rolling";
  /** Of the desired tasks, those that serve throughout: a ratio up to 1. */
  readonly minimumHealthy: number;
  /** Of the desired tasks, as many as may run: a ratio from 1 to 2. */
  readonly maximum: number;
  /** Give up, and go back, when tasks of the new version do not start. */
  readonly circuitBreaker: boolean;
}

/** Both versions run in full, and the balancer moves traffic from one to the other. */
export interface Shifted {
  readonly strategy: "blueGreen" | "canary" | "linear";
  /** Minutes for which both run after all traffic has moved: a way back without a start. */
  readonly bake: number;
  /** Traffic that moves at first (canary) or at each step (linear): a ratio. All at once for blue/green. */
  readonly portion: number;
  /** Minutes between one move of traffic and the next. */
  readonly pause: number;
  readonly hooks: readonly Hook[];
  readonly circuitBreaker: boolean;
}

/** A function that judges a version at some stages of its deployment: what it refuses is rolled back. */
export interface Hook {
  readonly lambda: string;
  readonly stages: readonly (keyof typeof STAGES)[];
}

/** Deployment lifecycle stages of ECS (API reference, DeploymentLifecycleHook). */
export const STAGES = {
  reconcileService: "RECONCILE_SERVICE",
  preScaleUp: "PRE_SCALE_UP",
  postScaleUp: "POST_SCALE_UP",
  testTrafficShift: "TEST_TRAFFIC_SHIFT",
  postTestTrafficShift: "POST_TEST_TRAFFIC_SHIFT",
  productionTrafficShift: "PRODUCTION_TRAFFIC_SHIFT",
  postProductionTrafficShift: "POST_PRODUCTION_TRAFFIC_SHIFT",
} as const;

/** Nothing is lost while tasks are replaced. */
export const ROLLING: Rolling = {
  strategy: "rolling",
  minimumHealthy: 1,
  maximum: 2,
  circuitBreaker: true,
};

/** AWS's units: whole percentages of tasks, tenths of a percent of traffic, whole minutes. */
const percent = (least: number, most: number, of: "tasks" | "traffic") =>
  quantity(share, (value) => {
    const percents = Math.round(value * 1e6) / 1e4;
    const [steps, grain] = of === "tasks" ? [percents, "whole"] : [10 * percents, "in tenths"];
    return (
      (percents < least || percents > most || !Number.isInteger(steps)) &&
      `it must be ${least} % to ${most} % of the ${of}, ${grain}`
    );
  });
const minutes = quantity(
  duration,
  (value) =>
    (value < 0 || value > 86_400 || value % 60 !== 0) && "it must be 0 to 1440 whole minutes. Write `5 min`",
).transform((seconds) => seconds / 60);

const hook = z.strictObject(
  {
    lambda: z
      .string("must be the ARN of a function")
      .regex(
        /^arn:aws[\w-]*:lambda:[a-z0-9-]+:\d{12}:function:[\w-]{1,64}(:[\w$-]+)?$/,
        "must be the ARN of a function. Write arn:aws:lambda:REGION:ACCOUNT:function:NAME",
      ),
    stages: z
      .array(
        z.enum(
          Object.keys(STAGES) as [keyof typeof STAGES],
          `must be one of ${Object.keys(STAGES).join(", ")}`,
        ),
        "must be a list of stages. Write [postScaleUp]",
      )
      .min(1, "must name at least one stage. Write [postScaleUp]"),
  },
  "must be a map such as { lambda: arn:aws:lambda:…, stages: [postScaleUp] }",
);

const circuitBreaker = yesOrNo.default(true);
const shifted = {
  bake: minutes.prefault("5 min"),
  hooks: z.array(hook, "must be a list of hooks. Write [{ lambda: …, stages: [postScaleUp] }]").default([]),
  circuitBreaker,
};
const pause = minutes.prefault("5 min");

/** `release:` of a service; without a strategy it rolls. */
export const releaseSchema = z.preprocess(
  (input) =>
    typeof input === "object" && input !== null && !("strategy" in input)
      ? { strategy: "rolling", ...input }
      : input,
  z.discriminatedUnion(
    "strategy",
    [
      z
        .strictObject({
          strategy: z.literal("rolling"),
          minimumHealthy: percent(0, 100, "tasks").prefault("100 %"),
          maximum: percent(100, 200, "tasks").prefault("200 %"),
          circuitBreaker,
        })
        .check(({ value, issues }) => {
          if (value.minimumHealthy >= value.maximum)
            issues.push({
              code: "custom",
              path: ["maximum"],
              input: "100 %",
              message:
                "with minimumHealthy at 100 % no task may stop and none may start (CMP-9). Write `200 %`, or lower minimumHealthy",
            });
        }),
      z
        .strictObject({ strategy: z.literal("blueGreen"), ...shifted })
        .transform((declared): Shifted => ({ ...declared, portion: 1, pause: 0 })),
      z
        .strictObject({
          strategy: z.literal("canary"),
          ...shifted,
          canaryPercent: percent(0.1, 100, "traffic").prefault("10 %"),
          pause,
        })
        .transform(({ canaryPercent, ...rest }): Shifted => ({ ...rest, portion: canaryPercent })),
      z
        .strictObject({
          strategy: z.literal("linear"),
          ...shifted,
          stepPercent: percent(3, 100, "traffic").prefault("10 %"),
          pause,
        })
        .transform(({ stepPercent, ...rest }): Shifted => ({ ...rest, portion: stepPercent })),
    ],
    "must be { strategy: rolling }, or blueGreen, canary or linear. Write one of the four",
  ),
);
