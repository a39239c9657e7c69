import type { Clients } from "./clients.ts";

/** What moto itself says it has, by kind: names, or ARNs and ids where that is what things are called by. */
export async function holdings(aws: Clients): Promise<Readonly<Record<string, readonly string[]>>> {
  const ecs = { ServiceNamespace: "ecs" } as const;
  const scaling = aws.applicationScaling;
  const clusters = await activeClusters(aws);
  const { LoadBalancers } = await aws.balancing.describeLoadBalancers({});
  const { Vpcs } = await aws.ec2.describeVpcs({});
  return {
    targets: (await scaling.describeScalableTargets(ecs)).ScalableTargets!.map((each) => each.ResourceId!),
    policies: [
      ...(await scaling.describeScalingPolicies(ecs)).ScalingPolicies!.map((each) => each.PolicyName!),
      ...(await aws.autoScaling.describePolicies({})).ScalingPolicies!.map((each) => each.PolicyName!),
    ],
    schedules: [
      ...(await scaling.describeScheduledActions(ecs)).ScheduledActions!.map(
        (each) => each.ScheduledActionName!,
      ),
      ...(await aws.autoScaling.describeScheduledActions({})).ScheduledUpdateGroupActions!.map(
        (each) => each.ScheduledActionName!,
      ),
    ],
    alarms: (await aws.cloudWatch.describeAlarms({})).MetricAlarms!.map((each) => each.AlarmName!),
    groups: (await aws.autoScaling.describeAutoScalingGroups({})).AutoScalingGroups!.map(
      (each) => each.AutoScalingGroupName!,
    ),
    balancers: LoadBalancers!.map((each) => each.LoadBalancerName!),
    targetGroups: (await aws.balancing.describeTargetGroups({})).TargetGroups!.map(
      (each) => each.TargetGroupName!,
    ),
    clusters,
    services: (await Promise.all(clusters.map((cluster) => activeServices(aws, cluster)))).flat(),
    taskDefinitions: (await aws.ecs.listTaskDefinitions({ status: "ACTIVE" })).taskDefinitionArns ?? [],
    buckets: (await aws.s3.listBuckets({})).Buckets?.map((each) => each.Name!) ?? [],
    tables: (await aws.dynamo.listTables({})).TableNames ?? [],
    vpcs: Vpcs!.filter(({ IsDefault }) => IsDefault !== true).map((each) => each.VpcId!),
    templates:
      (await aws.ec2.describeLaunchTemplates({})).LaunchTemplates?.map((each) => each.LaunchTemplateId!) ??
      [],
  };
}

/** ECS remembers what is deleted, as INACTIVE. */
async function activeClusters({ ecs }: Clients): Promise<readonly string[]> {
  const { clusterArns } = await ecs.listClusters({});
  if (clusterArns === undefined || clusterArns.length === 0) return [];
  const { clusters } = await ecs.describeClusters({ clusters: clusterArns });
  return clusters!.filter(({ status }) => status === "ACTIVE").map(({ clusterArn }) => clusterArn!);
}

async function activeServices({ ecs }: Clients, cluster: string): Promise<readonly string[]> {
  const { serviceArns } = await ecs.listServices({ cluster });
  if (serviceArns === undefined || serviceArns.length === 0) return [];
  const { services } = await ecs.describeServices({ cluster, services: serviceArns });
  return services!.filter(({ status }) => status === "ACTIVE").map(({ serviceArn }) => serviceArn!);
}
