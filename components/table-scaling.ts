import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Throughput } from "../adapters/table-settings.ts";
import { twelveDigits } from "../policy/rounded.ts";

export interface TableScaling {
  readonly target: aws.appautoscaling.Target;
  readonly policy: aws.appautoscaling.Policy;
}

/** Lets Application Auto Scaling hold the declared share of a table's reads or writes in use (DynamoDB.1). */
export function scaledThroughput(
  name: string,
  kind: "Read" | "Write",
  table: aws.dynamodb.Table,
  { min, max, utilization }: Throughput,
  parent: pulumi.Resource,
): TableScaling {
  const target = new aws.appautoscaling.Target(
    `${name}-${kind.toLowerCase()}-target`,
    {
      serviceNamespace: "dynamodb",
      scalableDimension: `dynamodb:table:${kind}CapacityUnits`,
      resourceId: pulumi.interpolate`table/${table.name}`,
      minCapacity: min,
      maxCapacity: max,
    },
    { parent },
  );
  const policy = new aws.appautoscaling.Policy(
    `${name}-${kind.toLowerCase()}-tracking`,
    {
      policyType: "TargetTrackingScaling",
      serviceNamespace: target.serviceNamespace,
      scalableDimension: target.scalableDimension,
      resourceId: target.resourceId,
      targetTrackingScalingPolicyConfiguration: {
        targetValue: twelveDigits(utilization * 100), // AWS's percent
        predefinedMetricSpecification: { predefinedMetricType: `DynamoDB${kind}CapacityUtilization` },
      },
    },
    { parent },
  );
  return { target, policy };
}
