import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  PutMetricAlarmCommand,
  type PutMetricAlarmCommandInput,
} from "@aws-sdk/client-cloudwatch";
import { expect } from "chai";
import type { Registration } from "../../adapters/offline-preview.ts";
import { ofType } from "../support/deploy.ts";
import { describeOnMoto } from "../support/moto.ts";
import { observed, TASKS } from "../support/observed.ts";

// moto stores alarms and checks little of them; what CloudWatch refuses is in alarm-rules.test.ts.
describeOnMoto("a service's alarms as moto has them", (moto) => {
  it("are taken as they are, and read back with their windows", async () => {
    const client = new CloudWatchClient({
      ...{ endpoint: moto.endpoint, region: "eu-west-1" },
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    const alarms = ofType(await observed(TASKS), "aws:cloudwatch/metricAlarm:MetricAlarm");
    for (const each of alarms) await client.send(new PutMetricAlarmCommand(request(each)));
    const { MetricAlarms = [] } = await client.send(new DescribeAlarmsCommand({}));
    client.destroy();
    expect(MetricAlarms.map(({ AlarmName }) => AlarmName).toSorted()).to.deep.equal(
      alarms.map(({ name }) => name).toSorted(),
    );
    const fast = MetricAlarms.find(({ AlarmName }) => AlarmName === "cart-availability-page-fast-long")!;
    expect(fast.Metrics).to.have.length(10);
    expect(fast.Metrics!.at(0)!.MetricStat).to.deep.include({ Period: 3360, Stat: "Sum" });
    expect(fast.Threshold).to.be.closeTo(14.4, 1e-9);
    expect(fast.TreatMissingData).to.equal("notBreaching");
  });
});

/** The provider's inputs as the API's request. */
function request({ name, inputs }: Registration): PutMetricAlarmCommandInput {
  const [{ metricQueries, ...rest }] = [inputs as Inputs];
  const Metrics = metricQueries?.map(({ id, expression, metric, returnData }) => ({
    Id: id,
    ReturnData: returnData,
    ...(metric === undefined
      ? { Expression: expression }
      : {
          MetricStat: {
            Metric: {
              Namespace: metric.namespace,
              MetricName: metric.metricName,
              Dimensions: dimensions(metric.dimensions),
            },
            Period: metric.period,
            Stat: metric.stat,
          },
        }),
  }));
  const plain = Object.entries(rest).map(([key, value]) => [
    key.replace(/^ok/, "OK").replace(/^./, (first) => first.toUpperCase()),
    key === "dimensions" ? dimensions(value as Record<string, string>) : value,
  ]);
  const { EvaluateLowSampleCountPercentiles: low, ...members } = Object.fromEntries(plain) as Record<
    string,
    unknown
  >;
  return {
    ...(members as unknown as PutMetricAlarmCommandInput),
    AlarmName: name,
    ...(low === undefined ? {} : { EvaluateLowSampleCountPercentile: String(low) }),
    ...(Metrics === undefined ? {} : { Metrics }),
  };
}

interface Inputs {
  readonly metricQueries?: readonly {
    readonly id: string;
    readonly expression?: string;
    readonly metric?: {
      readonly namespace: string;
      readonly metricName: string;
      readonly dimensions: Record<string, string>;
      readonly period: number;
      readonly stat: string;
    };
    readonly returnData: boolean;
  }[];
  readonly [key: string]: unknown;
}

function dimensions(of: Record<string, string>) {
  return Object.entries(of).map(([Name, Value]) => ({ Name, Value }));
}
