import { z } from "zod";
import { type EnvironmentSettings, environmentShape, NO_ENVIRONMENT } from "./environment-settings.ts";
import { type Permission, permissionsSchema } from "./permission-settings.ts";
import { duration, mebibytes } from "./quantity.ts";
import { quantity } from "./quantity-field.ts";
import { type Release, ROLLING, releaseSchema } from "./release-settings.ts";
import { type Sidecar, sidecarsSchema } from "./sidecar-settings.ts";

/** What an ECS task is beside its container. */
export interface TaskSettings extends EnvironmentSettings {
  /** Keys that encrypt the secrets, where they are not AWS's or the stack's own. */
  readonly secretKeys: readonly string[];
  readonly permissions: readonly Permission[];
  readonly containers: Readonly<Record<string, Sidecar>>;
  readonly operatingSystem: OperatingSystem;
  /** GiB of scratch space; Fargate gives 20 by itself. */
  readonly ephemeralStorage?: number;
  /** Seconds between the signal to stop and the end; left out, as long as the longest request. */
  readonly stopTimeout?: number;
  /** Seconds in which a failed check does not end a task; left out, until it serves and is seen to. */
  readonly grace?: number;
  readonly capacity: CapacityChoice;
  readonly release: Release;
}

/** Fargate, on demand and by Spot in proportion to the weights, or the cluster's own instances. */
export type CapacityChoice =
  | { readonly kind: "fargate"; readonly onDemand: Portion; readonly spot?: Portion }
  | { readonly kind: "instances" };

/** Tasks that come first, and the weight among the rest. */
export interface Portion {
  readonly base?: number;
  readonly weight: number;
}

/** Families of Fargate (ECS developer guide, "Task definition parameters for Fargate", runtimePlatform). */
const SYSTEMS = [
  "LINUX",
  "WINDOWS_SERVER_2019_CORE",
  "WINDOWS_SERVER_2019_FULL",
  "WINDOWS_SERVER_2022_CORE",
  "WINDOWS_SERVER_2022_FULL",
] as const;
export type OperatingSystem = (typeof SYSTEMS)[number];

/** A task on Fargate, on demand, that reads nothing and may do nothing. */
export const DEFAULT_TASK: TaskSettings = {
  ...NO_ENVIRONMENT,
  secretKeys: [],
  permissions: [],
  containers: {},
  operatingSystem: "LINUX",
  capacity: { kind: "fargate", onDemand: { weight: 1 } },
  release: ROLLING,
};

/** CMP-14: CreateService takes weights of 0–1,000 and one base of 0–100,000. */
const portion = z.strictObject(
  {
    base: z
      .int("must be a whole number of tasks. Write one such as 2")
      .min(0, "must be 0 to 100000 tasks. Write one such as 2")
      .max(100_000, "must be 0 to 100000 tasks. Write one such as 2")
      .exactOptional(),
    weight: z
      .int("must be a whole number. Write one such as 1")
      .min(0, "must be 0 to 1000, a share among the weights. Write one such as 1")
      .max(1000, "must be 0 to 1000, a share among the weights. Write one such as 1")
      .default(1),
  },
  "must be a map such as { base: 2, weight: 1 }",
);

const mix = z
  .strictObject(
    { onDemand: portion.prefault({}), spot: portion.exactOptional() },
    "must be instances, or a mix of Fargate such as { onDemand: { base: 2, weight: 1 }, spot: { weight: 3 } }",
  )
  .check(({ value: { onDemand, spot }, issues }) => {
    const refuse = (path: string[], input: unknown, message: string) =>
      issues.push({ code: "custom", path, input, message });
    if (onDemand.weight + (spot?.weight ?? 0) === 0)
      refuse(["onDemand", "weight"], 0, "at least one weight must be above 0. Write 1");
    if ((onDemand.base ?? 0) > 0 && (spot?.base ?? 0) > 0)
      refuse(["spot", "base"], spot?.base, "only one of the two may have a base. Remove this one");
  })
  .transform((declared): CapacityChoice => ({ kind: "fargate", ...declared }));

const capacity = z.union(
  [z.literal("instances").transform((): CapacityChoice => ({ kind: "instances" })), mix],
  "must be instances, or a mix of Fargate such as { onDemand: { base: 2, weight: 1 }, spot: { weight: 3 } }",
);

const seconds = (broken: (value: number) => string | false) => quantity(duration, broken).exactOptional();

/** Members of a service's `deploy:` that say what its tasks are. */
export const taskShape = {
  ...environmentShape,
  secretKeys: z
    .array(
      z
        .string("must be the ARN of a KMS key")
        .regex(
          /^arn:aws[\w-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]{1,64}$/,
          "must be the ARN of a KMS key, no alias. Write arn:aws:kms:REGION:ACCOUNT:key/ID",
        ),
      "must be a list of ARNs. Write [arn:aws:kms:REGION:ACCOUNT:key/ID]",
    )
    .exactOptional(),
  permissions: permissionsSchema.exactOptional(),
  containers: sidecarsSchema.exactOptional(),
  operatingSystem: z.enum(SYSTEMS, `must be one of ${SYSTEMS.join(", ")}. Write one of them`).exactOptional(),
  ephemeralStorage: quantity(mebibytes, (value) => {
    const gigabytes = value / 1024;
    return (
      !(Number.isInteger(gigabytes) && gigabytes >= 21 && gigabytes <= 200) &&
      "it must be 21 to 200 whole GiB; 20 come by themselves (CMP-6). Write `40 GiB`"
    );
  })
    .transform((value) => value / 1024)
    .exactOptional(),
  stopTimeout: seconds(
    (value) =>
      !(Number.isInteger(value) && value >= 2 && value <= 120) &&
      "it must be 2 to 120 whole seconds (CMP-7). Write `30 s`, or leave it out: it follows the longest request",
  ),
  grace: seconds(
    (value) =>
      !(Number.isInteger(value) && value >= 0 && value <= 2_147_483_647) &&
      "it must be whole seconds. Leave it out: it follows the startup",
  ),
  capacity: capacity.exactOptional(),
  release: releaseSchema.exactOptional(),
};
