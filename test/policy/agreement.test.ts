import { existsSync } from "node:fs";
import { expect } from "chai";
import { readTrace } from "../../adapters/trace-csv.ts";
import { awsAutoscaler } from "../../policy/autoscaler.ts";
import { initialTasks, judged } from "../../policy/backtest.ts";
import { thresholdsOf } from "../../policy/demand-curve.ts";
import { byMinute, section } from "../../policy/minutes.ts";
import { scalingPlan } from "../../policy/plan.ts";
import { type Plant, replay } from "../../policy/replay.ts";
import { scaled } from "../../policy/scaled.ts";
import type { Service, TaskProfile } from "../../policy/service.ts";
import { steadyPlant } from "../../policy/steady-plant.ts";
import type { Trace } from "../../policy/trace.ts";
import { CART } from "../support/services.ts";
import { requestPlant, seededRandom } from "../support/simulate.ts";
import { habitual } from "../support/synthetic.ts";

/** Minutes that a plan is judged on, after its history. */
const WINDOW = 2 * 1440;

/** How far the model may be from serving every request: the share of good requests, and task-hours as a ratio. */
const [SHARE, HOURS] = [0.003, 0.02];

interface Kind {
  readonly capacity: TaskProfile;
  readonly threshold: number;
  readonly objective: number;
  /** Requests a second on average: some millions a window, so that a test is served within seconds. */
  readonly mean: number;
}

const SHOP: Kind = {
  capacity: { serviceTime: { mean: 0.2, cv: 0.7 }, concurrency: 2, maxWait: 5, startup: 75 },
  threshold: 1,
  objective: 0.99,
  mean: 50,
};
const SLOW: Kind = {
  capacity: { serviceTime: { mean: 0.5, cv: 1 }, concurrency: 8, maxWait: 5, startup: 240 },
  threshold: 2.5,
  objective: 0.985,
  mean: 70,
};
const SINGLE: Kind = {
  capacity: { serviceTime: { mean: 0.05, cv: 0.5 }, concurrency: 1, maxWait: 1, startup: 45 },
  threshold: 0.3,
  objective: 0.995,
  mean: 80,
};

const calm = () => habitual({ days: 5, level: 1, swing: 0.6, bursts: 0, height: 1, seed: 1 });
const surging = () => habitual({ days: 5, level: 1, swing: 0.4, bursts: 5, height: 3, seed: 2 });

/** A case: its traffic, the days of history before the window, and the day that the history begins. */
const CASES: readonly (readonly [string, Kind, string | (() => Trace), number, number])[] = [
  ["2 slots of 200 ms behind a load balancer's traffic", SHOP, "traces/nab-elb-apr2014-5min.csv", 7, 2],
  [
    "8 slots of 500 ms that start in 4 min, on a web server's traffic",
    SLOW,
    "traces/nasa-ksc-jul1995-1min.csv",
    7,
    8,
  ],
  ["1 slot of 50 ms, on a web server's traffic", SINGLE, "traces/nasa-ksc-jul1995-1min.csv", 5, 15],
  ["2 slots of 200 ms, on an encyclopedia's traffic", SHOP, "traces/wikipedia-en-jan2016-1h.csv", 10, 4],
  ["2 slots of 200 ms, on a web server's traffic", SHOP, "traces/nasa-ksc-jul1995-1min.csv", 7, 10],
  [
    "8 slots of 500 ms that start in 4 min, on an encyclopedia's traffic",
    SLOW,
    "traces/wikipedia-en-jan2016-1h.csv",
    10,
    4,
  ],
  ["1 slot of 50 ms behind a load balancer's traffic", SINGLE, "traces/nab-elb-apr2014-5min.csv", 7, 2],
  ["2 slots of 200 ms, on days that only swing", SHOP, calm, 3, 0],
  ["8 slots of 500 ms that start in 4 min, on traffic that surges threefold", SLOW, surging, 3, 0],
  ["1 slot of 50 ms, on traffic that surges threefold", SINGLE, surging, 3, 0],
  [
    "2 slots of 200 ms, on a football championship's traffic",
    SHOP,
    "../shared/traces/worldcup98_1min_jun08_jun28.csv",
    5,
    3,
  ],
];

describe("a plan's back-test beside every request served", () => {
  // The championship's traffic may not ship: it is judged where it lies beside the project.
  const present = CASES.filter(([, , source]) => typeof source !== "string" || existsSync(source));

  for (const [title, kind, source, days, from] of present)
    it(`agrees for ${title}`, () => {
      const minutes = byMinute(typeof source === "string" ? readTrace(source).trace : source());
      const part = section(minutes, from * 1440, days * 1440 + WINDOW);
      expect(part.rates.length).to.equal(days * 1440 + WINDOW);
      const traffic = scaled(part, (kind.mean * part.rates.length) / part.rates.reduce((a, b) => a + b, 0));
      const service = serviceOf(kind, section(traffic, 0, days * 1440));
      const window = section(traffic, days * 1440, WINDOW);
      const { controls } = scalingPlan(service);
      const run = (plant: Plant) => {
        const initial = initialTasks(service, window, controls.min, controls.max);
        return judged(
          service,
          replay(awsAutoscaler(controls), plant, window, kind.capacity.startup, initial),
        );
      };
      const model = run(steadyPlant(service));
      const real = run(requestPlant(kind.capacity, thresholdsOf(service), seededRandom(1)));
      const [expected, found] = [model, real].map(({ outcomes }) => outcomes[0]!);
      expect(expected!.goodShare).to.be.closeTo(found!.goodShare, SHARE);
      expect(expected!.met).to.equal(found!.met);
      expect(model.taskHours / real.taskHours).to.be.within(1 - HOURS, 1 + HOURS);
    });
});

function serviceOf({ capacity, threshold, objective }: Kind, trace: Trace): Service {
  const slo = { kind: "latency", name: "latency", threshold, objective, window: 28 * 86_400 } as const;
  return { ...CART, slos: [slo], capacity, demand: { kind: "history", trace, growth: 0 } };
}
