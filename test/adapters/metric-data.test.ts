import { expect } from "chai";
import { metricData, type Series } from "../../adapters/metric-data.ts";
import { type Answer, type Asked, failed, recorded } from "../support/fake-cloudwatch.ts";
import { against, failure, quiet } from "../support/recorded-cloudwatch.ts";

const LAST = Date.UTC(2026, 10, 25, 10, 4) / 1000;
const SERIES: Series = {
  namespace: "AWS/ECS",
  metric: "CPUUtilization",
  dimensions: [],
  statistic: "Average",
};
const HOUR_SPAN = [{ start: LAST - 3600, end: LAST, period: 60 }] as const;

describe("metricData", () => {
  it("CW-1 is asked again after throttling, by the SDK", async () => {
    const { result, asked } = await against(
      (each, before) => (before < 2 ? failed("ThrottlingException", "Rate exceeded") : recorded(quiet, each)),
      (client) => metricData(client, [SERIES], HOUR_SPAN),
    );
    expect(result[0]!.size).to.equal(60);
    expect(asked).to.have.lengthOf(3);
  });

  it("CW-1 gives up after five attempts, saying what had been read", async () => {
    const error = await failure(
      (each, before) =>
        before === 0
          ? { body: { ...(recorded(quiet, each).body as object), NextToken: "second" } }
          : failed("ThrottlingException", "Rate exceeded"),
      (client) => metricData(client, [SERIES], HOUR_SPAN),
    );
    expect(error.message).to.match(/throttled cloudwatch:GetMetricData 5 times.*1 page\(s\).*had been read/);
  });

  it("CW-2 asks for at most 500 queries at a time", async () => {
    const many = Array.from({ length: 600 }, (_, i) => ({
      ...SERIES,
      dimensions: [{ Name: "ServiceName", Value: `s${i}` }],
    }));
    const { result, asked } = await against(
      (each) => recorded(quiet, each),
      (client) => metricData(client, many, HOUR_SPAN),
    );
    expect(asked.map(({ body }) => body.MetricDataQueries.length)).to.deep.equal([500, 100]);
    expect(result.every(({ size }) => size === 60)).to.equal(true);
  });

  it("CW-3 reads all pages of 100,800 datapoints", async () => {
    const paged = (each: Asked): Answer => {
      const page = Number(each.body.NextToken ?? 0);
      const half = (each.body.EndTime - each.body.StartTime) / 2;
      const StartTime = each.body.StartTime + page * half;
      const part = { ...each, body: { ...each.body, StartTime, EndTime: StartTime + half } };
      const next = page === 0 ? { NextToken: "1" } : {};
      return {
        body: { ...(recorded(quiet, part, page === 0 ? "PartialData" : "Complete").body as object), ...next },
      };
    };
    const { result, asked } = await against(paged, (client) => metricData(client, [SERIES], HOUR_SPAN));
    expect(asked.map(({ body }) => [body.MaxDatapoints, body.NextToken])).to.deep.equal([
      [100_800, undefined],
      [100_800, "1"],
    ]);
    expect([...result[0]!.keys()]).to.deep.equal(Array.from({ length: 60 }, (_, i) => LAST - 3600 + 60 * i));
  });

  it("CW-3 ends when a page's token comes again", async () => {
    const error = await failure(
      (each) => ({ body: { ...(recorded(quiet, each).body as object), NextToken: "same" } }),
      (client) => metricData(client, [SERIES], HOUR_SPAN),
    );
    expect(error.message).to.include("repeats a page");
  });

  it("CW-4 refuses data that stays partial, each time asked for after twice the pause", async () => {
    const pauses: number[] = [];
    const error = await failure(
      (each) => recorded(quiet, each, "PartialData"),
      (client) =>
        metricData(
          client,
          [SERIES, SERIES],
          HOUR_SPAN,
          async (milliseconds) => void pauses.push(milliseconds),
        ),
    );
    expect(pauses).to.deep.equal([1000, 2000, 4000, 8000]);
    expect(error.message).to.match(/0 of 2 queries in full.*PartialData.*half the data/);
  });

  it("CW-5 asks again for the query that failed inside CloudWatch, and for that alone", async () => {
    const other = { ...SERIES, metric: "RunningTaskCount" };
    const { result, asked } = await against(
      (each, before) => {
        const { MetricDataResults } = recorded(quiet, each).body as { MetricDataResults: { Id: string }[] };
        if (before > 0) return { body: { MetricDataResults } };
        const broken = { Id: "m1", StatusCode: "InternalError", Timestamps: [], Values: [] };
        return { body: { MetricDataResults: [MetricDataResults[0], broken] } };
      },
      (client) => metricData(client, [SERIES, other], HOUR_SPAN),
    );
    expect(asked.map(({ body }) => body.MetricDataQueries.map(({ Id }) => Id))).to.deep.equal([
      ["m0", "m1"],
      ["m1"],
    ]);
    expect(result.map(({ size }) => size)).to.deep.equal([60, 60]);
  });

  it("CW-5 names the metric and the permission when one is forbidden", async () => {
    const error = await failure(
      (each) => recorded(quiet, each, "Forbidden"),
      (client) => metricData(client, [SERIES], HOUR_SPAN),
    );
    expect(error.message).to.match(/forbids AWS\/ECS CPUUtilization Average.*`cloudwatch:GetMetricData`/);
    const denied = await failure(
      () => failed("AccessDeniedException", "User 123456789012 is not authorized"),
      (client) => metricData(client, [SERIES], HOUR_SPAN),
    );
    expect(denied.message)
      .to.match(/denied cloudwatch:GetMetricData/)
      .and.not.include("123456789012");
  });

  it("CW-11 tells by how much the clock is wrong", async () => {
    const headers = { date: new Date(Date.now() - 600_000).toUTCString() };
    const error = await failure(
      () => failed("InvalidSignatureException", "Signature expired", headers),
      (client) => metricData(client, [SERIES], HOUR_SPAN),
    );
    expect(error.message).to.match(/clock is (599|60[0-9]) s ahead of AWS's/);
  });

  for (const value of [-1, 1e200])
    it(`CW-12 refuses a value of ${value}, with its metric and time`, async () => {
      const error = await failure(
        (each) => recorded(() => value, each),
        (client) => metricData(client, [SERIES], HOUR_SPAN),
      );
      expect(error.message).to.match(
        /for AWS\/ECS CPUUtilization Average .* at 2026-11-25T09:04:00\.000Z; a value is finite/,
      );
    });
});
