import { AssertionError, expect, use } from "chai";
import fc from "fast-check";
import { isBadInput } from "../../adapters/bad-input.ts";
import { backtest } from "../../policy/backtest.ts";
import { capacity, everySlo, type PlannedService, scaled } from "../../testing/index.ts";
import { folder } from "../cli/setpoint.ts";
import { available, bursty, CART, controlsOf, daily, flat } from "../support/services.ts";

use(capacity);

const fixed = (tasks: number, service = CART): PlannedService => ({
  service,
  controls: controlsOf({ min: tasks, max: tasks }),
  feasibility: { possible: true },
});

const TRACKING = {
  name: "requests",
  metric: "requestRatePerTask",
  setpoint: 6,
  disableScaleIn: false,
  scaleOutCooldown: 60,
  scaleInCooldown: 300,
} as const;

/** Ten tasks make 100 /s at most; 60 /s is easy for them, and 200 /s is not. */
const ten = fixed(10);
const quiet = flat(60, 120);

describe("capacity tests", () => {
  it("pass where the back-test meets the SLO, whichever way round the sentence is", () => {
    expect(backtest(CART, ten.controls, quiet).met).to.equal(true);
    expect(ten).to.meet("latency").on(quiet);
    expect(ten).on(quiet).to.meet("latency");
    expect(ten).to.meet(everySlo).on(quiet).and.cost.atMost(1000).and.peak.atMost(10);
    expect(ten).to.not.meet("latency").on(scaled(quiet, 4));
  });

  it("tell the SLO, its share and objective, the worst hour, capacity against need, and the cost", () => {
    const rates = flat(60, 300).rates.with(200, 300).with(201, 400);
    const surge = { ...flat(60, 300), rates };
    const { outcomes, dollarsPerMonth } = backtest(CART, ten.controls, surge);
    const message = failure(() => expect(ten).to.meet("latency").on(surge));
    expect(message).to.match(/^expected cart to meet latency on 2026-11-23 00:00 to 2026-11-23 05:00 UTC\n/);
    expect(message).to.include(
      `✗ ${(Math.floor(1e4 * outcomes[0]!.goodShare) / 100).toFixed(2)} % good within 1 s, 99 %`,
    );
    expect(message).to.match(/ \d+ % of the error budget spent \([\d,]+ of 1,114,800 requests were bad\)/);
    // 298 minutes at 60 /s, one at 300 /s and one at 400 /s, which the ten tasks cannot carry.
    expect(message).to.match(/worst hour +from 2026-11-23 0[23]:\d\d UTC: [\d,]+ of [\d,]+ requests bad/);
    expect(message).to.match(
      /at its worst, 03:21, 400 \/s met 10 tasks ready, the plan's ceiling; \d\d needed/,
    );
    expect(message).to.include(
      `cost        ${Math.round(dollarsPerMonth)} USD a month: 50 task-hours in 5 h`,
    );
  });

  it("say of which SLO the worst hour is, where there are several: each has other bad requests", () => {
    const overload = flat(200, 120);
    const both = { ...CART, slos: [...CART.slos, ...available(0.999).slos] };
    const [all, one] = [fixed(10, both), ten].map((planned) =>
      failure(() => expect(planned).to.meet(everySlo).on(overload)),
    );
    // Of twice what ten tasks serve half are refused: five hundred times the budget of availability, late all: a hundred times that of latency.
    expect(all).to.match(/worst hour +of availability, from 2026-11-23 0\d:\d\d UTC: /);
    expect(one).to.match(/worst hour +from 2026-11-23 0\d:\d\d UTC: /);
  });

  it("say that one alone is too slow where no number is enough, and add up what they cost", () => {
    const fast = { name: "fast", threshold: "500 ms", objective: "99.9 %" };
    expect(failure(() => expect(ten).to.meet(fast).on(quiet))).to.match(
      /no number is enough: even an idle one serves only 9\d\.\d+ % within 500 ms/,
    );
    const compute = { type: "ec2", instanceType: "t3.small", credits: "unlimited" } as const;
    const busy = fixed(10, { ...CART, compute, price: 0.0208 });
    const [, dollars, surplus] =
      /cost +([\d.]+) USD .* at 0\.0208 USD, and ([\d.]+) USD a month for surplus CPU credits/.exec(
        failure(() => expect(busy).to.cost.atMost(9).on(flat(90, 3000))),
      )!;
    expect(Number(dollars)).to.be.closeTo(10 * 0.0208 * 730 + Number(surplus), 1);
  });

  it("say what whoever reads them must know of the plan", () => {
    const noted = { ...ten, notes: ["it was made on a Monday"] };
    expect(failure(() => expect(noted).to.cost.atMost(1).on(quiet))).to.match(
      /\n {2}note: it was made on a Monday$/,
    );
  });

  it("name the file that the traffic comes from", () => {
    const file = `${folder({ "monday.csv": "timestamp,rps\n0,900\n60,900\n120,900\n" })}/monday.csv`;
    expect(failure(() => expect(ten).to.meet("latency").on(file))).to.include(
      `latency on ${file}, 1970-01-01 00:00`,
    );
  });

  it("point at the test's own line, with the test's own message before ours", () => {
    const error = caught(() => expect(ten, "Black Friday").to.meet("latency").on(scaled(quiet, 4)));
    expect(error.message).to.match(/^Black Friday: expected cart to meet latency/);
    expect(error.stack?.split("\n").find((line) => line.startsWith("    at "))).to.include(
      "capacity.test.ts",
    );
  });

  it("hold the cost to the cent, and the peak to the task", () => {
    const traffic = bursty();
    const plan = { ...ten, controls: controlsOf({ min: 8, max: 40, tracking: [TRACKING] }) };
    const { dollarsPerMonth, peakCapacity } = backtest(CART, plan.controls, traffic);
    expect(plan).to.cost.atMost(dollarsPerMonth).on(traffic);
    expect(plan).to.atMost(dollarsPerMonth).on(traffic);
    expect(plan).on(traffic).to.peak.atMost(peakCapacity);
    expect(
      failure(() =>
        expect(plan)
          .to.cost.atMost(dollarsPerMonth - 0.01)
          .on(traffic),
      ),
    ).to.match(/to cost at most \d+/);
    const peak = failure(() =>
      expect(plan)
        .on(traffic)
        .to.peak.atMost(peakCapacity - 1),
    );
    expect(peak).to.match(
      new RegExp(`peak +${peakCapacity} tasks, \\d+ of them starting, at 2026-11-23 \\d\\d:\\d\\d UTC for`),
    );
    expect(failure(() => expect(plan).to.not.cost.atMost(dollarsPerMonth).on(traffic))).to.include(
      "expected cart not to cost",
    );
  });

  it("with a zone lost serve with what the other zones hold: twelve tasks on three zones as eight", () => {
    const traffic = daily(1, 65);
    const eight = backtest(CART, fixed(8).controls, traffic);
    const message = failure(() => expect(fixed(12)).to.not.survive({ zones: 3, survive: 1 }).on(traffic));
    expect(eight.met).to.equal(true);
    expect(message).to.include("with 1 of 3 zones lost");
    expect(message).to.include(
      `✓ ${(Math.floor(1e4 * eight.outcomes[0]!.goodShare) / 100).toFixed(2)} % good`,
    );
    expect(fixed(6)).to.not.survive({ zones: 3, survive: 1 }).on(traffic);
  });

  it("lose the fullest zones and no more: of four tasks on three zones one is left when two are lost", () => {
    const light = flat(5, 120);
    expect(backtest(CART, fixed(1).controls, light).met).to.equal(true);
    expect(fixed(4)).to.survive({ zones: 3, survive: 2 }).on(light);
    expect(fixed(2)).to.not.survive({ zones: 3, survive: 2 }).on(light);
    const roomy = { ...fixed(2), controls: controlsOf({ min: 2, max: 40 }) }; // which nothing fills
    expect(roomy).to.not.survive({ zones: 3, survive: 2 }).on(light);
    expect(roomy).to.peak.atMost(2).on(light);
  });

  it("with more zones lost serve no better", () => {
    const holds = (tasks: number, zones: number, survive: number) => {
      try {
        expect(fixed(tasks)).to.survive({ zones, survive }).on(quiet);
        return true;
      } catch (error) {
        if (error instanceof AssertionError) return false;
        throw error;
      }
    };
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 40 }), fc.integer({ min: 3, max: 6 }), (tasks, zones) => {
        if (holds(tasks, zones, 2)) expect(holds(tasks, zones, 1)).to.equal(true);
      }),
      { numRuns: 30 },
    );
  });

  it("take the zones from the declaration, and ask for them where it has none", () => {
    const threeZones = fixed(12, { ...CART, resilience: { zones: 3, survive: 1 } });
    expect(threeZones).to.survive(1).on(quiet);
    expect(refusal(() => expect(ten).to.survive(1).on(quiet))).to.match(
      /resilience is missing.*\{ zones: 3, survive: 1 \}/,
    );
    expect(refusal(() => expect(threeZones).to.survive(3).on(quiet))).to.match(
      /3 of 3 zones.*from 1 to one less/,
    );
  });

  it("take an SLO of the test's own, as a declaration writes it, and name all its faults", () => {
    expect(ten).to.meet({ name: "lax", threshold: "3 s", objective: "90 %" }).on(quiet);
    expect(
      failure(() =>
        expect(ten).to.meet({ name: "strict", threshold: "300 ms", objective: "99.9 %" }).on(quiet),
      ),
    ).to.match(/to meet strict .*\n +strict +✗ .*within 300 ms, 99\.9 % promised.*\n.*no number is enough/);
    const wrong = { name: "own", threshold: "1 parsec", objective: "110 %" };
    expect(refusal(() => expect(ten).to.meet(wrong).on(quiet))).to.match(
      /^slo\.threshold: .*\nslo\.objective: /,
    );
  });

  const refused: [string, () => unknown, RegExp][] = [
    ["an SLO that is not declared", () => expect(ten).to.meet("latensy").on(quiet), /did you mean `latency`/],
    [
      "a file that is not there",
      () => expect(ten).to.meet("latency").on("no.csv"),
      /no\.csv: there is no such file/,
    ],
    [
      "no traffic",
      () =>
        expect(ten)
          .to.meet("latency")
          .on(undefined as never),
      /traffic is missing; .*monday\.csv/,
    ],
    [
      "a limit in words",
      () =>
        expect(ten)
          .to.cost.atMost("9 USD" as never)
          .on(quiet),
      /limit is "9 USD"; .*number of US/,
    ],
    [
      "no SLO",
      () =>
        expect(ten)
          .to.meet(undefined as never)
          .on(quiet),
      /SLO is missing; .*\.meet\("latency"\)/,
    ],
    [
      "a trace that nobody has awaited",
      () =>
        expect(ten)
          .to.meet("latency")
          .on(Promise.resolve(quiet) as never),
      /the traffic is a promise, which nobody has awaited; it must be a CSV file's name or a trace/,
    ],
    ["a trace of nothing", () => expect(ten).to.meet("latency").on(flat(1, 0)), /no request in it/],
    [
      "no zones",
      () =>
        expect(ten)
          .to.survive(undefined as never)
          .on(quiet),
      /survive: the zones lost are missing; .*survive\(1\)/,
    ],
    [
      "zones without a number",
      () =>
        expect(ten)
          .to.survive({} as never)
          .on(quiet),
      /survive: missing of missing zones are lost; .*survive\(\{ zones: 3, survive: 1 \}\)/,
    ],
    [
      "an SLO of no kind",
      () =>
        expect(ten)
          .to.meet({ kind: "latncy", name: "fast", objective: 0.99 } as never)
          .on(quiet),
      /kind is "latncy"; it must be latency or availability/,
    ],
    [
      "traffic from elsewhere",
      () => expect(ten).to.meet("latency").on(new URL("https://example.com/monday.csv")),
      /file: its name is "https:\/\/example\.com\/monday\.csv"; it must be a path or the URL of a file/,
    ],
    [
      "traffic below zero",
      () =>
        expect(ten)
          .to.meet("latency")
          .on({ ...quiet, rates: [60, -5] }),
      /rates\[1\] is -5/,
    ],
    [
      "traffic without a step",
      () =>
        expect(ten)
          .to.meet("latency")
          .on({ start: 0, rates: [60] } as never),
      /step is missing; .*1 to 3600 seconds/,
    ],
    ["no limit", () => expect(ten).on(quiet).to.peak.atMost(Number.NaN), /limit is NaN; .*number of tasks/],
  ];
  it("take an SLO in the engine's form, with ratios and seconds, and name all its faults", () => {
    const slo = { kind: "latency", name: "fast", threshold: 1, objective: 0.99, window: 86_400 } as const;
    expect(ten).to.meet(slo).on(quiet);
    expect(
      refusal(() =>
        expect(ten)
          .to.meet({ ...slo, objective: 99, threshold: 0 })
          .on(quiet),
      ),
    ).to.match(/objective is 99; it must be a ratio .*\n.*threshold is 0; it must be seconds above 0/);
  });

  it("spend nothing of a budget, and not 5.7e-8 % of it, where no whole request is bad", () => {
    const slo = { kind: "availability", name: "up", objective: 0.999, window: 86_400 } as const;
    expect(failure(() => expect(ten).to.not.meet(slo).on(flat(50, 60)))).to.include(
      ": 0 % of the error budget",
    );
  });

  for (const [what, sentence, why] of refused)
    it(`refuse ${what}, and say what would be right`, () => {
      expect(refusal(sentence)).to.match(why);
    });

  it("refuse to judge what is no plan", () => {
    const sentences = [
      () => expect(42).to.meet("latency"),
      () => expect({}).on(quiet),
      () => expect(null).to.be.feasible,
      () => expect({ ...ten, service: "cart" }).to.be.feasible, // as the JSON of a plan has it
    ];
    for (const sentence of sentences)
      expect(failure(sentence)).to.match(/expected a planned service, such as planOf/);
  });

  it("say what stands in the way of a plan that is not feasible, with every way out", () => {
    const obstacles = [
      { why: "the peak needs 40 tasks, and max is 10", waysOut: ["max of at least 40", "a faster task"] },
    ];
    const plan: PlannedService = { ...ten, feasibility: { possible: false, obstacles } };
    expect(ten).to.be.feasible;
    expect(plan).to.not.be.feasible;
    expect(failure(() => expect(plan).to.be.feasible)).to.equal(
      "expected cart to be able to keep its promises\n  the peak needs 40 tasks, and max is 10\n    way out: max of at least 40\n    way out: a faster task",
    );
  });
});

function caught(sentence: () => unknown): Error {
  try {
    sentence();
  } catch (error) {
    return error as Error;
  }
  throw new Error("it was asserted, and should have failed");
}

function failure(sentence: () => unknown): string {
  const error = caught(sentence);
  expect(error).to.be.instanceOf(AssertionError);
  return error.message;
}

function refusal(sentence: () => unknown): string {
  const error = caught(sentence);
  expect(isBadInput(error), String(error)).to.equal(true);
  return error.message;
}
