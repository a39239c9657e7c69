import { z } from "zod";
import { secretIn } from "./bad-input.ts";
import { amiSchema, restoreSchema } from "./image-settings.ts";
import { type OfficeHours, officeHoursSchema } from "./office-hours.ts";
import { DAY, HOUR, period } from "./period.ts";
import { isPriced, unknownInstanceType } from "./prices.ts";
import { type RefreshSettings, ratio, refreshSchema } from "./refresh-settings.ts";
import { yesOrNo } from "./yes-or-no.ts";

/** How a service's instances are launched, replaced, stopped and ended. */
export interface InstanceSettings {
  /** Stopped: no instance, nothing scales, and all else stays as it is. */
  readonly state: "running" | "stopped";
  /** One instance with a state of its own, in place of a group; for services of at most one. */
  readonly single: boolean;
  /** An image of machines in place of the newest Amazon Linux 2023, and what it comes from. */
  readonly image?: { readonly id: string; readonly from: "ami" | "restore" };
  /** Other types to launch when the declared one is not to be had; left out, production takes equal ones. */
  readonly types?: readonly string[];
  readonly spot?: SpotSettings;
  readonly warmPool?: WarmPoolSettings;
  /** Seconds for which a new instance may prove that it serves, and an ending one may finish. */
  readonly hooks: { readonly launch?: number; readonly terminate?: number };
  /** Seconds after which an instance is replaced. */
  readonly maxLifetime?: number;
  readonly refresh: RefreshSettings;
  readonly officeHours?: OfficeHours;
  /** Lines of bash that run once, on the first start, before the container does. */
  readonly setup?: string;
  /** Report missing patches, or install them; left out: groups report, as new images patch them, single instances install. */
  readonly patching?: "scan" | "install";
}

/** Instances beyond the first `base` that may be Spot, as a ratio; left out, `base` is the plan's minimum. */
export interface SpotSettings {
  readonly share: number;
  readonly base?: number;
}

/** Instances started once and kept aside, so that scaling out takes seconds. */
export interface WarmPoolSettings {
  readonly size: number;
  readonly state: "stopped" | "running";
  /** Whether scaling in returns instances to the pool. */
  readonly reuse: boolean;
}

/** A heartbeat lasts 30–7,200 s (PutLifecycleHook). */
const timeout = period(30, 2 * HOUR, "must be 30 s to 2 h. Write one such as 10 min");

const typeSchema = z
  .string("must be an instance type. Write one such as t3a.small")
  .transform((text, context) => {
    const type = text.toLowerCase();
    if (isPriced(type)) return type;
    context.addIssue({ code: "custom", message: unknownInstanceType(type), input: text });
    return z.NEVER;
  });

const spotSchema = z.strictObject(
  {
    share: ratio.refine((value) => value > 0 && value <= 1, "must be above 0 %, at most 100 %. Write 50 %"),
    base: z
      .int("must be a whole number. Write the instances that stay on demand")
      .min(0, "must be at least 0. Write the instances that stay on demand")
      .exactOptional(),
  },
  "must be a map. Write { share: 50 %, base: 2 }",
);

const warmPoolSchema = z.strictObject(
  {
    size: z
      .int("must be a whole number. Write the instances to keep aside")
      .min(1, "must be at least 1. Leave warmPool out for none"),
    state: z
      .enum(["stopped", "running"], "must be stopped or running. Write one of the two")
      .default("stopped"),
    reuse: yesOrNo.default(false),
  },
  "must be a map. Write { size: 2, state: stopped }",
);

const SECRET =
  "holds what looks like a secret, and whoever may describe an instance reads its user data (CMP-20). Read it at run time, with the instance's role";

/** `instances:` of a service's `deploy:`. */
export const instanceSchema = z
  .strictObject(
    {
      state: z
        .enum(["running", "stopped"], "must be running or stopped. Write one of the two")
        .default("running"),
      single: yesOrNo.default(false),
      ami: amiSchema.exactOptional(),
      restore: restoreSchema.exactOptional(),
      types: z
        .array(typeSchema, "must be a list of instance types. Write one such as [t3a.small]")
        .exactOptional(),
      spot: spotSchema.exactOptional(),
      warmPool: warmPoolSchema.exactOptional(),
      hooks: z
        .strictObject(
          { launch: timeout.exactOptional(), terminate: timeout.exactOptional() },
          "must be a map. Write { launch: 10 min, terminate: 5 min }",
        )
        .prefault({}),
      maxLifetime: period(
        DAY,
        365 * DAY,
        "must be 1 d to 365 d (CMP-21). Write one such as 30 d",
      ).exactOptional(),
      refresh: refreshSchema.prefault({}),
      officeHours: officeHoursSchema.exactOptional(),
      setup: z
        .string("must be lines of bash. Write them below `setup: |`")
        .transform((script, context) => {
          if (!secretIn(script)) return script;
          context.addIssue({ code: "custom", message: SECRET, input: "(hidden)" });
          return z.NEVER;
        })
        .exactOptional(),
      patching: z.enum(["scan", "install"], "must be scan or install. Write one of the two").exactOptional(),
      httpTokens: z
        .literal(
          "required",
          "must be required: without a session's token IMDSv1 answers, too (EC2.8, EC2.170). Remove it",
        )
        .exactOptional(),
      hopLimit: z
        .literal(
          1,
          "must be 1 (AutoScaling.4): containers must not reach the instance's role. Remove it, and give the container what it needs",
        )
        .exactOptional(),
    },
    "must be a map. Write one such as { state: running, maxLifetime: 30 d }",
  )
  .check(({ value, issues }) => {
    for (const [key, message] of contradictions(value))
      issues.push({ code: "custom", path: [key], input: value[key as keyof typeof value], message });
  })
  .transform(({ ami, restore, httpTokens: _, hopLimit: __, ...settings }): InstanceSettings => {
    if (restore !== undefined) return { ...settings, image: { id: restore.from, from: "restore" } };
    return ami === undefined ? settings : { ...settings, image: { id: ami, from: "ami" } };
  });

/** Of a service that says nothing of its instances. */
export const DEFAULT_INSTANCES: InstanceSettings = instanceSchema.parse({});

/** What belongs to a group alone. */
const GROUP_ONLY = ["types", "spot", "warmPool", "maxLifetime", "officeHours"] as const;

/** Spot takes back whole pools at once: a pool is a type in a zone. */
const SPOT_TYPES = 3;

function contradictions(value: {
  readonly single: boolean;
  readonly ami?: string;
  readonly restore?: unknown;
  readonly types?: readonly string[];
  readonly spot?: unknown;
  readonly warmPool?: WarmPoolSettings;
  readonly hooks: InstanceSettings["hooks"];
  readonly maxLifetime?: number;
  readonly officeHours?: unknown;
}): readonly (readonly [key: string, message: string])[] {
  const found: [string, string][] = [];
  const { single, types, spot, warmPool, hooks } = value;
  if (single)
    for (const key of GROUP_ONLY.filter((key) => value[key] !== undefined))
      found.push([key, "single: true has no group to apply it to. Remove one of the two"]);
  if (single && Object.keys(hooks).length > 0)
    found.push(["hooks", "single: true has no group to apply it to. Remove one of the two"]);
  if (value.ami !== undefined && value.restore !== undefined)
    found.push(["restore", "ami names an image, too. Keep one"]);
  if (spot !== undefined && 1 + (types?.length ?? 0) < SPOT_TYPES)
    found.push([
      "spot",
      `takes at least ${SPOT_TYPES} types, as one pool's end takes all of a type (CMP-13). Name two more in types`,
    ]);
  // PutWarmPool takes no group with a mixed instances policy (EC2 Auto Scaling API reference).
  if (warmPool !== undefined && (spot !== undefined || (types?.length ?? 0) > 0))
    found.push([
      "warmPool",
      "a group with several types or Spot has none. Remove types and spot, or warmPool",
    ]);
  if (warmPool?.reuse === true && hooks.terminate !== undefined)
    found.push([
      "hooks",
      "terminate waits for an end, and warmPool.reuse returns instances to the pool. Remove one of the two",
    ]);
  return found;
}
