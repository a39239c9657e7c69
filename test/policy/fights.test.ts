import { expect } from "chai";
import fc from "fast-check";
import { cpuTracking } from "../../policy/comparison.ts";
import { compounding } from "../../policy/compounding.ts";
import { fights } from "../../policy/fights.ts";
import { overRemovals } from "../../policy/over-removal.ts";
import { scalingPlan } from "../../policy/plan.ts";
import type { ScalingControls } from "../../policy/scaling-plan.ts";
import type { Service } from "../../policy/service.ts";
import { steps, tracks } from "../support/policies.ts";
import { anyProfile, CART, controlsOf, promising } from "../support/services.ts";
import { habitual } from "../support/synthetic.ts";

const found = (some: Partial<ScalingControls>, service: Service = CART) =>
  fights(service, controlsOf(some)).map(({ kind, severity, policies }) =>
    [kind, severity, ...policies].join(" "),
  );

const requests = (name: string, perMinute: number, other: object = {}) =>
  tracks(name, perMinute / 60, { metric: "requestRatePerTask", ...other });

/** Doubles what there is while the mean response time is above a threshold. */
const slowness = (seconds: number, cooldown: number) =>
  steps("slow", ">", seconds, 1, { alarm: { metric: "responseTime" }, adjustment: "percent", cooldown });

/** Takes one away while the mean response time is below a threshold. */
const idleness = (seconds: number, cooldown: number) =>
  steps("fast", "<", seconds, -1, { alarm: { metric: "responseTime" }, cooldown });

describe("fights", () => {
  const cases: readonly [string, Partial<ScalingControls>, readonly string[], RegExp, RegExp][] = [
    [
      "SCL-39 step scale-in that undoes target tracking",
      { tracking: [tracks("cpu", 0.5)], steps: [steps("low", "<", 0.45, -1)] },
      ["limit cycle refuse cpu low"],
      /at a constant \d+.* \/s capacity goes (\d+ → )+\d+ for ever, by cpu and low/,
      /remove the steps of low that scale in/,
    ],
    [
      "SCL-39 step scale-in beside target tracking, which does not hold it back",
      { tracking: [tracks("cpu", 0.5)], steps: [steps("low", "<", 0.1, -1)] },
      ["step scale-in refuse low cpu"],
      /whenever its metric is < 10 %.*does not hold it back/,
      /remove the steps of low/,
    ],
    [
      "steps that scale in and out around the same band",
      { steps: [steps("high", ">=", 0.7, 2), steps("low", "<=", 0.6, -1)] },
      ["limit cycle refuse high low"],
      /and so from .* \/s to .* \/s/,
      /move the thresholds of high and low apart/,
    ],
    [
      "a setpoint that another policy's scale-in undoes",
      { tracking: [tracks("guard", 0.4, { disableScaleIn: true }), tracks("saver", 0.7)] },
      ["limit cycle refuse guard saver"],
      /by guard and saver/,
      /DisableScaleIn of guard/,
    ],
    [
      "a cooldown shorter than the delay of the metric",
      { tracking: [tracks("cpu", 0.5, { scaleOutCooldown: 60 })] },
      ["compounding refuse cpu"],
      /cooldown of cpu is 60 s.*when the load of 10 doubles it starts up to \d+ where \d+ would do/,
      /at least 220 s/, // of the start of 75 s what comes once tasks run, a minute and its publication
    ],
    [
      "steps on response time with a cooldown shorter than the delay of the metric",
      { tracking: [tracks("cpu", 0.6)], steps: [slowness(0.9, 0)] },
      ["compounding refuse slow"],
      /cooldown of slow is 0 s.*when the load of 10 doubles it starts up to 80 where 20 would do/,
      /at least 220 s/,
    ],
    [
      "a scale-in cooldown shorter than the delay of the metric",
      { tracking: [tracks("cpu", 0.5, { scaleInCooldown: 0 })] },
      ["compounding refuse cpu"],
      /scale-in cooldown of cpu is 0 s.*when the load of 10 falls to that of 6 as few as [123] are left, where 6 should be/,
      /at least 180 s/,
    ],
    [
      "steps that remove again before the metric shows what is gone",
      {
        steps: [steps("high", ">=", 0.7, 2), steps("low", "<", 0.45, -1, { cooldown: 0 })],
      },
      ["compounding refuse low"],
      /scale-in cooldown of low is 0 s/,
      /at least 180 s/,
    ],
    [
      "steps that remove idle tasks one by one, too quickly, but leave what keeps the SLOs",
      { steps: [steps("high", ">=", 0.7, 2), steps("low", "<", 0.25, -1, { cooldown: 60 })] },
      ["compounding warn low"],
      /scale-in cooldown of low is 60 s/,
      /at least 180 s/,
    ],
    [
      "steps on response time that remove again before the metric shows what is gone",
      { steps: [steps("high", ">=", 0.9, 2), idleness(0.25, 0)] },
      ["compounding refuse fast"],
      /scale-in cooldown of fast is 0 s.*falls to that of 6 as few as 4 are left, where 6 should be/,
      /at least 180 s/,
    ],
    [
      "steps on response time that remove idle tasks too quickly, but leave what keeps the SLOs",
      { steps: [steps("high", ">=", 0.9, 2), idleness(0.21, 60)] },
      ["compounding warn fast"],
      /scale-in cooldown of fast is 60 s/,
      /at least 180 s/,
    ],
    [
      "an exact count that takes away what tracking has started since",
      {
        max: 20,
        tracking: [tracks("cpu", 0.7)],
        steps: [
          steps("slow", ">", 0.4, 2, {
            adjustment: "exact",
            alarm: { metric: "responseTime", evaluationPeriods: 1, datapoints: 1 },
          }),
        ],
      },
      ["limit cycle refuse cpu slow"],
      /at a constant [\d.]+ \/s capacity goes \d+ → \d+.* for ever, by cpu and slow: .* taken away by the exact count/,
      /in the place of ExactCapacity/,
    ],
    [
      "steps on the requests of all tasks together, which no task lowers",
      {
        tracking: [tracks("cpu", 0.5)],
        steps: [steps("load", ">", 50, 2, { alarm: { metric: "requestRate", statistic: "Sum" } })],
      },
      ["runaway refuse load"],
      /above 50 \/s it adds again and again, up to 100/,
      /RequestCountPerTarget/,
    ],
    [
      "steps on a response time that even an idle task has",
      {
        tracking: [tracks("cpu", 0.5)],
        steps: [steps("slow", ">", 0.1, 2, { alarm: { metric: "responseTime" } })],
      },
      ["runaway refuse slow"],
      /below the 200 ms that an idle task takes: at any load/,
      /above 200 ms/,
    ],
    [
      "SCL-18 steps below the threshold of an alarm that is on above it",
      {
        tracking: [tracks("cpu", 0.5)],
        steps: [steps("surge", ">", 0.7, 2, { steps: [{ lower: null, upper: 0, change: 2 }] })],
      },
      ["never acts refuse surge"],
      /on above its threshold, and all its steps lie below: none is ever found/,
      /MetricIntervalLowerBound 0/,
    ],
    [
      "SCL-18 steps above the threshold of an alarm that is on below it, the only ones that scale in",
      {
        tracking: [tracks("cpu", 0.5, { disableScaleIn: true })],
        steps: [steps("low", "<", 0.2, -1, { steps: [{ lower: 0, upper: null, change: -1 }] })],
      },
      ["never acts refuse low", "ratchet warn cpu"],
      /on below its threshold, and all its steps lie above/,
      /MetricIntervalUpperBound 0/,
    ],
    [
      "an alarm on more CPU than there is",
      { tracking: [tracks("cpu", 0.5)], steps: [steps("surge", ">", 1.5, 2)] },
      ["never acts warn surge"],
      /waits for CPU of 150 %; it is 100 % at the most/,
      /below 100 %/,
    ],
    [
      "steps that begin above all the CPU there is, as bounds count from the threshold",
      {
        tracking: [tracks("cpu", 0.5)],
        steps: [steps("surge", ">", 0.7, 2, { steps: [{ lower: 0.4, upper: null, change: 2 }] })],
      },
      ["never acts warn surge"],
      /waits for CPU of 110 %; it is 100 % at the most/,
      /starts nearer the threshold/,
    ],
    [
      "steps that begin below nothing",
      {
        tracking: [tracks("cpu", 0.5, { disableScaleIn: true })],
        steps: [steps("low", "<", 0.2, -1, { steps: [{ lower: null, upper: -0.3, change: -1 }] })],
      },
      ["never acts warn low", "ratchet warn cpu"],
      /waits for a metric below 0/,
      /starts nearer the threshold/,
    ],
    [
      "an alarm on a response time in milliseconds, which AWS has in seconds",
      {
        tracking: [tracks("cpu", 0.5)],
        steps: [steps("slow", ">", 800, 2, { alarm: { metric: "responseTime" } })],
      },
      ["never acts warn slow"],
      /it is 5\.2 s at the most/, // maxWait 5 s and 200 ms
      /below 5\.2 s/,
    ],
    [
      "an alarm that is on without a request, too",
      { tracking: [tracks("cpu", 0.5)], steps: [steps("surge", ">", -0.1, 2)] },
      ["runaway refuse surge"],
      /at any load it adds again and again, up to 100/,
      /above 0/,
    ],
    [
      "steps with their signs exchanged: fewer tasks the busier they are, and more the idler",
      { steps: [steps("high", ">=", 0.75, -1), steps("low", "<=", 0.25, 1)] },
      ["backwards refuse high", "backwards refuse low"],
      /high takes tasks away while its metric is >= 75 %: those that are left get busier, and it goes on to min/,
      /turn the sign/,
    ],
    [
      "an alarm that any load turns on",
      { steps: [steps("all", ">", 0, 1), steps("low", "<", 0.2, -1)] },
      ["runaway refuse all"],
      /an alarm at 0 %, which is on however little there is to do: at any load it adds/,
      /above 0/,
    ],
    [
      "scaling that only goes out",
      { steps: [steps("high", ">=", 0.7, 1)] },
      ["ratchet warn high"],
      /nothing scales in/,
      /target tracking/,
    ],
    [
      "tracking policies of which one can never scale in by its own setpoint",
      { tracking: [tracks("cpu", 0.7), requests("requests", 120)] },
      ["disagreement warn cpu requests"],
      /requests asks for 3\.5 times as many.*at 200 \/s it holds 100, where cpu wants 29/, // 200 ÷ 7
      /same load of a task/,
    ],
    [
      "a setpoint at which the SLO is broken already",
      { tracking: [requests("requests", 660)] }, // 11 /s of a task that serves 10 at most
      ["late setpoint warn requests"],
      /660 requests a minute.*an SLO breaks/,
      /below 4\d\d requests a minute/,
    ],
    [
      "SCL-13 target 2 requests a minute with min 2: chance and rounding dominate",
      { min: 2, tracking: [requests("requests", 2)] },
      ["granularity warn requests"],
      /with 2 that is 4 requests a minute, which vary by 50 % by chance/, // 1 ÷ √4
      /min of at least 50/, // 50 × 2 = 100 requests a minute vary by 10 %
    ],
    [
      "policies between equal bounds",
      { min: 2, max: 2, tracking: [tracks("cpu", 0.5)] },
      ["pinned warn cpu"],
      /both 2: cpu can never act/,
      /raise max/,
    ],
  ];
  for (const [title, controls, expected, why, wayOut] of cases)
    it(title, () => {
      expect(found(controls)).to.include.members([...expected]);
      const [first] = fights(CART, controlsOf(controls)).filter(({ kind }) => expected[0]!.startsWith(kind));
      expect(first!.why).to.match(why);
      expect(first!.wayOut).to.match(wayOut);
    });

  it("are none where nothing scales, nor in AWS's usual settings", () => {
    expect(found({})).to.deep.equal([]);
    for (const utilization of [0.3, 0.5, 0.7])
      expect(fights(CART, cpuTracking(utilization, 1, 200))).to.deep.equal([]);
  });

  it("take no alarm with bands on both sides of where nothing should happen for one the wrong way round", () => {
    const bands = [
      { lower: null, upper: 0.25, change: -1 },
      { lower: 0.6, upper: null, change: 2 },
    ];
    const ladder = steps("all", ">=", 0, 0, { steps: bands, alarm: { evaluationPeriods: 5, datapoints: 5 } });
    expect(found({ steps: [ladder] })).to.deep.equal([]);
    const onInstances: Service = {
      ...CART,
      host: { instanceType: "m7i.large", tasks: 4, price: 0.1 },
    };
    expect(
      found({ tracking: [tracks("cpu", 0.5)], steps: [steps("high", ">", 1.2, 1)] }, onInstances),
    ).to.deep.equal([]);
  });

  it("tell steps the wrong way round beside target tracking once", () => {
    const high = steps("high", ">=", 0.8, -1);
    expect(found({ tracking: [tracks("cpu", 0.5)], steps: [high] })).to.deep.equal(["backwards refuse high"]);
  });

  it("find no alarm that never acts where it does", () => {
    const tracking = [tracks("cpu", 0.5)];
    const none = { lower: 0, upper: null, change: -1 };
    const off = steps("off", "<=", 0, -1, { alarm: { metric: "requestRatePerTask" }, steps: [none] });
    expect(found({ tracking, steps: [off] }), "at 0, which a lower bound of 0 holds").to.deep.equal([
      "step scale-in refuse off cpu",
    ]);
    const slow = steps("slow", ">", 5.5, 2, { alarm: { metric: "responseTime" } });
    expect(found({ tracking, steps: [slow] })).to.deep.equal(["never acts warn slow"]);
    const t2: Service = { ...CART, compute: { type: "ec2", instanceType: "t2.small" } };
    expect(found({ tracking, steps: [slow] }, t2), "without credits a request takes 1 s").to.deep.equal([]);
    const waits: Service = { ...CART, capacity: { ...CART.capacity, cpuTime: 0.02 } }; // 40 % of its CPU at the most
    const peak = (statistic: "Average" | "Maximum") => steps("peak", ">", 0.8, 2, { alarm: { statistic } });
    const calm = { tracking: [tracks("cpu", 0.2)] };
    expect(found({ ...calm, steps: [peak("Average")] }, waits)).to.deep.equal(["never acts warn peak"]);
    expect(found({ ...calm, steps: [peak("Maximum")] }, waits)).to.deep.equal([]);
  });

  it("take CPU to be as busy as the declared CPU time makes it, as the replay does", () => {
    const waits: Service = { ...CART, capacity: { ...CART.capacity, cpuTime: 0.02 } }; // 40 % of its CPU at the most
    expect(found({ tracking: [tracks("cpu", 0.5)] }, waits)).to.deep.equal(["late setpoint warn cpu"]);
    expect(found({ tracking: [tracks("cpu", 0.2)] }, waits)).to.deep.equal([]);
    const eager = (setpoint: number) =>
      controlsOf({ tracking: [tracks("cpu", setpoint, { scaleOutCooldown: 0 })] });
    for (const [service, setpoint] of [
      [CART, 0.5],
      [waits, 0.2],
    ] as const)
      expect(compounding(service, eager(setpoint)).map(({ policy }) => policy)).to.deep.equal(["cpu"]);
    const back = { tracking: [tracks("cpu", 0.2)], steps: [steps("low", "<", 0.18, -1)] };
    expect(found(back, waits)).to.deep.equal(["limit cycle refuse cpu low"]);
  });

  it("find no steps on response time that wait for fresh metrics, always act, or never do", () => {
    const policies = (seconds: number, cooldown: number) =>
      compounding(CART, controlsOf({ steps: [slowness(seconds, cooldown)] }));
    expect(policies(0.9, 0)).to.have.length(1);
    expect(policies(0.9, 220)).to.deep.equal([]);
    expect(policies(0.19, 0)).to.deep.equal([]); // an idle task takes 200 ms
    expect(policies(9, 0)).to.deep.equal([]); // requests give up after 5 s
  });

  it("find no steps on response time that remove too much where they wait for fresh metrics, never act, or always do", () => {
    const policies = (seconds: number, cooldown: number) =>
      overRemovals(CART, controlsOf({ steps: [idleness(seconds, cooldown)] }));
    expect(policies(0.25, 0)).to.have.length(1);
    expect(policies(0.25, 180)).to.deep.equal([]);
    expect(policies(0.19, 0)).to.deep.equal([]); // an idle task takes 200 ms
    expect(policies(9, 0)).to.deep.equal([]); // requests give up after 5 s: whatever it waits, it ends at the min
  });

  it("take a fleet that shrinks for hours for no cycle of the exact count beside it", () => {
    const alarm = { metric: "responseTime", evaluationPeriods: 1, datapoints: 1 } as const;
    const plan = [
      steps("high", ">=", 0.7, 2),
      steps("low", "<", 0.3, -1),
      steps("slow", ">", 0.9, 60, { adjustment: "exact", alarm }),
    ];
    expect(found({ max: 60, steps: plan })).to.deep.equal([]); // one each five minutes: six hours later still on the way
  });

  it("judge an instance's warm-up where a task has a cooldown", () => {
    const instance: Service = {
      ...CART,
      compute: { type: "ec2", instanceType: "t3.small", credits: "unlimited" },
    };
    const tracking = [tracks("cpu", 0.5, { scaleOutCooldown: 0 })];
    expect(compounding(instance, controlsOf({ tracking, warmup: 255 }))).to.deep.equal([]);
    expect(found({ tracking, warmup: 60 }, instance)).to.deep.equal(["compounding refuse cpu"]);
    expect(fights(instance, controlsOf({ tracking, warmup: 60 }))[0]!.why).to.include(
      "warm-up of cpu is 60 s",
    );
  });
});

describe("fights in our own plans", () => {
  it("there is none that would be refused, for any service and traffic", () => {
    const habits = fc.record({
      days: fc.constant(1),
      level: fc.integer({ min: 20, max: 200 }),
      swing: fc.constantFrom(0, 0.4, 0.8),
      bursts: fc.integer({ min: 0, max: 6 }),
      height: fc.constantFrom(1.5, 2.5, 4),
      seed: fc.integer({ min: 1, max: 1000 }),
    });
    const service = fc
      .record({
        profile: anyProfile,
        startup: fc.constantFrom(30, 75, 240),
        habits,
        ec2: fc.boolean(),
        zones: fc.boolean(),
      })
      .map(({ profile, startup, habits, ec2, zones }): Service => {
        const trace = habitual(habits);
        return {
          ...CART,
          compute: ec2 ? { type: "ec2", instanceType: "m5.large" } : CART.compute,
          slos: promising(0.99, 1.5).slos,
          capacity: { ...profile, startup },
          demand: { kind: "history", trace, growth: 0 },
          ...(zones ? { resilience: { zones: 3, survive: 1 } } : {}),
        };
      });
    fc.assert(
      fc.property(service, (each) => {
        const { controls, feasibility } = scalingPlan(each);
        expect(fights(each, controls).filter(({ severity }) => severity === "refuse")).to.deep.equal([]);
        expect(JSON.stringify(feasibility)).not.to.match(/limit cycle|compounding/);
      }),
      { numRuns: 20 },
    );
  });

  it("a plan tells the warnings that its owner's bounds make", () => {
    const { controls, assumptions } = scalingPlan({ ...CART, bounds: { min: 9, max: 9 } });
    expect([controls.min, controls.max]).to.deep.equal([9, 9]);
    expect(assumptions.join()).to.match(/pinned: min and max are both 9.*way out/);
  });
});
