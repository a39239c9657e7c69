import { expect } from "chai";
import { awsAutoscaler } from "../../policy/autoscaler.ts";
import { backtest, initialTasks, judged } from "../../policy/backtest.ts";
import { comparison, cpuTracking } from "../../policy/comparison.ts";
import { demandHistory } from "../../policy/demand.ts";
import { mostCarried, tasksNeeded } from "../../policy/demand-curve.ts";
import { scalingPlan } from "../../policy/plan.ts";
import { replay } from "../../policy/replay.ts";
import type { Service } from "../../policy/service.ts";
import { steadyPlant } from "../../policy/steady-plant.ts";
import type { Trace } from "../../policy/trace.ts";
import { tasksSurvivedBy, withZonesLost } from "../../policy/zone-loss.ts";
import { available, CART, daily, flat, promising, surging } from "../support/services.ts";
import { habitual } from "../support/synthetic.ts";

const peak: Service = CART;
const history: Service = { ...CART, demand: { kind: "history", trace: daily(1, 100), growth: 0 } };
/** Five busy hours on each of three days. */
const busyHours: Service = {
  ...CART,
  demand: {
    kind: "history",
    trace: {
      ...daily(3, 1),
      rates: daily(3, 1).rates.map((_, i) => (i % 1440 >= 600 && i % 1440 < 900 ? 200 : 10)),
    },
    growth: 0,
  },
};
/** The search is on a grid of utilizations, surges and floors: a few percent either way mean nothing. */
const GRID = 0.97;

const tested = (service: Service) =>
  backtest(service, scalingPlan(service).controls, demandHistory(service.demand).trace);

describe("scalingPlan", () => {
  describe("where tasks slow each other", () => {
    const among = (alpha: number): Service => ({
      ...CART,
      capacity: { ...CART.capacity, contention: { alpha, beta: 0 } },
      demand: { kind: "history", trace: daily(1, 170), growth: 0 },
    });

    it("keeps the SLOs with busy tasks, of which there are few, where idle ones are too many", () => {
      const { feasibility, controls } = scalingPlan(among(0.005));
      expect(feasibility).to.deep.equal({ possible: true });
      const { met, taskHours } = backtest(among(0.005), controls, daily(1, 170));
      expect(met).to.equal(true);
      expect(taskHours).to.be.below(24 * 26);
    });

    it("stands those that carry most where none carry the peak", () => {
      const service = among(0.02);
      const { feasibility, controls } = scalingPlan(service);
      expect(feasibility.possible).to.equal(false);
      const { tasks } = mostCarried(service);
      expect(tasks).to.be.within(10, 40);
      expect([controls.min, controls.max]).to.deep.equal([tasks, tasks]);
    });
  });

  for (const [name, service] of [
    ["a history", history],
    ["a declared peak", peak],
  ] as const)
    it(`meets the SLO for ${name}, cheaper than CPU 50 %`, () => {
      const { controls, feasibility } = scalingPlan(service);
      const { trace } = demandHistory(service.demand);
      const ours = backtest(service, controls, trace);
      expect(feasibility).to.deep.equal({ possible: true });
      expect(ours.met).to.equal(true);
      expect(ours.taskHours).to.be.below(backtest(service, cpuTracking(0.5, 1, 500), trace).taskHours);
      expect(ours.taskHours).to.be.below(
        comparison(service, controls, trace).contenders.at(-1)!.backtest.taskHours,
      );
    });

  it("is never cheaper for a stricter promise", () => {
    const costs = [0.95, 0.99, 0.997].map(
      (objective) =>
        tested(objective === 0.99 ? history : { ...history, slos: promising(objective).slos }).taskHours,
    );
    expect(costs[1]! / costs[0]!).to.be.at.least(GRID);
    expect(costs[2]! / costs[1]!).to.be.at.least(GRID);
  });

  it("is never cheaper when tasks take longer to start", () => {
    const costs = [20, 75, 300].map(
      (startup) =>
        tested(startup === 75 ? peak : { ...peak, capacity: { ...peak.capacity, startup } }).taskHours,
    );
    expect(costs[1]! / costs[0]!).to.be.at.least(GRID);
    expect(costs[2]! / costs[1]!).to.be.at.least(GRID);
  });

  // Five busy hours a day, entered and left in a minute: a floor for these alone costs a third of one that always stands.
  it("raises its floor for the busy hours that recur, and for them alone", () => {
    const { schedule } = scalingPlan(busyHours).controls;
    const risesAt = 10 * 60 - 2; // early by the longest start, 90 s
    const rises = schedule.filter(({ at }) => at.hours[0]! * 60 + at.minutes[0]! === risesAt);
    expect(rises.length).to.be.above(0);
    for (const { min } of rises) expect(min).to.be.at.least(10); // half of what 200 /s keep fully busy: of a weekend that was not seen
    for (const { min } of schedule.filter((action) => !rises.includes(action))) expect(min).to.be.at.most(2);
  });

  it("has setpoints and thresholds of twelve digits, a reserve's and those on CPU as well", () => {
    for (const other of [
      {},
      { resilience: { zones: 3, survive: 1 } },
      { policies: { metric: "cpuUtilization" } },
    ] as const) {
      const { tracking, steps } = scalingPlan({ ...history, ...other }).controls;
      const values = [
        ...tracking.map(({ setpoint }) => setpoint),
        ...steps.map(({ alarm }) => alarm.threshold),
      ];
      expect(values).to.deep.equal(values.map((value) => Number(value.toPrecision(12))));
    }
  });

  it("is the same for the same input", () => {
    const { service: _, seal: __, ...again } = scalingPlan({ ...history, name: "another" }); // under a name not planned for yet, which its seal tells
    expect(scalingPlan(history)).to.deep.include(again);
  });

  it("names the service and its unit", () => {
    expect(scalingPlan(peak)).to.include({ service: "cart", unit: "task" });
    const compute = { type: "ec2" as const, instanceType: "t2.small" };
    expect(scalingPlan({ ...peak, compute }).unit).to.equal("instance");
  });

  it("has no cooldown of instances, in its numbers or reasons, but their warm-up", () => {
    const compute = { type: "ec2" as const, instanceType: "m5.large" };
    const { controls, reasons } = scalingPlan({ ...history, compute });
    expect(controls.warmup).to.equal(CART.capacity.startup + 180);
    expect(JSON.stringify(controls)).not.to.match(/cooldown/i);
    expect(reasons.filter(({ of }) => /cooldown/i.test(of))).to.deep.equal([]);
    expect(reasons.find(({ of }) => of === "warmup")!.because).to.include("blocks scale-in");
  });

  it("says what it assumed", () => {
    expect(scalingPlan(peak).assumptions.join()).to.include("no history is declared");
    expect(scalingPlan(history).assumptions.join()).to.include("too short for a daily pattern");
  });
});

describe("scalingPlan, bounds", () => {
  it("honors min and max, in the floors that recur, too", () => {
    for (const service of [history, busyHours]) {
      const { controls } = scalingPlan({ ...service, bounds: { min: 4, max: 30 } });
      expect(controls.min).to.be.at.least(4);
      expect(controls.max).to.equal(30);
      for (const action of controls.schedule) expect(action.min).to.be.within(4, 30);
      expect(controls.schedule.length > 0).to.equal(service === busyHours);
    }
  });

  it("never leaves a high availability to a single task", () => {
    const highly = { ...history, slos: available(0.999).slos };
    expect(scalingPlan(highly).controls.min).to.be.at.least(2);
  });

  it("accepts a budget that the plan keeps within", () => {
    const { dollarsPerMonth } = tested(history);
    const bounds = { budget: dollarsPerMonth * 1.001 };
    expect(scalingPlan({ ...history, bounds }).feasibility).to.deep.equal({ possible: true });
  });

  it("is a plan, or an obstacle, when max is below the least that is wise", () => {
    expect(() => scalingPlan({ ...peak, slos: available(0.999).slos, bounds: { max: 1 } })).not.to.throw();
    const zones = { zones: 3, survive: 1 };
    expect(() => scalingPlan({ ...peak, resilience: zones, bounds: { min: 4, max: 4 } })).not.to.throw();
  });
});

describe("scalingPlan, quotas", () => {
  const asking = (rate: number, more: Partial<Service> = {}): Service => ({
    ...CART,
    demand: { kind: "peak", peak: rate, growth: 0 },
    ...more,
  });
  const of = (tasksPerService: number) => ({ quotas: { tasksPerService } });
  const instances = { type: "ec2" as const, instanceType: "m7i.large" };

  it("SCL-6 never asks for more tasks than ECS runs, as AWS has it or as declared, wherever the least is", () => {
    expect(scalingPlan(asking(24_000)).controls.max).to.equal(5000); // twice 2,928
    expect(scalingPlan(asking(12_000, of(1500))).controls.max).to.equal(1500);
    expect(scalingPlan(asking(60, { ...of(9), bounds: { min: 9 } })).controls).to.include({ min: 9, max: 9 });
  });

  it("SCL-6 goes beyond AWS's default where it is raised, and no higher than it would anyway", () => {
    const { controls, feasibility } = scalingPlan(asking(60_000, of(20_000)));
    expect(feasibility).to.deep.equal({ possible: true });
    expect(controls.max).to.equal(2 * tasksNeeded(CART, 60_000));
    expect(scalingPlan(asking(60, of(20_000))).controls).to.deep.equal(scalingPlan(asking(60)).controls);
  });

  it("holds no instances to it", () => {
    const group = asking(60, { compute: instances });
    expect(scalingPlan({ ...group, ...of(2) }).controls).to.deep.equal(scalingPlan(group).controls);
  });

  it("SCL-7 notes a ceiling above what a balancer takes, whether declared or derived", () => {
    const noted = (service: Service) => {
      const said = scalingPlan(service).assumptions.filter((each) => each.includes("Targets per"));
      return said.map((each) => each.split(":")[0]);
    };
    expect(noted(asking(60, { bounds: { max: 1500 } }))).to.deep.equal(["max is 1500"]);
    expect(noted(asking(12_000))).to.deep.equal(["max is 2928"]);
    expect(noted(asking(60, { compute: instances, bounds: { max: 1001 } }))).to.deep.equal(["max is 1001"]);
    expect(noted(asking(60, { bounds: { max: 1000 } }))).to.deep.equal([]);
  });
});

describe("scalingPlan, CPU credits", () => {
  const small = { ...peak, compute: { type: "ec2" as const, instanceType: "t2.small" }, price: 0.023 };
  const slots = CART.capacity.concurrency / CART.capacity.serviceTime.mean;
  const BASELINE = 0.2; // 12 credits an hour, a minute of its vCPU each

  it("CMP-12 does not melt after an hour: a t2.small at steady load is given a fifth of its vCPU", () => {
    const trace = flat(60, 2 * 1440);
    const service: Service = { ...small, demand: { kind: "history", trace, growth: 0 } };
    const { controls, feasibility, reasons } = scalingPlan(service);
    const { startup } = service.capacity;
    const { minutes } = replay(awsAutoscaler(controls), steadyPlant(service), trace, startup, controls.min);
    for (let minute = 60; minute < minutes.count; minute++)
      expect(minutes.ready[minute]! * slots * BASELINE, `minute ${minute}`).to.be.at.least(60);
    expect(feasibility).to.deep.equal({ possible: true });
    expect(reasons.find(({ of }) => of === "capacity.busiest")!.because)
      .to.match(/CPU credits bind before: for ever it serves 2 \/s/)
      .and.match(/baseline, 20 % of its CPU, after \d/);
  });

  it("CMP-12 takes an hour of history to go on, when launch credits no longer help", () => {
    const trace = flat(60, 59);
    const service: Service = { ...small, demand: { kind: "history", trace, growth: 0 } };
    const { controls } = scalingPlan(service);
    expect(controls.tracking[0]!.setpoint).to.be.at.most(BASELINE * slots);
  });

  it("CMP-12 names baseline, credits and hours where the bounds leave too few instances for the load to last", () => {
    const trace = flat(60, 2 * 1440);
    const bounds = { min: 1, max: 9 }; // 60 /s are 6 of 10 slot-seconds each; a fifth of 30 slots serve them for ever
    const { feasibility } = scalingPlan({ ...small, bounds, demand: { kind: "history", trace, growth: 0 } });
    const spent = feasibility.possible ? [] : feasibility.obstacles.filter(({ of }) => of === "credits");
    expect(spent).to.have.length(1);
    const utilization = 60 / (9 * slots);
    const saved = 24 * 12 + 30; // of a day, and of the launch
    const hours = Math.floor((10 * saved) / (60 * (utilization - BASELINE))) / 10;
    expect(spent[0]!.why)
      .to.include(
        `9 t2.small at ${(100 * utilization).toFixed(1)} % of their CPU; the baseline is 20 %, 12 credits`,
      )
      .and.to.include(`318 credits, the most that one can hold, are empty after ${hours} h`);
    expect(spent[0]!.waysOut.join()).to.match(/max of at least 30,.*unlimited.*0\.05 USD/);
  });

  it("keeps the SLOs on the history as it was where saved credits do not last through its surges", () => {
    const service: Service = { ...small, demand: { kind: "history", trace: surging(), growth: 0 } };
    expect(backtest(service, scalingPlan(service).controls, surging()).met).to.equal(true);
  });

  it("takes fewer instances for the same load in unlimited mode, which never slows down", () => {
    const unlimited = { ...small, compute: { ...small.compute, credits: "unlimited" as const } };
    expect(tested(unlimited).taskHours).to.be.below(tested(small).taskHours / 2);
  });
});

describe("scalingPlan, resilience", () => {
  const resilience = { zones: 3, survive: 1 };
  const plain = scalingPlan(peak).controls;
  const resilient = scalingPlan({ ...peak, resilience }).controls;

  it("gives each task two thirds of the load at most, so that two zones of three carry all", () => {
    // At most one task in the least count less, as tasks and zones are whole.
    expect((resilient.tracking[0]!.setpoint * 1.5) / plain.tracking[0]!.setpoint).to.be.within(
      GRID / (1 + 1 / resilient.min),
      1 / GRID,
    );
    expect(resilient.max).to.be.at.least(1.5 * plain.max - 2); // the count that the peak needs is rounded up first
    expect(resilient.min).to.be.at.least(3); // one a zone
  });

  it("keeps the SLOs with those zones lost, also where whole tasks and zones leave far fewer than their share", () => {
    const wide = { ...CART.capacity, concurrency: 8, startup: 30 };
    const small = habitual({ days: 1, level: 5, swing: 0.6, bursts: 0, height: 3, seed: 307 });
    const steady = habitual({ days: 1, level: 40, swing: 0, bursts: 0, height: 3, seed: 548 });
    const cases: readonly (readonly [Trace, Partial<Service>])[] = [
      [small, { compute: { type: "ec2", instanceType: "m5.large" }, resilience: { zones: 3, survive: 2 } }],
      // 5 tasks leave 1, and 40 /s need 2
      [
        steady,
        { capacity: wide, resilience: { zones: 6, survive: 4 }, policies: { metric: "cpuUtilization" } },
      ],
      [steady, { capacity: wide, resilience: { zones: 5, survive: 4 }, bounds: { min: 1 } }],
    ];
    for (const [trace, other] of cases) {
      const service: Service = { ...CART, ...other, demand: { kind: "history", trace, growth: 0 } };
      expect(scalingPlan(service).feasibility).to.deep.equal({ possible: true });
      expect(withLoss(service).met).to.equal(true);
    }
  });

  it("costs what the reserve alone does, with a forecast as without it", () => {
    const forecast: Service = {
      ...peak,
      demand: { kind: "history", trace: daily(16, 200), growth: 0 },
      policies: { predictive: "forecastAndScale" },
    };
    const told = (service: Service, of: string) =>
      scalingPlan(service).reasons.find((reason) => reason.of === of)!.value;
    const [without] = told(forecast, "cost").split(" USD");
    expect(told({ ...forecast, resilience }, "resilience")).to.match(new RegExp(`, ${without} USD without$`));
  });

  it("scales the surge with the setpoint", () => {
    const demand = { kind: "history" as const, trace: surging(), growth: 0 };
    const resilient = scalingPlan({ ...peak, demand, resilience }).controls;
    const ratio = ({ tracking, steps }: typeof plain) => steps[0]!.alarm.threshold / tracking[0]!.setpoint;
    const bands = resilient.steps[0]!.steps;
    expect(ratio(resilient)).to.be.above(1);
    bands.slice(1).forEach((band, i) => {
      expect(band.lower).to.equal(bands[i]!.upper);
    });
    const [{ alarm }] = resilient.steps as [(typeof resilient.steps)[0]];
    // the reaction chosen here jumps in its first band; beyond it each makes good all of the shortage, in whole percents
    const gains = bands.slice(1, -1).map(({ upper, change }) => {
      const shortage = (alarm.threshold + upper!) / resilient.tracking[0]!.setpoint;
      return Math.log(1 + change) / Math.log(shortage);
    });
    expect(gains.length).to.be.above(5);
    for (const gain of gains) expect(gain).to.be.closeTo(1, 0.01);
  });
});

/** The plan on its history with the fullest zones lost from the start, the metrics not telling. */
function withLoss(service: Service) {
  const { controls } = scalingPlan(service);
  const { trace } = demandHistory(service.demand);
  const { resilience, capacity } = service;
  const needed = tasksSurvivedBy(resilience!, initialTasks(service, trace, 1, controls.max));
  const initial = Math.max(controls.min, Math.min(controls.max, needed));
  const plant = withZonesLost(steadyPlant(service), resilience!, 0, steadyPlant(service));
  return judged(service, replay(awsAutoscaler(controls), plant, trace, capacity.startup, initial));
}
