import { z } from "zod";
import type { Fault } from "./bad-input.ts";
import { shown } from "./bad-input.ts";
import { isArm } from "./launch-types.ts";
import { isPriced, unknownInstanceType } from "./prices.ts";
import { duration, share } from "./quantity.ts";
import { quantity } from "./quantity-field.ts";
import { safeParse } from "./safe-parse.ts";
import { soundRules } from "./sound.ts";
import { yesOrNo } from "./yes-or-no.ts";

/** Where a stack's tasks run. */
export interface ClusterSettings {
  /** Whether operators may open a shell in a task (ECS Exec); logged and encrypted. */
  readonly execute: boolean;
  /** Instances of its own, beside Fargate. */
  readonly instances?: InstanceSettings;
}

/** EC2 instances whose number follows the tasks placed on them. */
export interface InstanceSettings {
  /** The first is preferred; all of one architecture. */
  readonly instanceTypes: readonly string[];
  readonly min: number;
  readonly max: number;
  /** Of what the instances hold, the share that tasks use; below 1 some are kept free for the next tasks. */
  readonly targetCapacity: number;
  /** Instances that one step adds. */
  readonly minStep: number;
  readonly maxStep: number;
  /** Seconds until a new instance counts. */
  readonly warmup: number;
}

const whole = (least: number, most: number, what: string) =>
  z
    .int(`must be a whole number of ${what}`)
    .min(least, `must be ${least} to ${most} ${what}. Write one of them`)
    .max(most, `must be ${least} to ${most} ${what}. Write one of them`);

/** CMP-16: what CreateCapacityProvider takes. */
const instances = z.strictObject(
  {
    instanceTypes: z
      .array(
        z
          .string("must be an instance type. Write one such as m7g.large")
          .toLowerCase()
          .check(({ value, issues }) => {
            if (!isPriced(value))
              issues.push({ code: "custom", input: value, message: unknownInstanceType(value) });
          }),
        "must be a list of instance types. Write [m7g.large]",
      )
      .min(1, "must name at least one instance type. Write [m7g.large]")
      .max(40, "must name at most 40, as an Auto Scaling group takes. Remove some"),
    min: whole(0, 10_000, "instances").default(0),
    max: whole(1, 10_000, "instances"),
    targetCapacity: quantity(
      share,
      (value) =>
        !(Number.isInteger(Math.round(value * 1e6) / 1e4) && value >= 0.01 && value <= 1) &&
        "it must be 1 % to 100 %, whole. Write `100 %`, or less to keep some free",
    ).prefault("100 %"),
    minStep: whole(1, 10_000, "instances").default(1),
    maxStep: whole(1, 10_000, "instances").default(10),
    warmup: quantity(
      duration,
      (value) =>
        !(Number.isInteger(value) && value >= 0 && value <= 10_000) &&
        "it must be 0 to 10000 whole seconds. Write `300 s`",
    ).prefault("300 s"),
  },
  "must be a map with instanceTypes and max. Write { instanceTypes: [m7g.large], max: 10 }",
);

/** `cluster:` of a stack's settings; what is left out follows from the profile. */
export const clusterSchema = z.strictObject(
  { execute: yesOrNo.exactOptional(), instances: instances.exactOptional() },
  "must be a map with execute and instances. Write { execute: false }",
);

/** The instances that a stack declares, for who reads the services alone: what is wrong is for the stack's settings to say. */
export function clusterInstances(cluster: unknown): InstanceSettings | undefined {
  const parsed = safeParse(clusterSchema, cluster);
  return parsed.success ? parsed.data.instances : undefined;
}

/** What a cluster's settings rule out together; `where` is their place. */
export function clusterFaults({ instances }: ClusterSettings, where: string): readonly Fault[] {
  if (instances === undefined) return [];
  const wrong = (field: keyof InstanceSettings, rule: string): Fault => ({
    where: `${where}.instances.${field}`,
    message: `${field} is ${shown(field, instances[field])}; ${rule}.`,
  });
  return soundRules(
    [
      ({ min, max }) =>
        min > max ? [wrong("min", `it must be at most max, ${max}. Lower min or raise max`)] : [],
      ({ minStep, maxStep }) =>
        minStep > maxStep
          ? [wrong("minStep", `it must be at most maxStep, ${maxStep} (CMP-16). Lower it or raise maxStep`)]
          : [],
      ({ instanceTypes }) =>
        new Set(instanceTypes.map(isArm)).size > 1
          ? [wrong("instanceTypes", "all must be of one architecture, as an image is. Leave out the others")]
          : [],
    ],
    instances,
  );
}
