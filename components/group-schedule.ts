import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { cronEc2 } from "../adapters/cron.ts";
import type { Recurrence } from "../policy/scaling-plan.ts";

export interface GroupScheduleArgs {
  readonly group: aws.autoscaling.Group;
  /** Unique within its group only. */
  readonly action: string;
  readonly at: Recurrence;
  /** Of the IANA database. */
  readonly timezone: string;
  /** What is left out stays as it is. */
  readonly minSize?: number | undefined;
  readonly maxSize?: number | undefined;
  readonly desiredCapacity?: number | undefined;
}

/** The provider's word for "leave it as it is"; left out, it would be 0. */
const UNCHANGED = -1;

/** Every input but the names, which replace by themselves. */
const REPLACING = ["recurrence", "timeZone", "minSize", "maxSize", "desiredCapacity"];

/**
 * Bounds that a group takes at a time of the week. A change is a new action: of one that is there the provider sends the
 * start that AWS computed at first, and AWS refuses it once it has passed (pulumi/pulumi-aws#2473). The former goes first, as
 * both have one name.
 */
export function groupSchedule(
  name: string,
  args: GroupScheduleArgs,
  parent: pulumi.Resource,
): aws.autoscaling.Schedule {
  const { group, action, at, timezone } = args;
  const { minSize = UNCHANGED, maxSize = UNCHANGED, desiredCapacity = UNCHANGED } = args;
  return new aws.autoscaling.Schedule(
    name,
    {
      autoscalingGroupName: group.name,
      scheduledActionName: action,
      recurrence: cronEc2(at),
      timeZone: timezone,
      ...{ minSize, maxSize, desiredCapacity },
    },
    { parent, replaceOnChanges: REPLACING, deleteBeforeReplace: true },
  );
}
