import type * as pulumi from "@pulumi/pulumi";
import type { AlarmMetric } from "./alarm.ts";

/** What a service runs on, as CloudWatch knows it. */
export type Fleet =
  | {
      readonly kind: "task";
      readonly clusterName: pulumi.Input<string>;
      readonly serviceName: pulumi.Input<string>;
      /** Whether Container Insights counts tasks that are wanted. */
      readonly insights: boolean;
    }
  | { readonly kind: "instance"; readonly groupName: pulumi.Input<string> }
  | { readonly kind: "single"; readonly instanceId: pulumi.Input<string> };

/** Running tasks or instances. Each ECS task, and a lone instance, reports its CPU once a minute, so the samples are what runs (ECS developer guide, "Service RUNNING task count"). */
export function running(fleet: Fleet): AlarmMetric {
  if (fleet.kind === "instance") return group(fleet, "GroupInServiceInstances");
  return { ...cpu(fleet), stat: "SampleCount" };
}

/** What the scaling policies ask for, where it is published. */
export function desired(fleet: Fleet): AlarmMetric | undefined {
  if (fleet.kind === "instance") return group(fleet, "GroupDesiredCapacity");
  if (fleet.kind === "single" || !fleet.insights) return undefined;
  return {
    namespace: "ECS/ContainerInsights",
    metricName: "DesiredTaskCount",
    dimensions: service(fleet),
    stat: "Maximum",
  };
}

export function cpu(fleet: Fleet): AlarmMetric {
  const metric = { metricName: "CPUUtilization", stat: "Average" };
  switch (fleet.kind) {
    case "task":
      return { ...metric, namespace: "AWS/ECS", dimensions: service(fleet) };
    case "instance":
      return { ...metric, namespace: "AWS/EC2", dimensions: group(fleet, "CPUUtilization").dimensions };
    case "single":
      return { ...metric, namespace: "AWS/EC2", dimensions: { InstanceId: fleet.instanceId } };
  }
}

/** EC2 does not look into an instance's memory. */
export function memory(fleet: Fleet): AlarmMetric | undefined {
  return fleet.kind === "task" ? { ...cpu(fleet), metricName: "MemoryUtilization" } : undefined;
}

function service({ clusterName, serviceName }: Extract<Fleet, { kind: "task" }>) {
  return { ClusterName: clusterName, ServiceName: serviceName };
}

function group({ groupName }: Extract<Fleet, { kind: "instance" }>, metricName: string): AlarmMetric {
  return {
    namespace: "AWS/AutoScaling",
    metricName,
    dimensions: { AutoScalingGroupName: groupName },
    stat: "Maximum",
  };
}
