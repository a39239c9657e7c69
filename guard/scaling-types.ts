import { ancestor, at, ofType, type Resource, referred, type Stack } from "./resource.ts";

export const ECS_SERVICE = "aws:ecs/service:Service";
export const TARGET = "aws:appautoscaling/target:Target";
export const ECS_POLICY = "aws:appautoscaling/policy:Policy";
export const ECS_SCHEDULE = "aws:appautoscaling/scheduledAction:ScheduledAction";
export const GROUP = "aws:autoscaling/group:Group";
export const EC2_POLICY = "aws:autoscaling/policy:Policy";
export const EC2_SCHEDULE = "aws:autoscaling/schedule:Schedule";
export const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";

/** The component of one service, which writes down the plan it was given. */
export const SCALED_SERVICE = "setpoint:index:ScaledService";

/** By which input a scaling resource names what it scales. */
const SCALES: Readonly<Record<string, string>> = {
  [TARGET]: "resourceId",
  [ECS_POLICY]: "resourceId",
  [ECS_SCHEDULE]: "resourceId",
  [EC2_POLICY]: "autoscalingGroupName",
  [EC2_SCHEDULE]: "autoscalingGroupName",
  [ALARM]: "alarmActions",
};

/** The ECS services and Auto Scaling groups that `resource` moves the capacity of, itself or through a target or policy. */
export function scaledBy(stack: Stack, resource: Resource): readonly Resource[] {
  const input = SCALES[resource.type];
  if (input === undefined) return [];
  const through = referred(stack, resource, input);
  const direct = through.filter(({ type }) => type === ECS_SERVICE || type === GROUP);
  return [...new Set([...direct, ...through.flatMap((each) => scaledBy(stack, each))])];
}

/** What can move a service's or a group's capacity. */
export function scalersOf(stack: Stack, scaled: Resource, ...types: readonly string[]): readonly Resource[] {
  return ofType(stack, ...types).filter((each) => scaledBy(stack, each).includes(scaled));
}

/** What runs services and must be scaled: no daemons, and no instances that a capacity provider counts. */
export function capacities(stack: Stack): readonly Resource[] {
  const counted = new Set(
    ofType(stack, "aws:ecs/capacityProvider:CapacityProvider").flatMap((each) =>
      referred(stack, each, "autoScalingGroupProvider"),
    ),
  );
  return ofType(stack, ECS_SERVICE, GROUP).filter(
    (each) => at(each.inputs, "schedulingStrategy") !== "DAEMON" && !counted.has(each),
  );
}

/** The service that a resource belongs to, or that it scales. */
export function servedBy(stack: Stack, resource: Resource): Resource | undefined {
  const own = ancestor(stack, resource, SCALED_SERVICE);
  if (own !== undefined) return own;
  return scaledBy(stack, resource)
    .map((scaled) => ancestor(stack, scaled, SCALED_SERVICE))
    .find((service) => service !== undefined);
}
