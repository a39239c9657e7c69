import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** The body of one request, as the SDK sent it. */
export interface Asked {
  readonly action: string;
  readonly body: Readonly<Record<string, unknown>> & {
    readonly StartTime: number;
    readonly EndTime: number;
    readonly NextToken?: string;
    readonly MetricDataQueries: readonly Query[];
  };
}

interface Query {
  readonly Id: string;
  readonly MetricStat: {
    readonly Metric: {
      readonly MetricName: string;
      readonly Namespace: string;
      readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
    };
    readonly Period: number;
    readonly Stat: string;
  };
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** CloudWatch over HTTP in AWS's JSON protocol, answering from a record: the SDK in front of it is the real one. */
export interface FakeCloudWatch {
  readonly endpoint: string;
  readonly asked: readonly Asked[];
  readonly close: () => void;
}

/** Starts one; `answers` is given each request and how many came before it. */
export async function fakeCloudWatch(
  answers: (asked: Asked, before: number) => Answer,
): Promise<FakeCloudWatch> {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const action = String(request.headers["x-amz-target"]).split(".")[1] ?? "";
    const each = { action, body: JSON.parse(await textOf(request)) } as Asked;
    const { status = 200, headers = {}, body } = answers(each, asked.length);
    asked.push(each);
    response.writeHead(status, { "content-type": "application/x-amz-json-1.0", ...headers });
    response.end(JSON.stringify(body));
  });
  server.keepAliveTimeout = 60_000; // ms; Node's 5 s end while the SDK backs off, and a request meets a closing socket
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { endpoint: `http://127.0.0.1:${port}`, asked, close };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** A value of a metric at a time, or `undefined` where it has no datapoint; `targetGroup` where that is a dimension asked for. */
export type Recorded = (
  metric: string,
  statistic: string,
  time: number,
  period: number,
  targetGroup: string | undefined,
) => number | undefined;

/** Complete answers out of a recording, each query from StartTime to EndTime at its period. */
export function recorded(values: Recorded, { body }: Asked, status = "Complete"): Answer {
  const MetricDataResults = body.MetricDataQueries.map(({ Id, MetricStat: { Metric, Period, Stat } }) => {
    const points: [number, number][] = [];
    const targetGroup = Metric.Dimensions.find(({ Name }) => Name === "TargetGroup")?.Value;
    for (let time = body.StartTime; time < body.EndTime; time += Period) {
      const value = values(Metric.MetricName, Stat, time, Period, targetGroup);
      if (value !== undefined) points.push([time, value]);
    }
    const [Timestamps, Values] = [points.map(([time]) => time), points.map(([, value]) => value)];
    return { Id, Label: Metric.MetricName, StatusCode: status, Timestamps, Values };
  });
  return { body: { MetricDataResults } };
}

/** An error as AWS's JSON protocol has it. */
export function failed(
  type: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return { status: 400, headers, body: { __type: `com.amazonaws.cloudwatch#${type}`, message } };
}
