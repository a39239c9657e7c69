import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { expect } from "chai";
import { readDemand } from "../../adapters/cloudwatch.ts";
import { lookedUp, type Watched } from "../../adapters/cloudwatch-names.ts";
import { readObservations } from "../../adapters/cloudwatch-observations.ts";
import { metricData } from "../../adapters/metric-data.ts";
import { metricSpans } from "../../adapters/metric-periods.ts";
import { describeOnMoto } from "../support/moto.ts";

const HOUR = 3600;
const SHOP: Watched = {
  region: "eu-west-1",
  loadBalancer: "app/shop/50dc6c495c0c9188",
  targetGroup: "targetgroup/cart/73e2d6bc24d8a067",
  ecs: null,
};
const BALANCER = [
  { Name: "TargetGroup", Value: SHOP.targetGroup! },
  { Name: "LoadBalancer", Value: SHOP.loadBalancer },
];
const WHOLE_BALANCER = BALANCER.slice(1);
const SERVICE = [
  { Name: "ClusterName", Value: "shop" },
  { Name: "ServiceName", Value: "cart" },
];

// moto stores what is put and answers by period; it has neither percentiles nor pages, which cloudwatch.test.ts holds.
describeOnMoto("CloudWatch as moto has it", (moto) => {
  const now = Date.now() / 1000;
  const window = { now, length: 2 * HOUR, resolution: null };
  const [span] = metricSpans(now, 2 * HOUR);
  const minutes = Array.from({ length: 120 }, (_, i) => span!.start + 60 * i);
  let client: CloudWatchClient;

  before(async () => {
    client = new CloudWatchClient({
      ...{ endpoint: moto.endpoint, region: "eu-west-1" },
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    const put = (
      Namespace: string,
      MetricName: string,
      Dimensions: typeof SERVICE,
      valuesAt: (i: number) => number[],
    ) => {
      const MetricData = minutes.flatMap((time, i) =>
        valuesAt(i).map((Value) => ({
          MetricName,
          Dimensions,
          Timestamp: new Date(1000 * (time + 7)),
          Value,
        })),
      );
      return client.send(new PutMetricDataCommand({ Namespace, MetricData }));
    };
    // Two load balancer nodes publish each minute; the second half hour has no request.
    await put("AWS/ApplicationELB", "RequestCount", BALANCER, (i) =>
      i >= 30 && i < 60 ? [] : [600, 300 + 6 * i],
    );
    await put("AWS/ECS", "CPUUtilization", SERVICE, (i) => [20 + (i % 10), 40 + (i % 10)]);
    await put("AWS/ApplicationELB", "HealthyHostCount", BALANCER, () => [2, 2]);
    // For the whole balancer alone: two nodes that refuse together 20 of 936 requests.
    await put("AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", WHOLE_BALANCER, (i) =>
      i === 6 ? [10, 10] : [],
    );
  });
  after(() => client.destroy());

  it("finds the load balancer by its name", async () => {
    expect(await lookedUp(client, { ...SHOP, loadBalancer: "shop", targetGroup: "cart" })).to.deep.equal(
      SHOP,
    );
  });

  it("gives the sum of all nodes' requests each minute, and 0 where there was none for half an hour", async () => {
    const { trace, notes } = await readDemand(client, SHOP, window);
    expect({ start: trace.start, step: trace.step }).to.deep.equal({ start: span!.start, step: 60 });
    expect(trace.rates).to.deep.equal(minutes.map((_, i) => (i >= 30 && i < 60 ? 0 : (900 + 6 * i) / 60)));
    expect(notes).to.deep.equal([]);
  });

  it("gives the average of each minute", async () => {
    const cpu = { namespace: "AWS/ECS", metric: "CPUUtilization", dimensions: SERVICE, statistic: "Average" };
    const [values] = await metricData(client, [cpu], metricSpans(now, 2 * HOUR));
    expect([...values!]).to.deep.equal(minutes.map((time, i) => [time, 30 + (i % 10)]));
  });

  it("CW-17 leaves out the minute in which the load balancer itself refused more than 1 %", async () => {
    const { observations, notes } = await readObservations(client, SHOP, window);
    expect(observations).to.have.lengthOf(90 - 1);
    const refused = new Date(1000 * minutes[6]!).toISOString().slice(0, 16);
    expect(notes.at(-1)).to.match(new RegExp(`^1 period\\(s\\) in which more than 1 % .*: ${refused}Z$`));
  });

  it("CW-6 names what there is when nothing was published under the name asked", async () => {
    const wrong = { ...SHOP, loadBalancer: "app/store/50dc6c495c0c9188" };
    const message = await readDemand(client, wrong, window).then(
      () => "read",
      (error: Error) => error.message,
    );
    expect(message).to.match(
      /no data for AWS\/ApplicationELB RequestCount Sum .*app\/store.*there is data for TargetGroup=.*app\/shop/,
    );
  });
});
