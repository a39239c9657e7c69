import { expect } from "chai";
import { type Calibration, type CalibrationResult, calibration } from "../../policy/calibration.ts";
import type { Observation } from "../../policy/observation.ts";
import type { TaskProfile } from "../../policy/service.ts";
import { modeled, off, row, simulated } from "../support/measurements.ts";
import { seededRandom } from "../support/simulate.ts";

const UNKNOWN = { maxWait: 60, concurrency: null };

function profileOf(concurrency: number, mean: number, cv: number): TaskProfile {
  return { serviceTime: { mean, cv }, concurrency, maxWait: 60, startup: 0 };
}

function fitted(result: CalibrationResult): Calibration {
  if (result.kind === "refused") throw new Error(result.reasons.join("; "));
  return result.calibration;
}

function reasons(result: CalibrationResult): string {
  return result.kind === "refused" ? result.reasons.join("; ") : "calibrated";
}

/** The rows with one figure left in each. */
function only(figure: number, rows: readonly Observation[]): readonly Observation[] {
  return rows.map((each) => ({ ...each, responses: each.responses.filter(({ of }) => of === figure) }));
}

const CART = profileOf(2, 0.2, 0.7);
const UP_TO_SATURATION = [0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95];
const measured = modeled(CART, UP_TO_SATURATION, 0.02);

describe("calibration", () => {
  for (const [concurrency, mean, cv] of [
    [1, 0.01, 1.5],
    [2, 0.2, 0.7],
    [8, 0.05, 1.2],
  ] as const)
    it(`finds ${concurrency} slots of ${mean} s, cv ${cv}, again in what the model says of them`, () => {
      const found = fitted(calibration(modeled(profileOf(concurrency, mean, cv), UP_TO_SATURATION), UNKNOWN));
      expect(found.concurrency).to.deep.equal({ value: concurrency, low: concurrency, high: concurrency });
      expect(off(found.mean.value, mean)).to.be.below(1e-4);
      expect(off(found.cv.value, cv)).to.be.below(1e-3);
      expect(found.residual).to.be.below(1e-4);
    });

  // The model is an approximation; these are its errors against requests served one by one.
  for (const [tasks, concurrency, mean, cv] of [
    [4, 2, 0.2, 0.7],
    [3, 8, 0.05, 1.2],
    [2, 1, 0.02, 0.5],
  ] as const)
    it(`measures ${tasks} simulated tasks with ${concurrency} slots of ${mean} s, cv ${cv}`, () => {
      const rows = simulated(profileOf(concurrency, mean, cv), tasks, [0.2, 0.4, 0.6, 0.7, 0.8, 0.9], 40_000);
      const found = fitted(calibration(rows, UNKNOWN));
      expect(found.concurrency.value).to.equal(concurrency);
      expect(off(found.mean.value, mean)).to.be.below(0.03);
      expect(off(found.cv.value, cv)).to.be.below(0.15);
      expect(off(found.saturation, concurrency / mean)).to.be.below(0.03);
      expect(found.residual).to.be.below(0.07);
      expect(found.arrivals).to.equal("random");
    });

  for (const [tasks, concurrency, mean, cv] of [
    [1, 1, 0.05, 0.5],
    [1, 2, 0.1, 0.7],
    [3, 8, 0.1, 0.5],
  ] as const)
    it(`sees that a load generator spaced its requests evenly, ${tasks} task(s) with ${concurrency} slots`, () => {
      const profile = profileOf(concurrency, mean, cv);
      const rows = simulated(profile, tasks, [0.2, 0.4, 0.6, 0.8, 0.9, 0.95], 40_000, "even");
      const known = { maxWait: 60, concurrency };
      const found = fitted(calibration(rows, known));
      expect(found.arrivals).to.equal("even");
      expect(found.notes.join()).to.match(/evenly spaced/);
      expect(off(found.saturation, concurrency / mean)).to.be.below(0.02);
      // Taken for random ones they would promise more than there is.
      const { saturation } = calibration(rows, { ...known, arrivals: "random" }).calibration!;
      expect(saturation).to.be.above((1.03 * concurrency) / mean);
      const told = fitted(calibration(rows, { ...known, arrivals: "even" }));
      expect(told.saturation).to.equal(found.saturation);
      expect(told.notes.join()).not.to.match(/evenly spaced/);
    });

  it("finds the slots of a task whose requests came evenly spaced", () => {
    const rows = simulated(CART, 1, [0.2, 0.4, 0.6, 0.8, 0.9, 0.95], 40_000, "even");
    const found = fitted(calibration(rows, UNKNOWN));
    expect(found.arrivals).to.equal("even");
    expect(found.concurrency.value).to.equal(2);
  });

  it("says where a small table does not tell how its requests were sent, and what that makes of the capacity", () => {
    const known = { maxWait: 60, concurrency: 2 };
    const rows = simulated(CART, 1, [0.3, 0.5, 0.7, 0.85], 2000, "even");
    const { arrivals, notes, saturation } = fitted(calibration(rows, known));
    expect(arrivals).to.equal("random");
    const [, evenly, full] =
      /do not tell whether .* at ([\d.]+) \/s a task, not ([\d.]+)\. Say `arrivals: even` or `random`/.exec(
        notes.join("; "),
      )!;
    expect(off(Number(full), saturation)).to.be.below(0.01);
    const told = fitted(calibration(rows, { ...known, arrivals: "even" }));
    expect(off(Number(evenly), told.saturation)).to.be.below(0.01);
    expect(told.notes.join()).not.to.match(/do not tell/);
  });

  it("takes users' traffic for random, whatever it looks like", () => {
    const rows = simulated(CART, 1, [0.2, 0.4, 0.6, 0.8, 0.9], 40_000, "even");
    expect(calibration(rows, { ...UNKNOWN, live: true }).calibration!.arrivals).to.equal("random");
  });

  it("holds the truth in its 95 % intervals for most noises", () => {
    const known = { maxWait: 60, concurrency: 2 };
    const held = Array.from({ length: 30 }, (_, seed) => {
      const { mean, cv } = fitted(calibration(modeled(CART, UP_TO_SATURATION, 0.05, seed + 1), known));
      return [mean.low <= 0.2 && 0.2 <= mean.high, cv.low <= 0.7 && 0.7 <= cv.high];
    }).flat();
    expect(held.filter(Boolean).length).to.be.at.least(54); // of 60: 95 % less twice the standard deviation
  });

  it("holds the truth close to full load, where a percent more or fewer arrivals are a tenth more time", () => {
    const loads = [0.2, 0.4, 0.6, 0.8, 0.9, 0.97];
    const random = seededRandom(1);
    const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()); // Box & Muller 1958
    const held = Array.from({ length: 20 }, (_, seed) => {
      const offered = loads.map((load) => load * Math.exp(0.01 * normal()));
      const rows = modeled(CART, offered, 0.01, seed + 1).map(({ responses }, i) =>
        row(10 * loads[i]!, { responses }),
      );
      const { mean } = calibration(rows, { maxWait: 60, concurrency: 2 }).calibration!; // believed or not
      return mean.low <= 0.2 && 0.2 <= mean.high;
    });
    expect(held.filter(Boolean).length).to.be.at.least(17); // of 20: 95 % less twice the standard deviation
  });

  it("takes a concurrency that is known, and then needs no saturation", () => {
    const idle = modeled(CART, [0.1, 0.2, 0.3], 0.01);
    const { mean, concurrency } = fitted(calibration(idle, { maxWait: 60, concurrency: 2 }));
    expect(off(mean.value, 0.2)).to.be.below(0.02);
    expect(concurrency).to.deep.equal({ value: 2, low: 2, high: 2 });
  });

  it("finds a profile whose concurrency is known in p99 alone, from far beyond what p99 says of the mean", () => {
    const wide = profileOf(4, 0.1, 0.8);
    const found = fitted(
      calibration(only(0.99, modeled(wide, UP_TO_SATURATION, 0.01)), { maxWait: 60, concurrency: 4 }),
    );
    expect(off(found.mean.value, 0.1)).to.be.below(0.03);
    expect(off(found.cv.value, 0.8)).to.be.below(0.05);
  });

  it("needs no median: p90 and p99 do", () => {
    const tails = modeled(profileOf(4, 0.1, 0.8), UP_TO_SATURATION).map((each) => ({
      ...each,
      responses: each.responses.filter(({ of }) => of !== 0.5),
    }));
    const found = fitted(calibration(tails, UNKNOWN));
    expect(found.concurrency.value).to.equal(4);
    expect(off(found.mean.value, 0.1)).to.be.below(1e-3);
  });

  it("gives the same answer whatever the order of the rows", () => {
    const answers = [measured, measured.toReversed()].map((rows) => fitted(calibration(rows, UNKNOWN)));
    expect(off(answers[0]!.mean.value, answers[1]!.mean.value)).to.be.below(1e-4);
  });

  it("fits thousands of rows by groups of like load", () => {
    const noisy = Array.from({ length: 40 }, (_, seed) =>
      modeled(CART, UP_TO_SATURATION, 0.2, seed + 1),
    ).flat();
    const { rows, mean, concurrency } = fitted(calibration(noisy, UNKNOWN));
    expect(rows).to.have.lengthOf(16);
    expect(concurrency.value).to.equal(2);
    expect(off(mean.value, 0.2)).to.be.below(0.05);
  });

  it("leaves out one figure that is far off, and says so", () => {
    const rows = modeled(CART, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9], 0.02);
    const { responses } = rows[4]!;
    const hiccup = [...responses.slice(0, 2), { of: 0.99, time: 30 * responses[2]!.time }];
    const { mean, notes } = fitted(calibration(rows.with(4, { ...rows[4]!, responses: hiccup }), UNKNOWN));
    expect(off(mean.value, 0.2)).to.be.below(0.03);
    expect(notes.join()).to.match(/^5 \/s: p99 of [\d.]+ s is left out as an outlier/);
  });

  it("takes a task whose CPU was measured a little above all that there is, as samples do", () => {
    const busy = measured.map((each, i) => ({ ...each, cpu: 0.144 * (i + 1) }));
    expect(busy.at(-1)!.cpu).to.be.closeTo(1.008, 1e-9);
    expect(reasons(calibration(busy, UNKNOWN))).to.equal("calibrated");
  });

  it("LT-3 takes rows past saturation for the limit, with a warning", () => {
    const below = modeled(CART, [0.1, 0.2, 0.3, 0.5], 0.02);
    const past = row(14, { throughput: 10, responses: [{ of: 0.5, time: 20 }] });
    const { concurrency, notes, rows } = fitted(calibration([...below, past], UNKNOWN));
    expect(concurrency).to.deep.equal({ value: 2, low: 2, high: 2 });
    expect(notes.join()).to.match(/1 row is past saturation.*below 97 % of offered.*14 \/s/);
    expect(rows.map(({ use }) => use)).to.deep.equal(["fit", "fit", "fit", "fit", "limit"]);
  });

  it("says that the limit of a wide task is inferred where no row is past saturation, and measures it where one is", () => {
    const wide = profileOf(32, 0.1, 1);
    const below = simulated(wide, 2, [0.2, 0.4, 0.6, 0.7, 0.8, 0.9], 60_000);
    const inferred = calibration(below, UNKNOWN);
    expect(fitted(inferred).notes.join()).to.match(
      /no row is past saturation: the limit .* may be 3 % too high/,
    );
    const [past] = simulated(wide, 2, [1.2], 60_000);
    const limit = { ...past!, throughput: (past!.cpu! * 2 * 32) / 0.1 }; // as many as the slots were busy with
    const { concurrency, saturation, notes } = fitted(calibration([...below, limit], UNKNOWN));
    expect(concurrency.value).to.equal(32);
    expect(off(saturation, 320)).to.be.below(0.01);
    expect(notes.join()).to.not.include("no row is past saturation");
  });

  it("writes rates as people do, those of quick services, too", () => {
    const { notes } = fitted(calibration(modeled(profileOf(8, 0.0005, 0.7), UP_TO_SATURATION), UNKNOWN));
    expect(notes.join()).to.include("the limit of 16000 /s a task");
  });

  it("takes a failure in ten thousand of users' requests, which a busy service has in every minute, for no failing service", () => {
    const busy = measured.map((each) => ({ ...each, errors: 1e-4 }));
    expect(fitted(calibration(busy, { ...UNKNOWN, live: true })).concurrency.value).to.equal(2);
    expect(calibration(busy, UNKNOWN).kind).to.equal("refused"); // LT-5: a load test has no clients that hang up
  });

  it("leaves out, and says so, what a few timeouts made of a mean and of the percentiles at the very end", () => {
    const timedOut = measured.map((each, i) => {
      const [median, p90, p99] = each.responses;
      const errors = i === 2 || i === 4 ? 0.005 : 0;
      const mean = { of: "mean", time: median!.time * Math.exp(0.7 ** 2 / 2) + 60 * errors } as const; // a log-normal's
      const last = errors > 0 ? { of: 0.99, time: 30 } : p99!; // half of those beyond p99 failed, after 60 s
      return { ...each, errors, responses: [mean, median!, p90!, last] };
    });
    const { mean, notes } = fitted(calibration(timedOut.slice(0, 6), { maxWait: 60, concurrency: 2 }));
    expect(off(mean.value, 0.2)).to.be.below(0.03);
    expect(notes.join()).to.match(
      /mean, p99 of 5 \/s, 8 \/s are left out: failed requests, up to 0\.5 %, may have decided them/,
    );
  });

  it("says nothing of the figures of rows past saturation, which are not fitted, whatever failed there", () => {
    const limit = row(20, { throughput: 10, errors: 0.005, responses: [{ of: 0.99, time: 5 }] });
    const { notes } = fitted(calibration([...measured, limit], { maxWait: 60, concurrency: 2 }));
    expect(notes.join())
      .to.include("1 row is past saturation")
      .and.not.match(/failed requests/);
  });

  it("leaves out a row past saturation most of whose answers are failures: they are quick, and no limit", () => {
    const below = modeled(CART, [0.1, 0.3, 0.5, 0.7, 0.9], 0.02);
    const shedding = row(20, { throughput: 19, errors: 0.5, responses: [{ of: 0.5, time: 0.02 }] });
    const { concurrency, notes, rows } = fitted(calibration([...below, shedding], UNKNOWN));
    expect(concurrency.value).to.equal(2);
    expect(rows.map(({ use }) => use)).to.deep.equal(["fit", "fit", "fit", "fit", "fit"]);
    expect(notes.join()).to.match(/1 row is left out: more than 1 % of the requests failed: 20 \/s/);
  });

  it("LT-4 warns that latency falls as the rate rises, and how to leave the warm-up out", () => {
    const [first, ...rest] = measured;
    const cold = { ...first!, responses: first!.responses.map(({ of, time }) => ({ of, time: 1.3 * time })) };
    expect(fitted(calibration([cold, ...rest], { maxWait: 60, concurrency: 2 })).notes.join()).to.match(
      /latency falls as the rate rises after 1 \/s.*`warmup: 1`/,
    );
  });

  it("LT-4 warns of no fall from more tasks, which hold each other up, to fewer, but of one the other way", () => {
    const slower = (tasks: number, factor: number) =>
      modeled(CART, [0.2, 0.5, 0.8]).map((each) => ({
        ...each,
        label: `${each.label} on ${tasks}`,
        tasks,
        arrivalRate: tasks * each.arrivalRate,
        throughput: tasks * each.throughput,
        responses: each.responses.map(({ of, time }) => ({ of, time: factor * time })),
      }));
    const noted = (one: number, eight: number) =>
      calibration([...slower(1, one), ...slower(8, eight)], { maxWait: 60, concurrency: 2 });
    expect(noted(1, 1.5).calibration!.notes.join()).not.to.include("falls as the rate rises");
    expect(noted(1.5, 1).calibration!.notes.join()).to.include("falls as the rate rises");
  });

  it("LT-4 warns of latency that falls little by little, too", () => {
    const warming = modeled(CART, [0.05, 0.1, 0.15, 0.2, 0.7, 0.9]).map((each, i) => {
      const cold = [1.4, 1.25, 1.12][i] ?? 1;
      return { ...each, responses: each.responses.map(({ of, time }) => ({ of, time: cold * time })) };
    });
    const { calibration: fit } = calibration(warming, { maxWait: 60, concurrency: 2 }); // believed or not
    expect(fit!.notes.join()).to.match(/falls as the rate rises after 0\.5 \/s, 1 \/s: .*`warmup: 2`/);
  });
});

describe("calibration is refused", () => {
  const failing = measured.map((each) => ({ ...each, errors: 0.003 }));
  const unlike = measured.map((each, i) => ({
    ...each,
    responses: each.responses.map(({ of, time }) => ({ of, time: time * (i % 2 === 0 ? 1.6 : 0.6) })),
  }));
  const cases: readonly [string, readonly Observation[], RegExp][] = [
    ["LT-1 with one rate", modeled(CART, [0.5, 0.5, 0.501]), /1 distinct rate.*at least 3.*below saturation/],
    [
      "LT-1 with nothing below saturation",
      [12, 14, 16].map((rate) => row(rate, { throughput: 10, responses: [{ of: 0.5, time: 20 }] })),
      /no row with a response time is below saturation/,
    ],
    ["LT-5 with errors at every rate", failing, /fail at every rate.*undefined/],
    [
      "with no figure that failed requests may not have decided, which is why",
      [...only(0.99, measured).map((each) => ({ ...each, errors: 0.005 })), row(20, { throughput: 10 })],
      /no row with a response time.*p99 of 1 \/s.* and 4 more are left out: failed requests, up to 0\.5 %/,
    ],
    [
      "LT-6 when the model misses by more than 20 %",
      unlike,
      /misses the response times by [\d.]+ %, most at p\d+ .*at most 20 %/,
    ],
    [
      "LT-6 when the limit measured is another than the response times say",
      [...modeled(CART, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9], 0.01), row(20, { throughput: 14 })],
      /20 \/s is past saturation at 14 \/s a task, where the response times of the others say 10(\.\d)?: /,
    ],
    [
      "LT-6 with more CPU than there is",
      measured.map((each, i) => ({ ...each, cpu: 0.2 * (i + 1) })),
      /CPU utilization reaches 140 %; a task has 100 %/,
    ],
    [
      "when nothing comes near saturation",
      modeled(CART, [0.02, 0.05, 0.1], 0.01),
      /nothing comes near saturation.*concurrency is not identifiable.*declare `concurrency`/,
    ],
    [
      "when one percentile alone is to tell mean, variation and concurrency",
      only(0.99, modeled(profileOf(4, 0.1, 0.8), UP_TO_SATURATION, 0.02)),
      /there is p99 alone: .*declare `concurrency`/,
    ],
    [
      "when means alone leave the variation open",
      modeled(CART, [0.1, 0.3, 0.5], 0.02).map((each) => ({
        ...each,
        responses: [{ of: "mean", time: 0.2 + each.arrivalRate / 1e4 }],
      })),
      /cv.*percentiles \(p50 and p99\) would tell/,
    ],
  ];
  for (const [title, rows, reason] of cases)
    it(title, () => {
      expect(reasons(calibration(rows, UNKNOWN))).to.match(reason);
    });

  it("with intervals that end where a service time can be sought", () => {
    const seconds = measured.map((each) => ({
      ...each,
      responses: each.responses.map(({ of, time }) => ({ of, time: time / 1000 })),
    }));
    const { mean, cv } = calibration([...seconds, row(15, { throughput: 10 })], UNKNOWN).calibration!;
    expect(mean.low).to.be.at.least(1e-6);
    expect(cv.low).to.be.at.least(0.01);
    expect(cv.high).to.be.at.most(10);
  });

  it("with all of its reasons, and the fit that is not believed", () => {
    const rows = unlike.map((each) => ({ ...each, cpu: 1.2 }));
    const result = calibration(rows, UNKNOWN);
    expect(result.kind === "refused" && result.reasons.length).to.be.at.least(3);
    expect(result.calibration).to.not.equal(null);
  });
});
