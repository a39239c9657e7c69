import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { OfficeHours } from "../adapters/office-hours.ts";
import type { ScalingControls } from "../policy/scaling-plan.ts";
import { groupSchedule } from "./group-schedule.ts";

/**
 * Empties a group outside its hours: `stop` sets every bound to 0, so that no policy can start an instance at night, and `start` puts
 * the plan's back. A plan with scheduled floors is refused beside it. An `up` after a refresh at night starts the
 * instances until the next `stop`.
 */
export function officeHours(
  name: string,
  { start, stop, timezone }: OfficeHours,
  group: aws.autoscaling.Group,
  { min, max }: Pick<ScalingControls, "min" | "max">,
  parent: pulumi.Resource,
): readonly aws.autoscaling.Schedule[] {
  const action = (word: string, at: OfficeHours["start"], minSize: number, maxSize: number) => {
    const size = { minSize, maxSize, desiredCapacity: minSize };
    const args = { group, action: `office-${word}`, at, timezone, ...size };
    return groupSchedule(`${name}-office-${word}`, args, parent);
  };
  return [action("start", start, min, max), action("stop", stop, 0, 0)];
}
