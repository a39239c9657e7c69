import { ListMetricsCommand, type ListMetricsCommandOutput, type Metric } from "@aws-sdk/client-cloudwatch";
import { awsFailure } from "./aws-failure.ts";
import { badInput, didYouMean, type Fault } from "./bad-input.ts";
import type { CloudWatch } from "./metric-data.ts";

/** Whose metrics are read, as CloudWatch's dimensions name them. */
export interface Watched {
  readonly region: string;
  /** `app/<name>/<id>`; before it is looked up, perhaps the name alone. */
  readonly loadBalancer: string;
  /** `targetgroup/<name>/<id>`, or the name. */
  readonly targetGroup: string | null;
  /** Of ECS; `null` where only the load balancer is read. */
  readonly ecs: { readonly cluster: string; readonly service: string } | null;
}

/** The same with the load balancer and its target group as CloudWatch names them, looked up by their names; its only one where none is given. */
export async function lookedUp(client: CloudWatch, watched: Watched): Promise<Watched> {
  const { loadBalancer, targetGroup } = watched;
  const whole = loadBalancer.startsWith("app/") && targetGroup?.startsWith("targetgroup/");
  if (whole) return watched;
  const metrics = await metricsOf(client, "AWS/ApplicationELB", "RequestCount");
  const faults: Fault[] = [];
  const found = (option: string, dimension: string, prefix: string, name: string) => {
    if (name.startsWith(`${prefix}/`)) return name;
    const values = [...new Set(metrics.flatMap((metric) => valuesOf(metric, dimension)))];
    const matching = values.filter((value) => value.split("/")[1] === name);
    if (matching.length === 1) return matching[0]!;
    const names = values.map((value) => value.split("/")[1] ?? value);
    const why =
      matching.length > 1
        ? `${matching.length} match: ${matching.join(", ")}. Write one of them in full`
        : values.length === 0
          ? `CloudWatch in ${watched.region} lists none with traffic in the last two weeks. Check the region`
          : didYouMean(name, [...new Set(names)]).replace(/\?$/, "");
    faults.push({ where: option, message: `there is not exactly one \`${name.slice(0, 60)}\`; ${why}.` });
    return name;
  };
  const balancer = found("--load-balancer", "LoadBalancer", "app", loadBalancer);
  const group =
    targetGroup === null ? null : found("--target-group", "TargetGroup", "targetgroup", targetGroup);
  if (faults.length > 0) throw badInput(faults);
  return { ...watched, loadBalancer: balancer, targetGroup: group ?? onlyGroup(metrics, balancer) };
}

/** The target group of a load balancer that has one: the load of several is no load of one of them. */
function onlyGroup(metrics: readonly Metric[], balancer: string): string | null {
  const ofIt = metrics.filter((metric) => valuesOf(metric, "LoadBalancer").includes(balancer));
  const groups = [...new Set(ofIt.flatMap((metric) => valuesOf(metric, "TargetGroup")))].toSorted();
  if (groups.length < 2) return groups[0] ?? null;
  const listed = groups.slice(0, 10).map((group) => group.split("/")[1] ?? group);
  throw badInput([
    {
      where: "--target-group",
      message: `it is missing, and ${balancer} has ${groups.length} target groups, whose requests other tasks serve: ${listed.join(", ")}. Write the one of this service.`,
    },
  ]);
}

/** The dimensions under which a metric exists, one line each. */
export async function existingDimensions(
  client: CloudWatch,
  namespace: string,
  metric: string,
): Promise<readonly string[]> {
  const metrics = await metricsOf(client, namespace, metric);
  const lines = metrics.map(({ Dimensions = [] }) =>
    Dimensions.map(({ Name, Value }) => `${Name}=${Value}`).join(", "),
  );
  return [...new Set(lines)].toSorted();
}

/** Pages of 500 metrics beyond which nobody looks further. */
const MOST_PAGES = 20;

async function metricsOf(client: CloudWatch, namespace: string, metric: string): Promise<readonly Metric[]> {
  const metrics: Metric[] = [];
  let token: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const command = new ListMetricsCommand({
      Namespace: namespace,
      MetricName: metric,
      ...(token === undefined ? {} : { NextToken: token }),
    });
    const answer: ListMetricsCommandOutput = await client.send(command).catch((error: unknown) => {
      throw awsFailure(error, "cloudwatch:ListMetrics", `${page} page(s) had been read`);
    });
    metrics.push(...(answer.Metrics ?? []));
    token = answer.NextToken;
    if (token === undefined) break;
  }
  return metrics;
}

function valuesOf({ Dimensions = [] }: Metric, dimension: string): readonly string[] {
  return Dimensions.flatMap(({ Name, Value }) => (Name === dimension && Value !== undefined ? [Value] : []));
}
