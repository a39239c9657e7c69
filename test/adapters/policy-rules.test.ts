import { expect } from "chai";
import { isBadInput } from "../../adapters/bad-input.ts";
import { declaredServices } from "../../adapters/declaration.ts";
import type { Trace } from "../../policy/trace.ts";

/** A declaration of one service whose history lasts so many hours. */
function declared(policies: unknown, more: object = {}, hours = 48) {
  const history: Trace = { start: 0, step: 60, rates: new Array(60 * hours).fill(20) };
  const cart = {
    compute: { type: "fargate", cpu: 512, memory: 1024 },
    slos: [{ name: "latency", threshold: "1 s", objective: "99 %" }],
    capacity: { serviceTime: { mean: "200 ms", cv: 0.7 }, concurrency: 2, maxWait: "5 s", startup: "75 s" },
    demand: { history: "shop.csv" },
    policies,
    ...more,
  };
  return declaredServices({ services: { cart } }, "services.yaml", () => history)[0]!.service;
}

function refusal(...args: Parameters<typeof declared>): string {
  try {
    declared(...args);
  } catch (error) {
    if (isBadInput(error)) return error.message;
    throw error;
  }
  return "accepted";
}

const ec2 = { compute: { type: "ec2", instanceType: "m5.large" } };
const capacity = {
  serviceTime: { mean: "200 ms", cv: 0.7 },
  concurrency: 2,
  maxWait: "5 s",
  startup: "75 s",
};

describe("policies in a declaration", () => {
  it("are read as they are, and absent where nothing is declared", () => {
    const policies = { metric: "cpuUtilization", predictive: "forecastOnly", highResolution: true };
    expect(declared(policies).policies).to.deep.equal(policies);
    expect(declared({ metric: "requestRatePerTask" }).policies).to.deep.equal({
      metric: "requestRatePerTask",
    });
    expect(declared({ predictive: "forecastAndScale" }, ec2, 24).policies).to.deep.equal({
      predictive: "forecastAndScale",
    });
  });

  const refused: readonly [string, Parameters<typeof declared>, RegExp][] = [
    ["no map", ["cpu"], /policies is "cpu"; it must be a map such as/],
    [
      "an unknown metric",
      [{ metric: "memory" }],
      /metric is "memory"; it must be requestRatePerTask or cpuUtil/,
    ],
    [
      "an unknown mode",
      [{ predictive: true }],
      /predictive is true; it must be forecastOnly or forecastAndScale/,
    ],
    ["an unknown member", [{ metrics: "cpuUtilization" }], /`metrics` is unknown; did you mean `metric`/],
    [
      "highResolution as a text",
      [{ highResolution: "yes" }],
      /highResolution is "yes"; it must be true or false/,
    ],
    ["highResolution on requests", [{ highResolution: true }], /only CPU has datapoints every 20 s/],
    [
      "highResolution on instances",
      [{ metric: "cpuUtilization", highResolution: true }, ec2],
      /only ECS services have it/,
    ],
    [
      "a forecast of a peak",
      [{ predictive: "forecastOnly" }, { demand: { peak: "40 /s" } }],
      /at least 24 h of history, and demand is a peak/,
    ],
    ["a forecast of a short history", [{ predictive: "forecastOnly" }, {}, 23], /and there are 23 h/],
    [
      "CPU where a declared CPU time says that it is not as busy as the slots",
      [{ metric: "cpuUtilization" }, { capacity: { ...capacity, cpuTime: "10 ms" } }],
      /makes it 0\.2 times as busy \(0\.01 s ÷ 0\.5 vCPU, against 0\.2 s ÷ 2 slots\)/,
    ],
  ];
  for (const [title, args, why] of refused)
    it(`are refused: ${title}`, () => {
      expect(refusal(...args)).to.match(why);
    });

  it("take CPU where a declared CPU time agrees with the slots", () => {
    expect(refusal({ metric: "cpuUtilization" }, { capacity: { ...capacity, cpuTime: "50 ms" } })).to.equal(
      "accepted",
    );
  });

  it("name every fault at once", () => {
    const all = refusal({ highResolution: true, predictive: "forecastOnly" }, { demand: { peak: "40 /s" } });
    expect(all)
      .to.match(/highResolution/)
      .and.match(/predictive/);
  });
});
