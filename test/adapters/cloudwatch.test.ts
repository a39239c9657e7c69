import { expect } from "chai";
import { isBadInput } from "../../adapters/bad-input.ts";
import { readDemand } from "../../adapters/cloudwatch.ts";
import { lookedUp, type Watched } from "../../adapters/cloudwatch-names.ts";
import { readObservations } from "../../adapters/cloudwatch-observations.ts";
import { type Recorded, recorded } from "../support/fake-cloudwatch.ts";
import { against, failure, quiet } from "../support/recorded-cloudwatch.ts";

const NOW = Date.UTC(2026, 10, 25, 10, 7, 31) / 1000;
const DAY = 86_400;
const LAST = Date.UTC(2026, 10, 25, 10, 4) / 1000; // the end: three minutes before now, at a whole minute

const SHOP: Watched = {
  region: "eu-west-1",
  loadBalancer: "app/shop/50dc6c495c0c9188",
  targetGroup: "targetgroup/cart/73e2d6bc24d8a067",
  ecs: { cluster: "shop", service: "cart" },
};

const window = (days: number, resolution: number | null = null) => ({
  now: NOW,
  length: days * DAY,
  resolution,
});

describe("CloudWatch", () => {
  it("gives the request rate as a trace up to the last whole minute", async () => {
    const { result, asked } = await against(
      (each) => recorded(quiet, each),
      (client) => readDemand(client, SHOP, window(2)),
    );
    const { start, step, rates } = result.trace;
    expect({ start, step, minutes: rates.length }).to.deep.equal({
      start: LAST - 2 * DAY,
      step: 60,
      minutes: 2880,
    });
    expect(rates[7]).to.be.closeTo(100 + 50 * Math.sin((start + 420) / 13_750), 1e-9);
    expect(asked[0]!.body.MetricDataQueries[0]!.MetricStat).to.deep.equal({
      Metric: {
        Namespace: "AWS/ApplicationELB",
        MetricName: "RequestCount",
        Dimensions: [
          { Name: "TargetGroup", Value: SHOP.targetGroup },
          { Name: "LoadBalancer", Value: SHOP.loadBalancer },
        ],
      },
      Period: 60,
      Stat: "Sum",
    });
  });

  it("CW-16 is read by GetMetricData, and nothing else", async () => {
    const { asked } = await against(
      (each) => recorded(quiet, each),
      (client) => readObservations(client, SHOP, window(1)),
    );
    expect(new Set(asked.map(({ action }) => action))).to.deep.equal(new Set(["GetMetricData"]));
  });

  it("gives an observation for each period, in our units", async () => {
    const { result } = await against(
      (each) => recorded(quiet, each),
      (client) => readObservations(client, SHOP, window(1)),
    );
    expect(result.observations).to.have.lengthOf(1440);
    const { arrivalRate, tasks, cpu, responses, errors } = result.observations[0]!;
    expect(arrivalRate).to.be.closeTo(100 + 50 * Math.sin((LAST - DAY) / 13_750), 1e-9);
    expect({ tasks, cpu, errors }).to.deep.equal({ tasks: 2, cpu: 0.4, errors: 0 });
    expect(responses).to.deep.equal([
      { of: "mean", time: 0.1 },
      { of: 0.5, time: 0.09 },
      { of: 0.9, time: 0.15 },
      { of: 0.99, time: 0.26 },
    ]);
  });

  it("leaves out percentiles of too few requests", async () => {
    const few: Recorded = (metric, statistic, time) =>
      metric === "RequestCount" ? 60 : quiet(metric, statistic, time);
    const { result } = await against(
      (each) => recorded(few, each),
      (client) => readObservations(client, SHOP, window(1)),
    );
    expect(result.observations[0]!.responses.map(({ of }) => of)).to.deep.equal(["mean", 0.5, 0.9]); // 0.6 beyond p99
  });

  it("takes no percentile from the slowest four requests of a minute, which are chance", async () => {
    const counted = async (requests: number) => {
      const steady: Recorded = (metric, statistic, time) =>
        metric === "RequestCount" ? requests : quiet(metric, statistic, time);
      const { result } = await against(
        (each) => recorded(steady, each),
        (client) => readObservations(client, SHOP, window(0.1)),
      );
      return result.observations[0]!.responses.map(({ of }) => of);
    };
    expect(await counted(400)).to.deep.equal(["mean", 0.5, 0.9]); // 4 beyond p99
    expect(await counted(600)).to.deep.equal(["mean", 0.5, 0.9, 0.99]);
  });

  it("counts the load balancer's healthy hosts where Container Insights is off", async () => {
    const off: Recorded = (metric, statistic, time) =>
      metric === "RunningTaskCount"
        ? undefined
        : metric === "HealthyHostCount"
          ? 3
          : quiet(metric, statistic, time);
    const { result } = await against(
      (each) => recorded(off, each),
      (client) => readObservations(client, SHOP, window(1)),
    );
    expect(result.observations[0]!.tasks).to.equal(3);
    expect(result.notes.join()).to.include("Container Insights is off");
    const unnamed = await against(
      (each) => recorded(off, each),
      (client) => readObservations(client, { ...SHOP, ecs: null }, window(1)),
    );
    expect(unnamed.result.notes).to.deep.equal([
      "no ECS service is named: tasks are the load balancer's HealthyHostCount",
    ]);
  });

  it("CW-6 without any data says what was asked, and what there is", async () => {
    const error = await failure(
      (each) =>
        each.action === "ListMetrics"
          ? { body: { Metrics: [{ Dimensions: [{ Name: "LoadBalancer", Value: "app/store/1" }] }] } }
          : recorded(() => undefined, each),
      (client) => readDemand(client, SHOP, window(1)),
    );
    expect(isBadInput(error)).to.equal(true);
    expect(error.message)
      .to.match(
        /eu-west-1: no data for AWS\/ApplicationELB RequestCount Sum \{TargetGroup=.*LoadBalancer=app\/shop/,
      )
      .and.match(/from 2026-11-24T10:04Z to 2026-11-25T10:04Z; there is data for LoadBalancer=app\/store\/1/);
  });

  it("CW-6 says which ECS services there are when the one named has neither tasks nor CPU", async () => {
    const misnamed: Recorded = (metric, statistic, time) =>
      metric === "HealthyHostCount"
        ? 3
        : metric === "RunningTaskCount" || metric === "CPUUtilization"
          ? undefined
          : quiet(metric, statistic, time);
    const service = [
      { Name: "ClusterName", Value: "shop" },
      { Name: "ServiceName", Value: "cart" },
    ];
    const error = await failure(
      (each) =>
        each.action === "ListMetrics"
          ? { body: { Metrics: [{ Dimensions: service }] } }
          : recorded(misnamed, each),
      (client) => readObservations(client, { ...SHOP, ecs: { cluster: "shop", service: "crat" } }, window(1)),
    );
    expect(error.message).to.match(
      /no data for AWS\/ECS CPUUtilization Average \{ClusterName=shop, ServiceName=crat\}.*there is data for ClusterName=shop, ServiceName=cart/,
    );
  });

  it("CW-7 takes up to an hour without requests for zeros, and longer for unknown", async () => {
    const [silent, outage] = [LAST - DAY + 3600, LAST - DAY + 20 * 3600];
    const gaps: Recorded = (metric, statistic, time) =>
      (time >= silent && time < silent + 1800) || (time >= outage && time < outage + 2 * 3600)
        ? undefined
        : quiet(metric, statistic, time);
    const { result } = await against(
      (each) => recorded(gaps, each),
      (client) => readDemand(client, SHOP, window(1)),
    );
    expect(result.trace.rates[60]).to.equal(0);
    expect(result.trace.rates.slice(60, 90).every((rate) => rate === 0)).to.equal(true);
    expect(result.trace.rates[20 * 60 + 60]).to.be.above(0); // no zeros: filled as a gap, and said
    expect(result.notes.join()).to.match(/gap\(s\) of more than an hour/);
  });

  it("CW-7 takes nights and weekends that nobody comes for zeros, and an outage by day for unknown", async () => {
    const open = (time: number) => {
      const [hour, weekday] = [(time % DAY) / 3600, new Date(1000 * time).getUTCDay()];
      return hour >= 7 && hour < 19 && weekday > 0 && weekday < 6;
    };
    const outage = Date.UTC(2026, 10, 18, 9) / 1000; // a Wednesday's morning
    const office: Recorded = (metric, statistic, time) =>
      !open(time) || (time >= outage && time < outage + 2 * 3600)
        ? undefined
        : quiet(metric, statistic, time);
    const { result } = await against(
      (each) => recorded(office, each),
      (client) => readDemand(client, SHOP, window(14)),
    );
    const { start, rates } = result.trace;
    const idle = rates.filter((_, i) => !open(start + 60 * i));
    expect(idle.every((rate) => rate === 0)).to.equal(true);
    expect(rates[(outage - start) / 60 + 30]).to.be.above(0);
    expect(result.notes.join()).to.match(/1 gap\(s\) of more than an hour.*2026-11-18T09:00Z \(120 min\)/);
  });

  it("CW-7 asks for more days where a single night is silent, which nothing tells from missing data", async () => {
    const open: Recorded = (metric, statistic, time) =>
      time % DAY < 7 * 3600 ? undefined : quiet(metric, statistic, time);
    const error = await failure(
      (each) => recorded(open, each),
      (client) => readDemand(client, SHOP, window(1)),
    );
    expect(error.message).to.match(
      /29\.2 % of its rows are missing.*nights without traffic.*ask for more --days\.$/,
    );
  });

  it("CW-7 takes an outage of an hour and a quarter for unknown, not for quiet traffic", async () => {
    const outage = LAST - DAY + 12 * 3600;
    const silentFor = async (minutes: number) => {
      const gap: Recorded = (metric, statistic, time) =>
        time >= outage && time < outage + 60 * minutes ? undefined : quiet(metric, statistic, time);
      const { result } = await against(
        (each) => recorded(gap, each),
        (client) => readDemand(client, SHOP, window(1)),
      );
      return result;
    };
    const [short, long] = [await silentFor(55), await silentFor(75)];
    expect(short.trace.rates.filter((rate) => rate === 0)).to.have.lengthOf(55);
    expect(short.notes).to.deep.equal([]);
    expect(long.trace.rates.every((rate) => rate > 0)).to.equal(true);
    expect(long.notes.join()).to.match(/1 gap\(s\) of more than an hour.*\(75 min\)/);
  });

  it("CW-7 takes no outage for idle because a silent night came before it", async () => {
    const open = (time: number) => time % DAY >= 7 * 3600 && time % DAY < 19 * 3600;
    const [opening, repaired] = [7, 11].map((hour) => Date.UTC(2026, 10, 18, hour) / 1000);
    const late: Recorded = (metric, statistic, time) =>
      !open(time) || (time >= opening! && time < repaired!) ? undefined : quiet(metric, statistic, time);
    const { result } = await against(
      (each) => recorded(late, each),
      (client) => readDemand(client, SHOP, window(14)),
    );
    const { start, rates } = result.trace;
    const morning = rates.slice((opening! - start) / 60, (repaired! - start) / 60);
    expect(morning.every((rate) => rate > 0)).to.equal(true);
    // Twelve hours of sixteen are silent on other days, too.
    expect(result.notes.join()).to.match(/1 gap\(s\) of more than an hour.*2026-11-17T19:00Z \(960 min\)/);
  });

  it("CW-7 begins with the first request there was", async () => {
    const young: Recorded = (metric, statistic, time) =>
      time < LAST - DAY ? undefined : quiet(metric, statistic, time);
    const { result } = await against(
      (each) => recorded(young, each),
      (client) => readDemand(client, SHOP, window(10)),
    );
    expect(result.trace.start).to.equal(LAST - DAY);
  });

  it("CW-8 joins five-minute data of the past to the minutes of the last 15 days, and says so", async () => {
    const counts: Recorded = (_metric, _statistic, _time, period) => 10 * period;
    const { result, asked } = await against(
      (each) => recorded(counts, each),
      (client) => readDemand(client, SHOP, window(30)),
    );
    expect(asked.map(({ body }) => body.MetricDataQueries[0]!.MetricStat.Period)).to.deep.equal([300, 60]);
    expect(result.trace.step).to.equal(60);
    expect(result.trace.rates).to.have.lengthOf(30 * 1440 + 4); // the start is rounded down to five minutes
    expect(result.trace.rates.every((rate) => rate === 10)).to.equal(true);
    expect(result.notes.join()).to.match(/15\.\d d at 300 s, then 14\.\d d at 60 s/);
  });

  it("CW-8 refuses more days than a demanded resolution is kept for", async () => {
    const error = await failure(
      (each) => recorded(quiet, each),
      (client) => readDemand(client, SHOP, window(30, 60)),
    );
    expect(error.message).to.match(
      /resolution of 60 s is asked for 30 d; CloudWatch keeps periods of 60 s for 15 d/,
    );
  });

  it("CW-13 refuses response times that look like milliseconds", async () => {
    const slow: Recorded = (metric, statistic, time) =>
      metric === "TargetResponseTime" ? 180 : quiet(metric, statistic, time);
    const error = await failure(
      (each) => recorded(slow, each),
      (client) => readObservations(client, SHOP, window(1)),
    );
    expect(error.message).to.match(
      /TargetResponseTime Average .*median is 180; response times are in seconds/,
    );
  });

  it("CW-15 looks balancers up by name, and lists those that match", async () => {
    const named = { ...SHOP, loadBalancer: "shop", targetGroup: "cart" };
    const listing = (balancers: readonly string[]) => () => ({
      body: {
        Metrics: balancers.map((Value) => ({
          Dimensions: [
            { Name: "LoadBalancer", Value },
            { Name: "TargetGroup", Value: SHOP.targetGroup },
          ],
        })),
      },
    });
    const { result } = await against(listing([SHOP.loadBalancer, "app/other/1"]), (client) =>
      lookedUp(client, named),
    );
    expect(result).to.deep.equal(SHOP);
    const two = await failure(listing(["app/shop/1", "app/shop/2"]), (client) => lookedUp(client, named));
    expect(two.message).to.match(/--load-balancer: .*2 match: app\/shop\/1, app\/shop\/2/);
    const none = await failure(listing(["app/shopp/1"]), (client) => lookedUp(client, named));
    expect(none.message).to.match(/did you mean `shopp`/);
  });

  it("CW-15 takes the only target group of a balancer for the service's, and asks which of several it is", async () => {
    const whole = { ...SHOP, targetGroup: null };
    const listing = (groups: readonly string[]) => () => ({
      body: {
        Metrics: [
          { Dimensions: [{ Name: "LoadBalancer", Value: SHOP.loadBalancer }] },
          ...groups.map((Value) => ({
            Dimensions: [
              { Name: "LoadBalancer", Value: SHOP.loadBalancer },
              { Name: "TargetGroup", Value },
            ],
          })),
        ],
      },
    });
    const { result } = await against(listing([SHOP.targetGroup!]), (client) => lookedUp(client, whole));
    expect(result).to.deep.equal(SHOP);
    const several = await failure(listing([SHOP.targetGroup!, "targetgroup/web/1"]), (client) =>
      lookedUp(client, whole),
    );
    expect(several.message).to.match(
      /--target-group: it is missing, .* 2 target groups, .*: cart, web\. Write/,
    );
    const none = await against(listing([]), (client) => lookedUp(client, whole));
    expect(none.result.targetGroup).to.equal(null);
  });

  it("CW-17 leaves out minutes with failures or with changing tasks, and lists them", async () => {
    const [deploy, outage] = [LAST - 7200, LAST - 3600];
    const eventful: Recorded = (metric, statistic, time) => {
      if (metric === "RunningTaskCount" && time >= deploy) return time === deploy ? 2.5 : 3;
      if (metric === "HTTPCode_Target_5XX_Count") return time === outage ? 500 : 1;
      return quiet(metric, statistic, time);
    };
    const { result } = await against(
      (each) => recorded(eventful, each),
      (client) => readObservations(client, SHOP, window(1)),
    );
    expect(result.observations).to.have.lengthOf(1440 - 3);
    expect(result.notes.join("\n"))
      .to.match(/1 period\(s\) in which more than 1 % of the requests failed.*2026-11-25T09:04Z/)
      .and.match(/2 period\(s\) in which the number of tasks changed.*2026-11-25T08:04Z, 2026-11-25T08:05Z/);
  });

  it("CW-17 leaves out a minute of which one request in fifty failed, and keeps one in two hundred", async () => {
    // What fails at once takes no slot: such a minute would pass for one of more capacity.
    const outage = LAST - 3600;
    const failing: Recorded = (metric, statistic, time) =>
      metric === "HTTPCode_Target_5XX_Count"
        ? (time === outage ? 0.02 : 0.005) * quiet("RequestCount", "Sum", time)!
        : quiet(metric, statistic, time);
    const { result } = await against(
      (each) => recorded(failing, each),
      (client) => readObservations(client, SHOP, window(0.1)),
    );
    expect(result.observations).to.have.lengthOf(144 - 1);
    expect(result.observations[0]!.errors).to.be.closeTo(0.005, 1e-9);
    expect(result.notes.join()).to.match(/1 period\(s\) in which more than 1 % .*: 2026-11-25T09:04Z/);
  });

  it("CW-17 leaves out minutes in which the load balancer itself answered 5xx, as targets had no room", async () => {
    const full = LAST - 3600;
    const refusing: Recorded = (metric, statistic, time, _period, targetGroup) =>
      metric === "HTTPCode_ELB_5XX_Count" && targetGroup === undefined
        ? (time === full ? 0.02 : 0.005) * quiet("RequestCount", "Sum", time)!
        : quiet(metric, statistic, time);
    for (const watched of [SHOP, { ...SHOP, targetGroup: null }]) {
      const { result } = await against(
        (each) => recorded(refusing, each),
        (client) => readObservations(client, watched, window(0.1)),
      );
      expect(result.observations).to.have.lengthOf(144 - 1);
      expect(result.observations[0]!.errors).to.be.closeTo(0.005, 1e-9);
      expect(result.notes).to.have.lengthOf(1);
      expect(result.notes[0]).to.match(
        /1 period\(s\) in which more than 1 % .*load balancer's own.*: 2026-11-25T09:04Z/,
      );
    }
  });

  it("CW-17 takes for a target group's, of what a shared load balancer refused, no more than its requests without an answer", async () => {
    const [own, others] = [LAST - 3600, LAST - 1800];
    const sharing: Recorded = (metric, statistic, time, _period, targetGroup) => {
      const requests = quiet("RequestCount", "Sum", time)!;
      if (metric === "RequestCount") return targetGroup === undefined ? 2 * requests : requests;
      if (statistic === "SampleCount") return (time === own ? 0.98 : 1) * requests; // of TargetResponseTime
      if (metric === "HTTPCode_ELB_5XX_Count" && targetGroup === undefined)
        return time === own || time === others ? 0.1 * requests : undefined;
      return quiet(metric, statistic, time);
    };
    const { result } = await against(
      (each) => recorded(sharing, each),
      (client) => readObservations(client, SHOP, window(0.1)),
    );
    expect(result.observations).to.have.lengthOf(144 - 1);
    expect(result.notes.join("\n"))
      .to.match(/other target groups share the load balancer/)
      .and.match(/1 period\(s\) in which more than 1 % .*: 2026-11-25T09:04Z$/);
  });
});
