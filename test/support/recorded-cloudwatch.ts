import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { type Answer, type Asked, fakeCloudWatch } from "./fake-cloudwatch.ts";

/** Runs the real SDK client against answers from a record, and says what it asked. */
export async function against<T>(
  answers: (asked: Asked, before: number) => Answer,
  work: (client: CloudWatchClient) => Promise<T>,
): Promise<{ readonly result: T; readonly asked: readonly Asked[] }> {
  const { endpoint, asked, close } = await fakeCloudWatch(answers);
  const client = new CloudWatchClient({
    ...{ endpoint, region: "eu-west-1", maxAttempts: 5, retryMode: "standard" },
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  try {
    return { result: await work(client), asked };
  } finally {
    client.destroy();
    close();
  }
}

/** The message that `work` ends with. */
export async function failure(
  answers: (asked: Asked, before: number) => Answer,
  work: (client: CloudWatchClient) => Promise<unknown>,
) {
  try {
    await against(answers, work);
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing failed");
}

/** Two tasks; 100 ms when idle; everything there. */
export const quiet = (metric: string, statistic: string, time: number): number | undefined => {
  switch (metric) {
    case "RequestCount":
      return 6000 + 3000 * Math.sin(time / 13_750);
    case "TargetResponseTime":
      return { Average: 0.1, p50: 0.09, p90: 0.15, p99: 0.26 }[statistic];
    case "RunningTaskCount":
      return 2;
    case "CPUUtilization":
      return 40;
    default:
      return undefined;
  }
};
