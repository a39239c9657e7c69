import { expect } from "chai";
import { busiestUtilization, tasksNeeded } from "../../policy/demand-curve.ts";
import { scalingPlan } from "../../policy/plan.ts";
import { erlangB } from "../../policy/queue.ts";
import type { Service } from "../../policy/service.ts";
import { figure, percent, perSecond } from "../../policy/words.ts";
import { available, CART, daily, flat, MONDAY, promising, surging } from "../support/services.ts";
import { habitual } from "../support/synthetic.ts";

const surges = { kind: "history" as const, trace: surging(), growth: 0 };
const both = { ...CART, slos: [...CART.slos, ...available(0.999).slos] };
const plan = scalingPlan(both);
/** A plan with a step policy, and a history to tell of. */
const stepped = scalingPlan({ ...both, demand: surges });
const reasonOf = (of: string) => plan.reasons.find((reason) => reason.of === of)!;

describe("reasons", () => {
  it("explain every number of the plan, in words and figures", () => {
    expect(plan.reasons.map((reason) => reason.of)).to.deep.equal([
      "slo.latency",
      "slo.availability",
      "capacity.busiest",
      "tracking.setpoint",
      "tracking.scaleOutCooldown",
      "tracking.scaleInCooldown",
      "surge",
      "bounds.min",
      "bounds.max",
      "schedule",
      "cost",
    ]);
    const ofHistory = ["history.level", "history.growth", "history.spikes"];
    const ofPlan = plan.reasons.flatMap(({ of }) => (of === "surge" ? ["surge", "surge.cooldown"] : [of]));
    expect(stepped.reasons.map(({ of }) => of)).to.deep.equal([...ofHistory, ...ofPlan]);
    for (const { of, value, because } of [...plan.reasons, ...stepped.reasons]) {
      expect(because, of).to.match(/\w+ \w+/);
      if (value !== "none") expect(`${value} ${because}`, of).to.match(/\d/);
    }
  });

  it("tell the promises as declared", () => {
    expect(reasonOf("slo.latency").value).to.equal("99 % within 1 s");
    expect(reasonOf("slo.availability")).to.include({ value: "99.9 %" });
    expect(reasonOf("slo.latency").because).to.include("1 % of the requests of 28 days");
  });

  it("tell the numbers that the plan holds", () => {
    const { tracking, min, max } = plan.controls;
    expect(reasonOf("tracking.setpoint").value).to.include(
      `${figure(tracking[0]!.setpoint * 60)} requests a minute`,
    );
    const surge = (of: string) => stepped.reasons.find((reason) => reason.of === of)!.value;
    expect(surge("surge")).to.include(figure(stepped.controls.steps[0]!.alarm.threshold * 60));
    expect(surge("surge.cooldown")).to.equal("220 s"); // of 75 s of start the 40 in which tasks run and do not serve, and 3 min
    expect([reasonOf("bounds.min").value, reasonOf("bounds.max").value]).to.deep.equal([
      String(min),
      String(max),
    ]);
  });

  it("tell what a small fleet carries, and a large one where the least is large", () => {
    const tells = (min: number) =>
      scalingPlan({ ...CART, bounds: { min, max: 60 } }).reasons.find(({ of }) => of === "capacity.busiest")!
        .because;
    expect(tells(2)).to.include(`with only 2 of them above ${percent(busiestUtilization(CART, 2))}`);
    expect(busiestUtilization(CART, 2)).to.be.below(0.95 * busiestUtilization(CART));
    expect(tells(40)).not.to.include("with only");
  });

  it("tell what the least is for where neither owner nor rehearsal asked for it", () => {
    const floor = (other: Partial<Service>) =>
      scalingPlan({ ...CART, demand: { kind: "history", trace: flat(1, 1440), growth: 0 }, ...other })
        .reasons.filter(({ of }) => of === "bounds.min")
        .map(({ value, because }) => `${value}: ${because.split(";")[0]}`)
        .join();
    expect(floor({ resilience: { zones: 3, survive: 1 } })).to.equal(
      "3: one in each of the 3 zones declared",
    );
    expect(floor({ slos: available(0.999).slos })).to.equal(
      "2: an availability of 99.9 % is not left to a single one",
    );
    expect(floor({ bounds: { min: 2, max: 2 } })).to.equal("2: declared");
    expect(reasonOf("bounds.min").because).to.match(/not left to a single one; target tracking alone/);
  });

  it("tell of a ceiling that is one above the least, and not that it is twice what the traffic needs", () => {
    const ceiling = (bounds: Service["bounds"]) => {
      const { reasons } = scalingPlan({ ...CART, bounds });
      const { value, because } = reasons.find(({ of }) => of === "bounds.max")!;
      return `${value}: ${because}`;
    };
    const needed = tasksNeeded(CART, 60);
    expect(ceiling({ min: 30 })).to.match(
      new RegExp(
        `^31: one more than the least, .*the highest rate of the traffic, 60 /s, needs only ${needed};`,
      ),
    );
    expect(ceiling({})).to.match(new RegExp(`^${2 * needed}: twice the ${needed} that`));
  });

  it("tell whose quota a ceiling is held to", () => {
    const told = (peak: number, more: Partial<Service> = {}) =>
      scalingPlan({ ...CART, demand: { kind: "peak", peak, growth: 0 }, ...more }).reasons.find(
        ({ of }) => of === "bounds.max",
      )!.because;
    const raised = { quotas: { tasksPerService: 9 } };
    expect(told(60, raised)).to.match(
      /^the quota declared, tasksPerService: 9; the highest rate .* needs 8$/,
    );
    expect(told(24_000)).to.match(/^AWS's default quota for one service; the highest rate .* needs 2928$/);
    expect(told(24_000, { quotas: { tasksPerService: 20_000 } })).to.match(/^twice the 2928 /);
  });

  it("tell of a ceiling that carries the busiest day ever recorded, however long ago that was", () => {
    const rates = Array.from({ length: 60 * 24 }, (_, hour) => (Math.floor(hour / 24) === 9 ? 300 : 40));
    const busyOnce = (bounds: Service["bounds"]) => {
      const trace = { start: MONDAY, step: 3600, rates };
      const { reasons, controls } = scalingPlan({
        ...CART,
        demand: { kind: "history", trace, growth: 0 },
        bounds,
      });
      return [controls.max, reasons.find(({ of }) => of === "bounds.max")!.because] as const;
    };
    const needs = (rate: number) => Math.ceil(tasksNeeded(CART, rate));
    expect(busyOnce({})).to.deep.equal([
      needs(300), // twice what the newest four weeks need are 12
      `what 300 /s needs, the highest that the whole history tells of: more than twice the ${needs(40)} that the highest rate of the traffic, 40 /s, needs; a ceiling costs nothing until it is used, and stops a runaway`,
    ]);
    expect(busyOnce({ max: 20 })[1]).to.equal(
      `declared; the highest rate of the traffic, 40 /s, needs ${needs(40)}, and 300 /s, the highest that the whole history tells of, ${needs(300)}`,
    );
  });

  it("tell what a month at the ceiling costs beside a budget, and the ceiling that never exceeds it", () => {
    const told = (budget: number) => {
      const { reasons, controls } = scalingPlan({ ...CART, bounds: { budget } });
      return [reasons.find(({ of }) => of === "bounds.max")!.because, controls.max] as const;
    };
    const [because, max] = told(200);
    expect(max * CART.price * 730).to.be.above(200); // 18.25 USD a task
    expect(because).to.include(
      `A whole month at it costs ${Math.round(max * 18.25)} USD; a max of at most 10 keeps within 200 USD`,
    );
    expect(told(2000)[0]).to.match(/, and a max of up to 109 keeps within 2000 USD/);
    expect(reasonOf("bounds.max").because).not.to.match(/month/);
  });

  it("count surplus credits in what a month at the ceiling costs, which was less than the plan itself", () => {
    const compute = { type: "ec2", instanceType: "t3.small", credits: "unlimited" } as const;
    const { reasons, controls } = scalingPlan({ ...CART, compute, price: 0.0208, bounds: { budget: 500 } });
    const { because } = reasons.find(({ of }) => of === "bounds.max")!;
    const each = 730 * (0.0208 + 0.8 * 2 * 0.05); // 80 % of two vCPUs are beyond the baseline
    expect(because).to.include(
      `at full CPU with surplus credits, costs ${figure(controls.max * each)} USD; a max of at most ${Math.floor(500 / each)} keeps within 500 USD`,
    );
  });

  it("say of CPU that it is held lower than was rehearsed where it hides how great an overload is", () => {
    const demand = {
      kind: "history",
      trace: habitual({ days: 2, level: 10, swing: 0.6, bursts: 5, height: 5, seed: 285 }),
      growth: 0,
    } as const;
    const capacity = { ...CART.capacity, serviceTime: { mean: 0.2, cv: 1 }, maxWait: 2, startup: 30 };
    const onCpu = {
      ...promising(0.95, 2.4),
      capacity,
      demand,
      policies: { metric: "cpuUtilization" },
    } as const;
    const lowered = scalingPlan(onCpu);
    const [{ policies: _, ...onRequests }, told] = [
      onCpu,
      lowered.reasons.find(({ of }) => of === "tracking.setpoint")!,
    ];
    const [cpu, requests] = [lowered, scalingPlan(onRequests)].map(
      ({ controls }) => controls.tracking[0]!.setpoint,
    );
    const less = 1 - cpu! / (requests! / 10); // two slots of 200 ms serve 10 /s
    expect(less).to.be.above(0.04);
    expect(told.because).to.include(`${percent(less)} less busy than was rehearsed`);
  });

  it("tell a step policy of one band by its one change", () => {
    const onCpu = scalingPlan({ ...CART, demand: surges, policies: { metric: "cpuUtilization" } });
    const bands = onCpu.controls.steps[0]!.steps; // no others are reached below 100 %
    expect(bands).to.have.lengthOf(1);
    const { value } = onCpu.reasons.find(({ of }) => of === "surge")!;
    expect(value).to.match(new RegExp(`, one datapoint: \\+${percent(bands[0]!.change)}$`));
  });

  it("tell what a predictive policy holds, how early, and no earlier than AWS allows", () => {
    const told = (startup: number, policies: Service["policies"]) => {
      const { controls, reasons } = scalingPlan({
        ...{ ...CART, policies: policies! },
        capacity: { ...CART.capacity, startup },
      });
      return { controls, ...reasons.find(({ of }) => of === "predictive")! };
    };
    const forecast = told(100, { predictive: "forecastAndScale" });
    expect(forecast.value).to.equal(
      `${figure(forecast.controls.tracking[0]!.setpoint * 60)} requests a minute for each, 2 min early`,
    );
    expect(forecast.because).to.match(/raises capacity.*longest start-up \(100 s and 20 %\)/);
    const late = told(3600, { predictive: "forecastOnly", metric: "cpuUtilization" });
    expect(late.value).to.match(/^CPU at [\d.]+ %, 3599 s early$/);
    expect(late.because).to.match(
      /only forecasts.*the most that AWS allows, where a start takes up to 72 min/,
    );
  });

  it("CAP-4 tell the share that fails at the setpoint where no request waits", () => {
    const capacity = { ...CART.capacity, concurrency: 8, maxWait: 0 };
    const { controls, reasons } = scalingPlan({ ...available(0.99), capacity });
    const { because } = reasons.find(({ of }) => of === "tracking.setpoint")!;
    const [, told] = /as none waits, ([\d.]+) % of the requests/.exec(because)!;
    // Round robin over many makes arrivals at each more regular than the Poisson ones of Erlang's formula.
    const blocked = 100 * erlangB(8, controls.tracking[0]!.setpoint * 0.2);
    expect(Number(told))
      .to.be.within(0.05 * blocked, blocked)
      .and.below(1);
    expect(reasonOf("tracking.setpoint").because).not.to.include("none waits");
  });

  it("tell why there is no step policy where none pays", () => {
    const demand = { kind: "history" as const, trace: flat(60, 1440), growth: 0 };
    const { controls, reasons } = scalingPlan({ ...CART, demand });
    expect(controls.steps).to.deep.equal([]);
    expect(reasons.find(({ of }) => of === "surge")!.because).to.include("no step policy");
  });

  it("tell where the SLO breaks and what the highest rate needs", () => {
    const slotRate = 2 / 0.2;
    expect(reasonOf("capacity.busiest").value).to.include(perSecond(busiestUtilization(both) * slotRate));
    expect(reasonOf("bounds.max").because)
      .to.include(`the ${tasksNeeded(both, 60)} that`)
      .and.include("60 /s");
  });

  it("tell whose price a task's is, where tasks share instances", () => {
    const cost = (service: Service) => scalingPlan(service).reasons.find(({ of }) => of === "cost")!.because;
    const host = { instanceType: "m7i.large", price: 0.126, tasks: 4 };
    expect(cost({ ...CART, host, price: host.price / host.tasks })).to.match(
      /at 0\.0315 USD an hour each: 1 ÷ 4 of 0\.126 for the m7i\.large that so many share$/,
    );
    expect(cost(CART)).to.match(/at 0\.025 USD an hour each$/);
  });

  it("tell of a history longer than four weeks that the cost is of its newest four", () => {
    const cost = (days: number) => {
      const demand = { kind: "history", trace: daily(days, 40), growth: 0 } as const;
      return scalingPlan({ ...CART, demand }).reasons.find(({ of }) => of === "cost")!.because;
    };
    expect(cost(4)).to.include("on average over the traffic declared,");
    expect(cost(30)).to.include("on average over the newest 28 days of the traffic declared,");
  });

  it("say how likely a miss is where surges are too rare to stand ready for, and nothing where they are not", () => {
    const remarks = (bursts: number) => {
      const trace = habitual({ days: 4, level: 60, swing: 0.3, bursts, height: 3, seed: 3 });
      return scalingPlan({ ...CART, demand: { kind: "history", trace, growth: 0 } }).assumptions.join();
    };
    expect(remarks(0.75)).to.match(/about 1 in \d+ windows of two days is likely to miss an SLO/);
    expect(remarks(0)).not.to.include("likely to miss");
  });

  it("tell of windows as long as a history of less than two days, and of six hours of two days from there on", () => {
    const said = (minutes: number) => {
      const demand = { kind: "history" as const, trace: flat(60, minutes), growth: 0 };
      return scalingPlan({ ...CART, demand }).reasons.find(({ of }) => of === "tracking.setpoint")!.because;
    };
    expect(said(1900)).to.match(
      /under 0\.1 % of such windows, as long as the history, .*; as it was it uses/,
    );
    expect(said(2880)).to.match(/under 0\.1 % of such 2-day windows .* in the worst window of these days/);
  });

  it("tell what surplus credits cost beside the hours that run", () => {
    const unlimited = {
      ...CART,
      compute: { type: "ec2", instanceType: "t3.medium", credits: "unlimited" },
      demand: { kind: "peak", peak: 400, growth: 0 },
      price: 0.0416,
    } as const;
    const { value, because } = scalingPlan(unlimited).reasons.find(({ of }) => of === "cost")!;
    const [, running, surplus] = /^([\d.]+) running.* and ([\d.]+) USD for surplus CPU credits$/.exec(
      because,
    )!;
    const sum = Number(running) * unlimited.price * 730 + Number(surplus);
    expect(sum / Number.parseFloat(value)).to.be.closeTo(1, 0.005);
    expect(scalingPlan(CART).reasons.find(({ of }) => of === "cost")!.because).not.to.include("credits");
  });

  it("say of no number that it keeps the SLOs where none does, nor that its owner pinned what stands", () => {
    const { controls, reasons, assumptions } = scalingPlan({ ...both, bounds: { max: 3 } });
    expect([controls.min, controls.max]).to.deep.equal([3, 3]);
    const because = (of: string) => reasons.find((reason) => reason.of === of)!.because;
    expect(because("tracking.setpoint")).to.include("no setting keeps the SLOs");
    expect(because("surge")).not.to.include("cheapest");
    expect(because("bounds.min")).to.match(/^all that may run/);
    expect(because("schedule")).not.to.include("cheaper");
    expect(assumptions.join()).not.to.include("pinned");
    const capacity = { ...CART.capacity, contention: { alpha: 0.03, beta: 0.0001 } };
    const shared = scalingPlan({
      ...{ ...CART, capacity, bounds: { max: 1000 } },
      demand: { kind: "peak", peak: 150, growth: 0 },
    });
    expect(shared.controls.min).to.be.below(1000); // more carry less
    for (const of of ["bounds.min", "schedule"])
      expect(shared.reasons.find((reason) => reason.of === of)!.because).to.match(
        /^those that together carry most/,
      );
    expect(because("bounds.min")).to.match(/and fewer would miss more$/);
    expect(shared.reasons.find(({ of }) => of === "bounds.min")!.because).to.not.include("miss more"); // but for the peak they would be faster
  });

  it("begin each sentence as one, whatever is promised", () => {
    for (const service of [both, available(0.999)]) {
      const { because } = scalingPlan(service).reasons.find(({ of }) => of === "capacity.busiest")!;
      expect(because).not.to.match(/\. [a-z]/);
    }
  });

  it("hold no NaN or Infinity when the SLO cannot be met", () => {
    expect(JSON.stringify(scalingPlan(promising(0.99, 0.25)).reasons)).not.to.match(/NaN|Infinity/);
  });
});
