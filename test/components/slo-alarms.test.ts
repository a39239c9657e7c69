import { expect } from "chai";
import fc from "fast-check";
import type { Registration } from "../../adapters/offline-preview.ts";
import { Notifications } from "../../components/notifications.ts";
import { SloAlarms } from "../../components/slo-alarms.ts";
import type { AvailabilitySlo, LatencySlo, Slo } from "../../policy/service.ts";
import { asked, DEV, deploy, foundation, later, ofType } from "../support/deploy.ts";
import { evaluated } from "../support/metric-math.ts";

const DAY = 86_400;
const availability: AvailabilitySlo = {
  kind: "availability",
  name: "availability",
  objective: 0.999,
  window: 30 * DAY,
};
const latency: LatencySlo = {
  ...{ kind: "latency", name: "latency", threshold: 0.25 },
  ...{ objective: 0.99, window: 30 * DAY },
};
const METRIC = "aws:cloudwatch/metricAlarm:MetricAlarm";

/** As a user composes it: a promise, where it is kept, and who is told (row 62). */
function sloAlarms(slo: Slo, rate?: number) {
  return deploy(() => {
    const { target } = foundation(DEV, "task");
    const notify = { page: [], ticket: [] };
    const topics = new Notifications("notify", {
      ...{ region: "eu-west-1", notify, key: undefined, logRetention: 14 },
    });
    new SloAlarms("cart", { slo, target, topics, ...(rate === undefined ? {} : { rate }) });
  });
}

/** One window of traffic as CloudWatch would sum it. */
function seen(of: {
  requests: number;
  answered?: number;
  errors?: number;
  refused?: number;
  quick?: number;
}) {
  const { requests, answered = requests, errors, refused, quick = answered } = of;
  return {
    "RequestCount Sum": requests,
    "TargetResponseTime SampleCount": answered,
    "TargetResponseTime TC(:0.25)": quick,
    "HTTPCode_Target_5XX_Count Sum": errors,
    "HTTPCode_ELB_5XX_Count Sum": refused,
  };
}

/** Whether both windows of an alert are on. */
function fires(
  registered: readonly Registration[],
  alert: string,
  long: ReturnType<typeof seen>,
  short = long,
): boolean {
  const on = (name: string, traffic: ReturnType<typeof seen>) => {
    const inputs = asked(registered, name);
    return evaluated(inputs, traffic) >= Number(inputs.threshold);
  };
  return on(`cart-${alert}-long`, long) && on(`cart-${alert}-short`, short);
}

describe("SloAlarms", () => {
  let available: readonly Registration[];
  let inTime: readonly Registration[];
  before(async () => {
    available = await sloAlarms(availability);
    inTime = await sloAlarms(latency);
  });

  it("acts when both windows of any burn rate are on, by severity (rows 65, 73)", () => {
    const composites = ofType(available, "aws:cloudwatch/compositeAlarm:CompositeAlarm");
    const both = (alert: string) =>
      `(ALARM("${later(`cart-${alert}-long.name`)}") AND ALARM("${later(`cart-${alert}-short.name`)}"))`;
    const acts = composites.map(({ name, inputs }) => [name, inputs.alarmRule, inputs.alarmActions]);
    expect(acts).to.deep.equal([
      ["cart-page", `${both("page-fast")} OR ${both("page-slow")}`, [later("notify-page.arn")]],
      ["cart-ticket", `${both("ticket-fast")} OR ${both("ticket-slow")}`, [later("notify-ticket.arn")]],
    ]);
    expect(composites.map(({ inputs }) => inputs.okActions)).to.deep.equal([
      ...[[later("notify-page.arn")], [later("notify-ticket.arn")]],
    ]);
  });

  it("looks back over the long and the short window in one period each", () => {
    const period = (name: string) => {
      const [first] = asked(available, name).metricQueries as { metric: { period: number } }[];
      return first!.metric.period;
    };
    expect([period("cart-page-fast-long"), period("cart-page-fast-short")]).to.deep.equal([3600, 300]);
    expect([period("cart-ticket-slow-long"), period("cart-ticket-slow-short")]).to.deep.equal([
      3 * DAY,
      21_600,
    ]);
  });

  it("fires at a burn of 15 and not of 1, by the very expressions that CloudWatch evaluates (rows 63, 65)", () => {
    const burning = (factor: number) => seen({ requests: 1_000_000, errors: factor * 1000 });
    expect(fires(available, "page-fast", burning(15))).to.equal(true);
    expect(fires(available, "page-fast", burning(14))).to.equal(false);
    expect(fires(available, "page-slow", burning(7))).to.equal(true);
    for (const alert of ["page-fast", "page-slow", "ticket-fast"])
      expect(fires(available, alert, burning(1)), alert).to.equal(false);
    expect(fires(available, "ticket-slow", burning(1))).to.equal(true);
    expect(fires(available, "page-fast", burning(15), burning(0)), "over").to.equal(false);
  });

  it("counts what the balancer failed for this service, and no client that hangs up (row 63)", () => {
    const lost = { requests: 100_000, answered: 98_000 };
    expect(fires(available, "page-fast", seen({ ...lost, refused: 2000 }))).to.equal(true);
    expect(fires(available, "page-fast", seen(lost)), "460").to.equal(false);
    const others = seen({ requests: 100_000, refused: 5000 }); // of another target group
    expect(fires(available, "page-fast", others)).to.equal(false);
  });

  it("counts as in time what succeeds within the threshold: not what is late, quick and failed, or unanswered (row 64)", () => {
    const requests = 100_000;
    const bad = 15_000; // 15 times 1 %
    expect(fires(inTime, "page-fast", seen({ requests, quick: requests - bad }))).to.equal(true);
    expect(fires(inTime, "page-fast", seen({ requests, errors: bad }))).to.equal(true);
    expect(fires(inTime, "page-fast", seen({ requests, answered: requests - bad }))).to.equal(true);
    expect(fires(inTime, "page-fast", seen({ requests, quick: requests - 1000 }))).to.equal(false);
    const queries = asked(inTime, "cart-page-fast-long").metricQueries as {
      id: string;
      metric?: { stat: string };
    }[];
    expect(queries.find(({ id }) => id === "quick")!.metric).to.deep.include({
      metricName: "TargetResponseTime",
      stat: "TC(:0.25)",
      dimensions: {
        LoadBalancer: later("entry-alb.arnSuffix"),
        TargetGroup: later("cart-group.arnSuffix"),
      },
    });
  });

  it("agrees with the burn rate's definition on any traffic", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1000, max: 1e7 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (n, share) => {
          const errors = Math.round(n * share);
          const burn = evaluated(asked(available, "cart-page-fast-long"), seen({ requests: n, errors }));
          const expected = errors < 10 ? 0 : errors / n / 0.001;
          expect(burn).to.be.closeTo(expected, 1e-6 * Math.max(1, expected));
        },
      ),
    );
  });

  it("never acts on one failure at night, and does on ten (row 69)", async () => {
    const night = (errors: number) => seen({ requests: 30, errors });
    expect(fires(available, "page-fast", night(1))).to.equal(false);
    expect(fires(available, "page-fast", night(9))).to.equal(false);
    expect(fires(available, "page-fast", night(10), seen({ requests: 2, errors: 1 }))).to.equal(true);
    const small = await sloAlarms(availability, 20 / 3600); // 20 an hour: ten are half of them
    expect(fires(small, "page-fast", seen({ requests: 20, errors: 10 }))).to.equal(true);
    const rare = await sloAlarms(availability, 6 / 3600);
    expect(fires(rare, "page-fast", seen({ requests: 6, errors: 2 }))).to.equal(false);
    expect(fires(rare, "page-fast", seen({ requests: 6, errors: 3 }))).to.equal(true);
  });

  it("R-8: takes silence for good; no traffic is no fault", () => {
    const alarms = ofType(available, METRIC);
    expect(new Set(alarms.map(({ inputs }) => inputs.treatMissingData))).to.deep.equal(
      new Set(["notBreaching"]),
    );
    expect(evaluated(asked(available, "cart-page-fast-long"), {})).to.equal(0);
    expect(evaluated(asked(inTime, "cart-page-fast-long"), {})).to.equal(0);
  });

  it("offers a release one metric alarm over five minutes to roll back on (row 78)", () => {
    const rollback = asked(available, "cart-rollback");
    expect(rollback).to.deep.include({ threshold: 14.4, alarmActions: [later("notify-ticket.arn")] });
    expect(evaluated(rollback, seen({ requests: 10_000, errors: 150 }))).to.be.closeTo(15, 1e-9);
    expect(evaluated(rollback, seen({ requests: 10, errors: 3 }))).to.equal(0);
  });

  it("CW-21, CW-28: keeps within CloudWatch's ten metrics and the provider's 1,024 characters", () => {
    for (const { name, inputs } of [...available, ...inTime].filter(({ type }) => type === METRIC)) {
      const queries = inputs.metricQueries as { expression?: string; metric?: { period: number } }[];
      expect(queries.length, name).to.be.at.most(10);
      for (const { expression = "", metric } of queries) {
        expect(expression.length).to.be.at.most(1024);
        if (metric) expect(metric.period % 60).to.equal(0);
        if (metric) expect(metric.period).to.be.at.most(7 * DAY);
      }
      expect(queries.filter((query) => "returnData" in query && query.returnData)).to.have.length(1);
    }
  });
});
