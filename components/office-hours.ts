import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { cronEc2 } from "../adapters/aws-vocabulary.ts";
import type { OfficeHours } from "../adapters/office-hours.ts";
import type { ScalingControls } from "../policy/scaling-plan.ts";

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
  const action = (word: string, at: OfficeHours["start"], minSize: number, maxSize: number) =>
    new aws.autoscaling.Schedule(
      `${name}-office-${word}`,
      {
        autoscalingGroupName: group.name,
        scheduledActionName: `office-${word}`, // unique within its group only
        recurrence: cronEc2(at),
        timeZone: timezone,
        minSize,
        maxSize,
        desiredCapacity: minSize,
      },
      { parent },
    );
  return [action("start", start, min, max), action("stop", stop, 0, 0)];
}
