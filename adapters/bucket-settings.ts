import { z } from "zod";
import { type Fault, shown } from "./bad-input.ts";
import { days } from "./days.ts";
import { yesOrNo } from "./yes-or-no.ts";

/** A bucket for a stack's objects. Nothing here opens it: what makes it safe is not for settings to say. */
export interface BucketSettings {
  /** The bucket's name in the whole partition; without one Pulumi makes a free one. */
  readonly name?: string;
  /** Days in which a replaced or deleted object can be brought back. */
  readonly versions: number;
  readonly lifecycle: readonly LifecycleRule[];
  /** Objects that nobody can delete before their time. Only at the bucket's creation. */
  readonly objectLock?: { readonly mode: "governance" | "compliance"; readonly retention: number };
  /** Destroy it with its objects; what is left out follows from `protect`. */
  readonly forceDestroy?: boolean;
}

/** What becomes of objects as they age; `after` and `expire` in days from their creation. */
interface LifecycleRule {
  readonly id: string;
  /** Objects whose key begins so; all of them without one. */
  readonly prefix?: string;
  readonly transitions: readonly { readonly after: number; readonly to: (typeof CLASSES)[number] }[];
  readonly expire?: number;
}

/** Storage classes from warm to cold (TransitionStorageClass). */
const CLASSES = [
  "STANDARD_IA",
  "INTELLIGENT_TIERING",
  "ONEZONE_IA",
  "GLACIER_IR",
  "GLACIER",
  "DEEP_ARCHIVE",
] as const;

/** Days: S3 takes any 32-bit number; beyond a century something else was meant. */
const CENTURY = 36_500;

/** STO-1, STO-2: S3 user guide, "General purpose bucket naming rules". */
const NAME =
  /^(?!xn--|sthree-|amzn-s3-demo-)(?!.*\.\.)(?!\d+(\.\d+){3}$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?<!-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/;
/** The name of our own rule. */
export const VERSIONS_RULE = "versions";

const lifecycleRule = z.strictObject(
  {
    id: z
      .string("must be a name. Write one such as old-uploads")
      .min(1, "must have 1 to 255 characters. Write one such as old-uploads")
      .max(255, "must have 1 to 255 characters. Shorten it"),
    prefix: z
      .string("must be the beginning of keys. Write one such as uploads/")
      .min(1, "must not be empty. Leave it out for every object")
      .max(1024, "must have at most 1024 characters, as keys do. Shorten it")
      .exactOptional(),
    transitions: z
      .array(
        z.strictObject(
          {
            after: days(1, CENTURY, "Write one such as 30 d"),
            to: z.enum(CLASSES, `must be one of ${CLASSES.join(", ")}. Write a colder class`),
          },
          "must be a map. Write one such as { after: 30 d, to: STANDARD_IA }",
        ),
        "must be a list of { after, to }. Write one such as [{ after: 30 d, to: STANDARD_IA }]",
      )
      .default([]),
    expire: days(1, CENTURY, "Write one such as 365 d").exactOptional(),
  },
  "must be a map. Write one such as { id: old-uploads, expire: 365 d }",
);

/** One of `storage.buckets`. */
export const bucketSchema = z.strictObject(
  {
    name: z
      .string("must be a bucket's name. Leave it out, and Pulumi makes a free one")
      .regex(
        NAME,
        "must have 3 to 63 lower-case letters, digits, - and single dots, begin and end with a letter or digit, and be no IP address and none of AWS's reserved names. Leave it out, and Pulumi makes a free one",
      )
      .exactOptional(),
    versions: days(1, CENTURY, "Write one such as 30 d").prefault("30 d"),
    lifecycle: z.array(lifecycleRule, "must be a list of rules. Write [{ id, expire: 365 d }]").default([]),
    objectLock: z
      .strictObject(
        {
          mode: z.enum(
            ["governance", "compliance"],
            "must be governance or compliance. Write governance unless the law asks for more",
          ),
          retention: days(1, CENTURY, "Write one such as 30 d"),
        },
        "must be a map. Write { mode: governance, retention: 30 d }",
      )
      .exactOptional(),
    forceDestroy: yesOrNo.exactOptional(),
  },
  "must be a map of settings. Write {} for the defaults",
);

/** What a bucket's settings rule out together; `where` is its place. */
export function bucketFaults(bucket: BucketSettings, protect: boolean, where: string): readonly Fault[] {
  const faults: Fault[] = [];
  const wrong = (place: string, message: string) => faults.push({ where: `${where}.${place}`, message });
  const ids = [VERSIONS_RULE, ...bucket.lifecycle.map(({ id }) => id)];
  bucket.lifecycle.forEach(({ id, transitions, expire }, i) => {
    const place = `lifecycle[${i}]`;
    if (ids.indexOf(id) <= i)
      wrong(`${place}.id`, `id is ${shown("id", id)}; another rule has it. Give each its own.`);
    if (transitions.length === 0 && expire === undefined)
      wrong(place, "it does nothing; a rule expires or moves objects. Set expire or transitions.");
    transitions.forEach(({ after, to }, j) => {
      const spot = `${place}.transitions[${j}].after`;
      if (INFREQUENT.test(to) && after < 30)
        wrong(spot, `after is ${after} d; ${to} takes objects from 30 d on. Write 30 d or more.`);
      if (expire !== undefined && after >= expire)
        wrong(spot, `after is ${after} d; objects expire at ${expire} d. Move them earlier, or not at all.`);
      const before = transitions[j - 1];
      if (before !== undefined && (before.after >= after || colder(before.to, to)))
        wrong(spot, `after is ${after} d; each transition is later and colder than the last. Sort them.`);
    });
  });
  if (protect && bucket.forceDestroy === true)
    wrong("forceDestroy", "forceDestroy is true; protect: true keeps what is stored. Remove one of the two.");
  if (!protect && bucket.objectLock?.mode === "compliance")
    wrong(
      "objectLock.mode",
      "mode is compliance; nobody can delete such objects, and this stack may be thrown away. Write governance, or protect: true.",
    );
  return faults;
}

/** They cost for 30 days whatever happens (S3 user guide, "Transitioning objects"). */
const INFREQUENT = /^(STANDARD|ONEZONE)_IA$/;

function colder(one: (typeof CLASSES)[number], other: (typeof CLASSES)[number]): boolean {
  return CLASSES.indexOf(one) >= CLASSES.indexOf(other);
}

/** What is allowed of a bucket and may yet surprise. */
export function bucketWarnings(bucket: BucketSettings, protect: boolean, where: string): readonly string[] {
  const remarks: string[] = [];
  if (bucket.name !== undefined)
    remarks.push(
      `${where}.name is ${bucket.name}: one account in the world can have it, and only a deployment finds out that it is taken. Without it Pulumi makes a free one.`,
    );
  if (bucket.name?.includes("."))
    remarks.push(`${where}.name is ${bucket.name}: with dots, TLS to the bucket's own host name fails.`);
  if (!protect && bucket.forceDestroy === false)
    remarks.push(`${where}.forceDestroy is false: destroying the stack stops there unless it is empty.`);
  return remarks;
}
