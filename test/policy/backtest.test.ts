import { expect } from "chai";
import { awsAutoscaler } from "../../policy/autoscaler.ts";
import { backtest, backtestOf, initialTasks, judged } from "../../policy/backtest.ts";
import { comparison, cpuTracking } from "../../policy/comparison.ts";
import { tasksNeeded, thresholdsOf } from "../../policy/demand-curve.ts";
import { replay } from "../../policy/replay.ts";
import { poolOf, steadyPlant } from "../../policy/steady-plant.ts";
import { steadyState } from "../../policy/steady-state.ts";
import { available, bursty, CART, controlsOf, flat, promising } from "../support/services.ts";
import { requestPlant, seededRandom } from "../support/simulate.ts";

const fixed = (tasks: number) => controlsOf({ min: tasks, max: tasks });

describe("backtest", () => {
  it("finds a fixed fleet under steady traffic in its steady state", () => {
    const { outcomes, taskHours, hours } = backtest(CART, fixed(10), flat(80, 600));
    const state = steadyState(CART.capacity, 10, thresholdsOf(CART), (80 * 0.2) / (10 * 2));
    expect(outcomes[0]!.goodShare).to.be.closeTo(1 - state.late[0]!, 0.001); // the grid of utilizations
    expect([hours, taskHours]).to.deep.equal([10, 100]);
  });

  it("leaves a plan in which nothing moves capacity at its min, whatever the first minutes need", () => {
    const standing = controlsOf({ min: 2, max: 40 });
    expect(backtest(CART, standing, flat(80, 600))).to.include({
      taskHours: 20,
      peakCapacity: 2,
      met: false,
    });
    expect(comparison(CART, standing, flat(80, 600)).contenders[0]!.backtest.peakCapacity).to.equal(2);
    const at = { minutes: [0], hours: [2], weekdays: null, daysOfMonth: null, months: null, years: null };
    const scheduled = { ...standing, schedule: [{ name: "morning", at, min: 5 }] };
    expect(backtest(CART, scheduled, flat(80, 600)).peakCapacity).to.equal(11); // its bounds before are not known
  });

  it("counts the times that tasks run out of memory, and what they lose among the bad", () => {
    const capacity = { ...CART.capacity, concurrency: 16, memory: { base: 624, perRequest: 40 } };
    const narrow = { ...CART, capacity }; // 10 fit
    const { outcomes, outOfMemory } = backtest(narrow, fixed(4), flat(70, 300));
    // Of 70 /s for 18,000 s so many find 10 where there are 3.5 on average from none on: 1 ÷ Σ C(11, j) (j − 1)! ÷ 3.5^(j − 1), j = 1 to 11
    expect(outOfMemory).to.be.closeTo(70 * 18_000 * 0.00142844, 20);
    const roomy = { ...CART, capacity: { ...capacity, memory: { base: 0, perRequest: 40 } } };
    const ample = backtest(roomy, fixed(4), flat(70, 300)).outcomes;
    expect(ample[0]!.goodShare - outcomes[0]!.goodShare).to.be.closeTo(11 * 0.00142844, 0.0005);
    const computing = { ...narrow, capacity: { ...capacity, cpuTime: 0.02 } }; // at 17.5 of 25 /s it waits for the CPU
    expect(backtest(computing, fixed(4), flat(70, 300)).outOfMemory).to.be.above(3000);
    const over = backtest(narrow, fixed(4), flat(400, 300));
    expect(over.outcomes[0]!.goodShare, "ten times too much").to.be.within(0, 0.01);
    expect(backtest(roomy, fixed(4), flat(90, 300))).not.to.have.property("outOfMemory");
  });

  it("prices the task-hours for a month of 730 hours", () => {
    const { dollarsPerMonth } = backtest(CART, fixed(10), flat(10, 90));
    expect(dollarsPerMonth).to.be.closeTo(10 * CART.price * 730, 1e-9);
  });

  it("meets each SLO by its own share: late for latency, refused for availability", () => {
    const both = { ...CART, slos: [...available(0.99).slos, ...promising(0.99).slos] };
    const [availability, latency] = backtest(both, fixed(8), flat(78, 300)).outcomes; // 97.5 % busy
    expect(availability).to.include({ slo: "availability", met: true });
    expect(latency).to.include({ slo: "latency", met: false });
    expect(latency!.goodShare).to.be.below(availability!.goodShare);
    expect(backtest(both, fixed(8), flat(78, 300)).met).to.equal(false);
  });

  it("keeps a promise exactly when the long run does", () => {
    const needed = tasksNeeded(CART, 60);
    expect(backtest(CART, fixed(needed), flat(60, 300)).met).to.equal(true);
    expect(backtest(CART, fixed(needed - 1), flat(60, 300)).met).to.equal(false);
  });

  it("fails every request while a schedule stops the fleet, and serves again once it starts it", () => {
    const at = (hour: number) => ({
      minutes: [0],
      hours: [hour],
      weekdays: null,
      daysOfMonth: null,
      months: null,
      years: null,
    });
    const stopped = controlsOf({
      min: 10,
      max: 10,
      tracking: cpuTracking(0.5, 10, 10).tracking,
      schedule: [
        { name: "stop", at: at(1), min: 0, max: 0 },
        { name: "start", at: at(2), min: 10, max: 10 },
      ],
    });
    const { outcomes, taskHours } = backtest(CART, stopped, flat(20, 240));
    expect(taskHours).to.be.closeTo(30, 1e-9); // three hours of four
    const starting = CART.capacity.startup / 3600; // at 02:00, when some serve before others
    expect(1 - outcomes[0]!.goodShare).to.be.within(0.25, (1 + 1.2 * starting) / 4 + 0.001);
  });

  it("starts with what the first ten minutes need, within the bounds", () => {
    const trace = { ...flat(10, 20), rates: [...new Array(9).fill(10), 60, ...new Array(10).fill(500)] };
    expect(initialTasks(CART, trace, 1, 100)).to.equal(tasksNeeded(CART, 60));
    expect(initialTasks(CART, trace, 1, 3)).to.equal(3);
    expect(initialTasks(CART, trace, 40, 100)).to.equal(40);
  });

  it("is the replay of what the controls configure", () => {
    const controls = cpuTracking(0.5, 1, 100);
    const initial = initialTasks(CART, bursty(), 1, 100);
    expect(backtestOf(CART, awsAutoscaler(controls), bursty(), initial)).to.deep.equal(
      backtest(CART, controls, bursty()),
    );
  });

  it("makes the tables of a service once, whatever its tasks take to start, and others for what serves otherwise", () => {
    const group = { ...CART, compute: { type: "ec2", instanceType: "m5.large" } } as const;
    const capacity = { ...CART.capacity, startup: 240, warmup: 420 };
    expect(poolOf({ ...group, capacity })).to.equal(poolOf(group));
    const others = [CART, promising(0.99, 2), { ...CART, capacity: { ...CART.capacity, cpuTime: 0.05 } }];
    expect(new Set([group, ...others].map(poolOf)).size).to.equal(4);
  });

  it("counts nothing as bad when nothing arrives", () => {
    expect(backtest(CART, fixed(1), flat(0, 10))).to.include({ met: true, taskHours: 1 / 6 });
  });
});

describe("backtest against every request served", () => {
  // Half a day of bursts. Bad shares: the mean of two seeds, as the worst minutes differ from seed to seed.
  for (const utilization of [0.5, 0.7])
    it(`agrees for CPU ${utilization * 100} %: task-hours within 2 %, bad share within a quarter`, () => {
      const controls = cpuTracking(utilization, 1, 200);
      const { startup } = CART.capacity;
      const run = (plant: ReturnType<typeof steadyPlant>) =>
        judged(
          CART,
          replay(awsAutoscaler(controls), plant, bursty(), startup, initialTasks(CART, bursty(), 1, 200)),
        );
      const model = run(steadyPlant(CART));
      const real = [1, 2].map((seed) => run(requestPlant(CART.capacity, [1], seededRandom(seed))));
      const mean = (value: (each: typeof model) => number) =>
        real.reduce((sum, each) => sum + value(each), 0) / real.length;
      const bad = (each: typeof model) => 1 - each.outcomes[0]!.goodShare;
      expect(model.taskHours / mean((each) => each.taskHours)).to.be.within(0.98, 1.02);
      expect(bad(model) / mean(bad)).to.be.within(0.75, 1.25);
    });
});
