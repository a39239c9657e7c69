import { expect } from "chai";
import fc from "fast-check";
import { awsPlan } from "../../adapters/aws-plan.ts";
import { parseAwsPlan } from "../../adapters/aws-plan-reading.ts";
import { isBadInput } from "../../adapters/bad-input.ts";
import { backtest } from "../../policy/backtest.ts";
import { scalingPlan } from "../../policy/plan.ts";
import type { ScalingControls, ScalingPlan } from "../../policy/scaling-plan.ts";
import type { Service } from "../../policy/service.ts";
import { CART, surging } from "../support/services.ts";

const plan = (controls: ScalingControls, unit: ScalingPlan["unit"]) => ({ service: "cart", unit, controls });

const faultsOf = (text: string): string => {
  try {
    parseAwsPlan(text, "plan.json");
  } catch (error) {
    if (isBadInput(error)) return error.message;
    throw error;
  }
  return "accepted";
};

type Members = Record<string, unknown>;
const tracking = (more: Members = {}, configuration: Members = {}) => ({
  PolicyName: "steady",
  PolicyType: "TargetTrackingScaling",
  TargetTrackingScalingPolicyConfiguration: {
    TargetValue: 50,
    PredefinedMetricSpecification: { PredefinedMetricType: "ECSServiceAverageCPUUtilization" },
    ...configuration,
  },
  ...more,
});
const forecasting = (configuration?: Members, metric: Members = {}) => ({
  PolicyName: "forecast",
  PolicyType: "PredictiveScaling",
  ...(configuration === undefined
    ? {}
    : {
        PredictiveScalingPolicyConfiguration: {
          MetricSpecifications: [
            {
              TargetValue: 50,
              PredefinedMetricPairSpecification: { PredefinedMetricType: "ECSServiceCPUUtilization" },
              ...metric,
            },
          ],
          Mode: "ForecastAndScale",
          ...configuration,
        },
      }),
});
const surge = (steps: readonly Members[], configuration: Members = {}) => ({
  PolicyName: "surge",
  PolicyType: "StepScaling",
  StepScalingPolicyConfiguration: {
    AdjustmentType: "ChangeInCapacity",
    StepAdjustments: steps,
    ...configuration,
  },
});
const step = (lower: number | null, upper: number | null, change = 1) => ({
  ...(lower === null ? {} : { MetricIntervalLowerBound: lower }),
  ...(upper === null ? {} : { MetricIntervalUpperBound: upper }),
  ScalingAdjustment: change,
});
const alarm = (more: Members = {}) => ({
  AlarmName: "cart-surge",
  Namespace: "AWS/ApplicationELB",
  MetricName: "RequestCountPerTarget",
  Statistic: "Sum",
  Period: 60,
  EvaluationPeriods: 3,
  Threshold: 600,
  ComparisonOperator: "GreaterThanThreshold",
  AlarmActions: ["policy:surge"],
  ...more,
});
const action = (more: Members = {}) => ({
  ScheduledActionName: "morning",
  Schedule: "cron(0 8 ? * MON-FRI *)",
  ScalableTargetAction: { MinCapacity: 9 },
  ...more,
});
const evening = action({
  ScheduledActionName: "evening",
  Schedule: "cron(0 20 ? * MON-FRI *)",
  ScalableTargetAction: { MinCapacity: 2 },
});
const target = { MinCapacity: 2, MaxCapacity: 60 };
const document = (more: Members = {}) =>
  JSON.stringify({
    ScalableTarget: target,
    ScalingPolicies: [tracking()],
    ScheduledActions: [],
    Alarms: [],
    ...more,
  });
const policies = (...list: readonly Members[]) => document({ ScalingPolicies: list });
const stepped = (steps: readonly Members[], configuration: Members = {}, caller: Members = {}) =>
  document({ ScalingPolicies: [surge(steps, configuration)], Alarms: [alarm(caller)] });
const actions = (...list: readonly Members[]) => document({ ScheduledActions: list });
const group = (more: Members = {}) =>
  JSON.stringify({ AutoScalingGroup: { MinSize: 2, MaxSize: 9 }, ...more });

// Numbers that survive AWS's units: whole per-minute counts and percentages.
const requests = fc
  .integer({ min: 1, max: 100_000 })
  .map((perMinute) => Number((perMinute / 60).toPrecision(14)));
const ratio = fc.integer({ min: 1, max: 90 }).map((percent) => percent / 100);
const seconds = fc.integer({ min: 0, max: 3600 });

const arbitraryTracking = (cooldown: fc.Arbitrary<number>) =>
  fc
    .record({
      metric: fc.constantFrom("requestRatePerTask" as const, "cpuUtilization" as const),
      disableScaleIn: fc.constant(false),
      scaleOutCooldown: cooldown,
      scaleInCooldown: cooldown,
    })
    .chain((base) =>
      (base.metric === "cpuUtilization" ? ratio : requests).map((setpoint) => ({
        name: "steady",
        ...base,
        setpoint,
      })),
    );

const arbitraryStep = (cooldown: fc.Arbitrary<number>) =>
  fc
    .record({
      kind: fc.constantFrom("change" as const, "percent" as const),
      bands: fc.uniqueArray(fc.integer({ min: 1, max: 50 }), { maxLength: 6 }),
      change: fc.integer({ min: 1, max: 50 }),
      metric: fc.constantFrom(
        "requestRatePerTask" as const,
        "requestRate" as const,
        "responseTime" as const,
        "cpuUtilization" as const,
      ),
      comparison: fc.constantFrom(">" as const, ">=" as const),
      period: fc.constantFrom(60, 120, 300),
      datapoints: fc.integer({ min: 1, max: 3 }),
      threshold: fc.integer({ min: 51, max: 90 }),
      cooldown,
    })
    .map(({ kind, bands, change, metric, comparison, period, datapoints, threshold, cooldown }) => {
      const edges = [0, ...bands.toSorted((a, b) => a - b)].map((edge) => edge / 100);
      const steps = edges.map((lower, i) => ({
        lower,
        upper: edges[i + 1] ?? null,
        change: kind === "percent" ? (change + i) / 100 : change + i,
      }));
      const statistic = metric.startsWith("request") ? ("Sum" as const) : ("Average" as const);
      const minimum = kind === "percent" ? { minAdjustment: 2 } : {};
      const watching = {
        metric,
        statistic,
        comparison,
        threshold: threshold / 100,
        period,
        evaluationPeriods: 3,
        datapoints,
      };
      return { name: "surge", alarm: watching, adjustment: kind, ...minimum, steps, cooldown };
    });

const arbitrarySchedule = fc
  .uniqueArray(fc.integer({ min: 0, max: 23 }), { minLength: 2, maxLength: 6 })
  .chain((hours) =>
    fc.tuple(
      fc.constant(hours),
      fc.option(fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1 }), { nil: null }),
      fc.integer({ min: 0, max: 59 }),
    ),
  )
  .map(([hours, weekdays, minute]) =>
    hours.map((hour, i) => ({
      name: `at-${hour}`,
      at: {
        minutes: [minute],
        hours: [hour],
        weekdays: weekdays === null ? null : weekdays.toSorted((a, b) => a - b),
        daysOfMonth: null,
        months: null,
        years: null,
      },
      min: 3 + i, // the first of them lowers what the others raise, though never to the target's own minimum
    })),
  );

const arbitraryControls = (cooldown: fc.Arbitrary<number>) =>
  fc.record({
    min: fc.constant(1),
    max: fc.integer({ min: 10, max: 1000 }),
    tracking: fc.array(arbitraryTracking(cooldown), { maxLength: 1 }),
    steps: fc.array(arbitraryStep(cooldown), { maxLength: 1 }),
    schedule: fc.oneof(fc.constant([]), arbitrarySchedule),
  });

/** The same without cooldowns, which EC2 Auto Scaling does not have. */
function ofGroup({ tracking, steps, ...rest }: ScalingControls): ScalingControls {
  return {
    ...rest,
    tracking: tracking.map(({ scaleOutCooldown: _, scaleInCooldown: __, ...policy }) => policy),
    steps: steps.map(({ cooldown: _, ...policy }) => policy),
  };
}

describe("awsPlan and parseAwsPlan", () => {
  it("gives a service's controls back", () => {
    fc.assert(
      fc.property(arbitraryControls(seconds), (controls) => {
        const read = parseAwsPlan(JSON.stringify(awsPlan(plan(controls, "task"))), "plan.json");
        expect(read.unit).to.equal("task");
        expect(read.controls).to.deep.equal(controls);
      }),
    );
  });

  it("gives a group's controls back, with the warm-up in the place of cooldowns", () => {
    const warm = fc
      .integer({ min: 0, max: 3600 })
      .chain((warmup) => arbitraryControls(seconds).map((controls) => ({ ...ofGroup(controls), warmup })));
    fc.assert(
      fc.property(warm, (controls) => {
        const read = parseAwsPlan(JSON.stringify(awsPlan(plan(controls, "instance"))), "plan.json");
        expect(read.unit).to.equal("instance");
        expect(read.controls).to.deep.equal(controls);
      }),
    );
  });

  it("replays a group's plan from its document as the plan was judged", () => {
    const instances: Service = {
      ...CART,
      compute: { type: "ec2", instanceType: "m5.large" },
      demand: { kind: "history", trace: surging(), growth: 0 },
    };
    const made = scalingPlan(instances);
    const { controls } = parseAwsPlan(JSON.stringify(awsPlan(made)), "plan.json");
    expect(controls.warmup).to.equal(CART.capacity.startup + 180);
    const judged = backtest(instances, made.controls, surging());
    expect(judged.scaleOuts).to.be.above(5);
    const read = backtest(instances, controls, surging());
    expect(read.taskHours).to.be.closeTo(judged.taskHours, 1e-6); // numbers are written with twelve digits
    expect([read.scaleOuts, read.scaleIns]).to.deep.equal([judged.scaleOuts, judged.scaleIns]);
  });

  it("says the same again once it was read, whatever the numbers", () => {
    const rate = fc.double({ min: 0.01, max: 1e5, noNaN: true });
    fc.assert(
      fc.property(rate, rate, arbitraryControls(seconds), (setpoint, threshold, controls) => {
        const [steady] = controls.tracking;
        const [surge] = controls.steps;
        const odd: ScalingControls = {
          ...controls,
          tracking: steady === undefined ? [] : [{ ...steady, metric: "requestRatePerTask", setpoint }],
          steps:
            surge === undefined ? [] : [{ ...surge, alarm: { ...surge.alarm, threshold: 1 + threshold } }],
        };
        const written = awsPlan(plan(odd, "task"));
        const { controls: read } = parseAwsPlan(JSON.stringify(written), "plan.json");
        expect(awsPlan(plan(read, "task"))).to.deep.equal(written);
      }),
    );
  });

  it("throws nothing but BadInput, whatever the text", () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void faultsOf(text)));
  });

  // zod compares the length of what is no list; fast-check found it.
  it("names the member where an object with a length stands for a list or a text", () => {
    const odd = { length: {} };
    expect(faultsOf(document({ ScalingPolicies: odd }))).to.match(
      /ScalingPolicies.*stands where a list or a text belongs/,
    );
    expect(faultsOf(document({ ScalableTarget: { ...odd, ResourceId: odd } }))).to.match(
      /stands where a list or a text belongs/,
    );
  });

  it("throws nothing but BadInput when one member of a plan is anything", () => {
    const keys = ["ScalableTarget", "ScalingPolicies", "ScheduledActions", "Alarms"];
    fc.assert(
      fc.property(
        fc.constantFrom(...keys),
        fc.jsonValue(),
        (key, value) => void faultsOf(document({ [key]: value })),
      ),
    );
  });

  it("PLN-13 has no account id in it", () => {
    fc.assert(
      fc.property(arbitraryControls(seconds), (controls) => {
        expect(JSON.stringify(awsPlan(plan(controls, "task")))).to.not.match(/\b\d{12}\b|arn:/);
      }),
    );
  });

  it("writes the requests of Application Auto Scaling and CloudWatch", () => {
    const controls: ScalingControls = {
      min: 2,
      max: 60,
      tracking: [
        {
          name: "steady",
          metric: "requestRatePerTask",
          setpoint: 5,
          disableScaleIn: false,
          scaleOutCooldown: 75,
          scaleInCooldown: 300,
        },
      ],
      steps: [],
      schedule: [
        {
          name: "morning",
          at: {
            minutes: [0],
            hours: [8],
            weekdays: [1, 2, 3, 4, 5],
            daysOfMonth: null,
            months: null,
            years: null,
          },
          min: 9,
        },
      ],
    };
    const service = {
      ServiceNamespace: "ecs",
      ResourceId: "service/CLUSTER/cart",
      ScalableDimension: "ecs:service:DesiredCount",
    };
    expect(awsPlan(plan(controls, "task"))).to.deep.equal({
      ScalableTarget: { ...service, MinCapacity: 2, MaxCapacity: 60 },
      ScalingPolicies: [
        {
          ...service,
          PolicyName: "steady",
          PolicyType: "TargetTrackingScaling",
          TargetTrackingScalingPolicyConfiguration: {
            TargetValue: 300,
            PredefinedMetricSpecification: {
              PredefinedMetricType: "ALBRequestCountPerTarget",
              ResourceLabel: "app/LOAD-BALANCER/0123456789abcdef/targetgroup/TARGET-GROUP/0123456789abcdef",
            },
            DisableScaleIn: false,
            ScaleOutCooldown: 75,
            ScaleInCooldown: 300,
          },
        },
      ],
      ScheduledActions: [
        {
          ...service,
          ScheduledActionName: "morning",
          Schedule: "cron(0 8 ? * MON-FRI *)",
          Timezone: "UTC",
          ScalableTargetAction: { MinCapacity: 9 },
        },
      ],
      Alarms: [],
    });
  });
});

const refusals: readonly [string, string, RegExp][] = [
  ["PLN-1 a trailing comma", '{"Alarms": [],}', /plan\.json:1:14.*trailing comma/],
  ["PLN-1 a comment", "{\n  // why\n}", /plan\.json:2:3.*comments/],
  ["PLN-1 NaN", '{"Alarms": NaN}', /plan\.json:1:12.*value is expected/],
  ["PLN-1 a duplicate key", '{"Alarms": [],\n "Alarms": []}', /plan\.json:2:2.*twice/],
  ["PLN-1 an empty file", " \n", /empty/],
  ["PLN-1 null", "null", /it is null/],
  ["PLN-1 an array", "[]", /empty list/],
  ["PLN-1 a truncated file", '{"Alarms": [', /ends in the middle/],
  ["PLN-2 nesting of a million", "[".repeat(1e6), /deeper than 64/],
  ["PLN-2 six megabytes", `"${"x".repeat(6e6)}"`, /at most 5 MiB/],
  ["PLN-3 __proto__", '{"__proto__": {"MinCapacity": 1}}', /reserved/],
  ["PLN-3 constructor", '{"constructor": 1}', /reserved/],
  ["PLN-3 toString", '{"Alarms": [], "toString": 1}', /reserved/],
  [
    "PLN-4 a misspelt member",
    policies(tracking({ TargetTrackingScalingPolicyConfig: {} })),
    /ScalingPolicies\[0\].*did you mean `TargetTrackingScalingPolicyConfiguration`/,
  ],
  [
    "PLN-5 a quoted target",
    policies(tracking({}, { TargetValue: "70" })),
    /TargetValue is "70".*without quotes/,
  ],
  ["PLN-5 1e400", document().replace('"TargetValue":50', '"TargetValue":1e400'), /infinite/],
  [
    "PLN-6 another namespace",
    policies(tracking({ ServiceNamespace: "dynamodb" })),
    /ServiceNamespace is "dynamodb".*only ECS/,
  ],
  [
    "PLN-6 another dimension",
    policies(tracking({ ScalableDimension: "ecs:task:Count" })),
    /ecs:service:DesiredCount/,
  ],
  [
    "PLN-7 min above max",
    document({ ScalableTarget: { MinCapacity: 9, MaxCapacity: 3 } }),
    /MinCapacity is 9.*MaxCapacity, 3/,
  ],
  ["PLN-7 no MaxCapacity", document({ ScalableTarget: { MinCapacity: 9 } }), /MaxCapacity is missing/],
  ["PLN-8 one name twice", policies(tracking(), tracking()), /ScalingPolicies\[1\].*overwrite/],
  [
    "PLN-8 a name of 257",
    policies(tracking({ PolicyName: "x".repeat(257) })),
    /257 characters.*more than 256/,
  ],
  ["PLN-9 a dangling action", document({ Alarms: [alarm()] }), /no such policy/],
  [
    "PLN-10 both configurations",
    policies({ ...surge([step(0, null)]), ...tracking() }),
    /both a step and a target tracking/,
  ],
  [
    "PLN-10 type and member disagree",
    policies(tracking({ PolicyType: "StepScaling" })),
    /PolicyType is StepScaling.*missing/,
  ],
  [
    "PLN-11 an unknown predefined metric",
    policies(
      tracking(
        {},
        { PredefinedMetricSpecification: { PredefinedMetricType: "ECSServiceAverageMemoryUtilization" } },
      ),
    ),
    /knows ECSServiceAverageCPUUtilization and .* and ALBRequestCountPerTarget/,
  ],
  [
    "PLN-11 an unknown alarm metric",
    stepped([step(0, null)], {}, { MetricName: "QueueDepth" }),
    /knows RequestCountPerTarget, CPUUtilization, RequestCount, TargetResponseTime/,
  ],
  ["PLN-15 a newer version", document({ FormatVersion: 2 }), /FormatVersion is 2.*up to version 1/],
  [
    "PLN-16 both shapes",
    document({ AutoScalingGroup: { MinSize: 1, MaxSize: 2 } }),
    /ECS service and AutoScalingGroup of an EC2 group/,
  ],
  [
    "a forecast without its configuration",
    policies(forecasting()),
    /PredictiveScaling; the configuration.*missing/,
  ],
  [
    "a forecast's configuration on another type",
    policies({ ...tracking(), ...forecasting({}), PolicyType: "TargetTrackingScaling" }),
    /PredictiveScalingPolicyConfiguration goes with PredictiveScaling/,
  ],
  [
    "another type's configuration on a forecast",
    policies({ ...tracking(), ...forecasting({}) }),
    /TargetTrackingScalingPolicyConfiguration goes with another/,
  ],
  [
    "a forecast of no metric",
    policies(forecasting({ MetricSpecifications: [] })),
    /exactly one metric specification/,
  ],
  [
    "a forecast of memory",
    policies(
      forecasting(
        {},
        { PredefinedMetricPairSpecification: { PredefinedMetricType: "ECSServiceMemoryUtilization" } },
      ),
    ),
    /ECSServiceMemoryUtilization.*knows ALBRequestCount and ECSServiceCPUUtilization/,
  ],
  [
    "a forecast of a group's CPU for a service",
    policies(
      forecasting({}, { PredefinedMetricPairSpecification: { PredefinedMetricType: "ASGCPUUtilization" } }),
    ),
    /knows ALBRequestCount and ECSServiceCPUUtilization/,
  ],
  [
    "a forecast of one's own metric",
    policies(forecasting({}, { CustomizedLoadMetricSpecification: { MetricDataQueries: [] } })),
    /Write that in the place of CustomizedLoadMetricSpecification/,
  ],
  [
    "a forecast beyond the maximum",
    policies(forecasting({ MaxCapacityBreachBehavior: "IncreaseMaxCapacity", MaxCapacityBuffer: 10 })),
    /IncreaseMaxCapacity; the replay never goes beyond the maximum/,
  ],
  [
    "a buffer of nothing",
    policies(forecasting({ MaxCapacityBuffer: 10 })),
    /goes with IncreaseMaxCapacity only/,
  ],
  [
    "a forecast earlier than its hour",
    policies(forecasting({ SchedulingBufferTime: 3600 })),
    /from 0 to 3599/,
  ],
  ["a forecast of CPU above 100 %", policies(forecasting({}, { TargetValue: 120 })), /at most 100 %/],
  [
    "two forecasts",
    policies(forecasting({}), { ...forecasting({}), PolicyName: "other" }),
    /forecast and other scale by forecasts; the replay knows one/,
  ],
  [
    "an alarm that calls a forecast",
    document({ ScalingPolicies: [forecasting({})], Alarms: [alarm({ AlarmActions: ["policy:forecast"] })] }),
    /no alarm calls a predictive policy/,
  ],
  ["SCL-12 a target of 0", policies(tracking({}, { TargetValue: 0 })), /TargetValue is 0.*greater than 0/],
  ["SCL-12 a negative target", policies(tracking({}, { TargetValue: -5 })), /greater than 0/],
  ["SCL-12 a target of 1e120", policies(tracking({}, { TargetValue: 1e120 })), /2\^360/],
  ["SCL-12 CPU above 100 %", policies(tracking({}, { TargetValue: 120 })), /at most 100 %/],
  [
    "SCL-14 a negative cooldown",
    policies(tracking({}, { ScaleOutCooldown: -1 })),
    /ScaleOutCooldown is -1.*whole number from 0/,
  ],
  [
    "SCL-14 a cooldown of 1.5",
    policies(tracking({}, { ScaleInCooldown: 1.5 })),
    /ScaleInCooldown is 1.5.*whole number/,
  ],
  [
    "SCL-15 a cooldown on a group",
    group({
      ScalingPolicies: [
        {
          PolicyName: "a",
          PolicyType: "StepScaling",
          AdjustmentType: "ChangeInCapacity",
          StepAdjustments: [step(0, null)],
          Cooldown: 60,
        },
      ],
    }),
    /Cooldown is 60.*EstimatedInstanceWarmup/,
  ],
  [
    "SCL-16 a warm-up of 7200",
    group({ AutoScalingGroup: { MinSize: 1, MaxSize: 2, DefaultInstanceWarmup: 7200 } }),
    /-1 to 3600/,
  ],
  [
    "SCL-17 21 steps",
    stepped(Array.from({ length: 21 }, (_, i) => step(i, i === 20 ? null : i + 1))),
    /StepAdjustments is a list of 21; a policy has at most 20 steps/,
  ],
  ["SCL-18 a gap", stepped([step(0, 10), step(20, null)]), /gap.*10–20/],
  ["SCL-19 an overlap", stepped([step(0, 20), step(10, null)]), /overlap.*10–20/],
  ["SCL-20 two open ends", stepped([step(0, null), step(10, null)]), /steps 0 and 1 have no upper bound/],
  [
    "SCL-20 upper below lower",
    stepped([step(10, 0), step(10, null)]),
    /step 0 ends at 0.*above its start, 10/,
  ],
  [
    "SCL-20 a step open at both ends beside another",
    stepped([step(null, null), step(10, 20)]),
    /step 0 is open at both ends/,
  ],
  [
    "members for another service",
    document({
      ScalableTarget: { ...target, ResourceId: "service/shop/cart" },
      ScalingPolicies: [tracking({ ResourceId: "service/shop/web" })],
    }),
    /ScalingPolicies\[0\]\.ResourceId: .*"service\/shop\/web"; the plan is for "service\/shop\/cart", as ScalableTarget\.ResourceId says/,
  ],
  ["SCL-20 a single step open at both ends", stepped([step(null, null)]), /step 0 is open at both ends/],
  [
    "PLN-11 a metric in the namespace of another",
    stepped([step(0, null)], {}, { Namespace: "AWS/EC2" }),
    /Alarms\[0\]\.Namespace: .*RequestCountPerTarget of an ECS service is in AWS\/ApplicationELB/,
  ],
  ...["cart:morning", "a/b", "a|b", " morning"].map((name): [string, string, RegExp] => [
    `NAM-8 an action named ${name}`,
    document({ ScheduledActions: [action({ ScheduledActionName: name }), evening] }),
    /ScheduledActionName.*no `:`, `\/`, `\|`/,
  ]),
  ["SCL-21 a negative lower bound", stepped([step(-10, 0, -1), step(0, null)]), /Add a step from −∞/],
  [
    "SCL-22 absolute bounds",
    stepped([step(70, 80), step(80, null)], {}, { Threshold: 60 }),
    /Did you mean 10–20/,
  ],
  [
    "SCL-23 an exact capacity of -2",
    stepped([step(0, null, -2)], { AdjustmentType: "ExactCapacity" }),
    /at least 0/,
  ],
  ["SCL-23 a change of 0", stepped([step(0, null, 0)]), /does nothing/],
  [
    "SCL-24 a minimum magnitude without percent",
    stepped([step(0, null)], { MinAdjustmentMagnitude: 2 }),
    /PercentChangeInCapacity only/,
  ],
  [
    "SCL-26 51 policies",
    policies(...Array.from({ length: 51 }, (_, i) => tracking({ PolicyName: `p${i}` }))),
    /at most 50 policies/,
  ],
  [
    "SCL-27 201 actions",
    actions(...Array.from({ length: 201 }, (_, i) => action({ ScheduledActionName: `a${i}` }))),
    /at most 200/,
  ],
  [
    "SCL-27 126 actions of a group",
    group({
      ScheduledActions: Array.from({ length: 126 }, (_, i) => ({
        ScheduledActionName: `a${i}`,
        Recurrence: "0 8 * * *",
        MinSize: 1,
      })),
    }),
    /at most 125/,
  ],
  [
    "SCL-28 five fields for a service",
    actions(action({ Schedule: "cron(0 8 * * MON-FRI)" })),
    /six fields.*write cron\(0 8 \? \* MON-FRI \*\)/,
  ],
  [
    "SCL-28 six fields for a group",
    group({ ScheduledActions: [{ ScheduledActionName: "a", Recurrence: "0 8 ? * MON-FRI *", MinSize: 1 }] }),
    /five fields.*write 0 8 \* \* MON-FRI/,
  ],
  [
    "SCL-29 25 o'clock",
    actions(action({ Schedule: "cron(0 25 * * ? *)" })),
    /hour `25` is not within 0 to 23/,
  ],
  ["SCL-29 30 February", actions(action({ Schedule: "cron(0 8 30 FEB ? *)" })), /never fires/],
  [
    "SCL-30 a numeric weekday",
    actions(action({ Schedule: "cron(0 8 ? * 2 *)" })),
    /day of the week `2`.*write SUN/,
  ],
  ["SCL-31 an unknown zone", actions(action({ Timezone: "Mars/Olympus" }), evening), /no IANA time zone/],
  [
    "SCL-31 an abbreviation, which is no part of a city's name",
    actions(action({ Timezone: "EST" }), evening),
    /"EST"; it is no IANA time zone; write `UTC`\.$/,
  ],
  [
    "SCL-31 a city alone",
    actions(action({ Timezone: "Berlin" }), evening),
    /no IANA time zone; did you mean Europe\/Berlin\?$/,
  ],
  [
    "SCL-31 a zone in another case, which AWS does not read",
    actions(action({ Timezone: "europe/berlin" }), evening),
    /no IANA time zone; did you mean Europe\/Berlin\?$/,
  ],
  [
    "SCL-31 a zone partly in another case",
    actions(action({ Timezone: "Europe/BERLIN" }), evening),
    /no IANA time zone; did you mean Europe\/Berlin\?$/,
  ],
  ["SCL-31 an offset", actions(action({ Timezone: "CET+1" }), evening), /"CET\+1"; it is no IANA time zone/],
  [
    "SCL-32 a single moment that its zone's clocks leap over",
    actions(action({ Schedule: "at(2026-03-29T02:30:00)", Timezone: "Europe/Berlin" }), evening),
    /Schedule: .*it never fires, as the clocks of Europe\/Berlin leap over that time/,
  ],
  [
    "SCL-33 two actions that meet in summer alone, as one is in a zone",
    actions(
      action({ Schedule: "cron(0 10 ? * MON-FRI *)", Timezone: "Europe/Berlin" }),
      action({ ScheduledActionName: "again", ScalableTargetAction: { MinCapacity: 2 } }),
    ),
    /again fires at the same time as morning, 2026-03-30T08:00Z/,
  ],
  [
    "SCL-31 a misspelt zone",
    actions(action({ Timezone: "Europe/Berln" }), evening),
    /did you mean `?Europe\/Berlin/,
  ],
  [
    "SCL-33 two actions at once",
    actions(action(), action({ ScheduledActionName: "again", ScalableTargetAction: { MinCapacity: 2 } })),
    /again fires at the same time as morning/,
  ],
  [
    "SCL-34 min above max",
    actions(action({ ScalableTargetAction: { MinCapacity: 20, MaxCapacity: 10 } }), evening),
    /min 20 above max 10/,
  ],
  [
    "SCL-34 min above the max in force",
    actions(action({ ScalableTargetAction: { MinCapacity: 99 } }), evening),
    /min 99 above max 60/,
  ],
  ["SCL-35 a raise that nothing ends", actions(action()), /nothing ever lowers it/],
  ["SCL-36 a rate", actions(action({ Schedule: "rate(1 day)" })), /write cron/],
  [
    "SCL-36 a day that does not exist",
    actions(action({ Schedule: "at(2026-02-30T08:00:00)" })),
    /moment that exists/,
  ],
  ["SCL-38 no scale-in at all", policies(tracking({}, { DisableScaleIn: true })), /never get smaller/],
  [
    "SCL-40 tracking of a response time",
    policies(
      tracking(
        {},
        {
          PredefinedMetricSpecification: undefined,
          CustomizedMetricSpecification: {
            MetricName: "TargetResponseTime",
            Namespace: "AWS/ApplicationELB",
            Statistic: "Average",
          },
        },
      ),
    ),
    /ALBRequestCountPerTarget or CPU/,
  ],
  [
    "SCL-40 tracking of all requests",
    policies(
      tracking(
        {},
        {
          PredefinedMetricSpecification: undefined,
          CustomizedMetricSpecification: {
            MetricName: "RequestCount",
            Namespace: "AWS/ApplicationELB",
            Statistic: "Sum",
          },
        },
      ),
    ),
    /ALBRequestCountPerTarget or CPU/,
  ],
  ["CW-14 an average of counts", stepped([step(0, null)], {}, { Statistic: "Average" }), /it is Sum/],
  ["CW-19 a period of 45", stepped([step(0, null)], {}, { Period: 45 }), /10, 20, 30 or a multiple of 60/],
  [
    "CW-20 a period of 10 on a one-minute metric",
    stepped([step(0, null)], {}, { Period: 10 }),
    /one datapoint a minute/,
  ],
  [
    "CW-21 a day and an hour of periods",
    stepped([step(0, null)], {}, { EvaluationPeriods: 1500 }),
    /90000 s, at most 86400/,
  ],
  [
    "a policy that an alarm calls when it is off again",
    stepped([step(0, null)], {}, { OKActions: ["policy:surge"] }),
    /OKActions\[0\]: OKActions is "policy:surge"; .* while it is on/,
  ],
  [
    "a policy that an alarm calls without data",
    stepped([step(0, null)], {}, { InsufficientDataActions: ["policy:surge"] }),
    /InsufficientDataActions\[0\]/,
  ],
  [
    "a second scheduled action of one name, which AWS puts in the place of the first",
    actions(
      action({ ScheduledActionName: "day", ScalableTargetAction: { MinCapacity: 9 } }),
      action({
        ScheduledActionName: "day",
        Schedule: "cron(0 20 ? * MON-FRI *)",
        ScalableTargetAction: { MinCapacity: 2 },
      }),
    ),
    /ScheduledActions\[1\]\.ScheduledActionName: ScheduledActionName is "day"; .* overwrite/,
  ],
  ["CW-22 5 of 3", stepped([step(0, null)], {}, { DatapointsToAlarm: 5 }), /at most EvaluationPeriods, 3/],
];

describe("a plan made elsewhere is refused", () => {
  for (const [title, text, message] of refusals)
    it(title, () => {
      expect(faultsOf(text)).to.match(message);
    });

  it("PLN-4 of a service and a group in one, and told nothing else: what belongs to the one is no typo of the other", () => {
    const both = document({ AutoScalingGroup: { MinSize: 2, MaxSize: 9 } });
    expect(faultsOf(both).split("\n")).to.have.length(1);
    expect(faultsOf(both)).to.match(/ScalableTarget of an ECS service and AutoScalingGroup of an EC2 group/);
  });

  it("PLN-4 in our own words where a member is of another kind than AWS takes", () => {
    const requests = {
      ScalingPolicies: [tracking(), surge([step(0, null)]), forecasting({})],
      ScheduledActions: [action()],
      Alarms: [
        alarm({ AlarmDescription: "", OKActions: [""], Dimensions: [{ Name: "a", Value: "b" }], Tags: [] }),
      ],
    };
    const ofService = { FormatVersion: 1, ScalableTarget: { ...target, RoleARN: "arn" }, ...requests };
    const ofGroup = { AutoScalingGroup: { MinSize: 2, MaxSize: 9 }, Alarms: [alarm()] };
    for (const plan of [ofService, ofGroup])
      for (const wrong of [null, 0.5, "text", [1], { odd: 1 }, true])
        for (const text of replaced(plan, wrong))
          expect(faultsOf(text), text).not.to.match(/Invalid|expected|received/);
  });

  it("SCL-33 also when 200 actions fire every minute", () => {
    const every = Array.from({ length: 200 }, (_, i) =>
      action({
        ScheduledActionName: `a${i}`,
        Schedule: "cron(* * * * ? *)",
        ScalableTargetAction: { MinCapacity: 2 },
      }),
    );
    expect(faultsOf(actions(...every))).to.match(/same time/);
  });

  it("PLN-4 SCL-12 SCL-14 with all its faults at once", () => {
    const text = policies(tracking({ Typo: 1 }, { TargetValue: 0, ScaleInCooldown: -1 }));
    expect(faultsOf(text).split("\n")).to.have.length(3);
  });

  it("PLN-4 with what its schema refuses and what only reading it shows at once, each where it stands", () => {
    const text = document({
      ScalableTarget: { MinCapacity: 61, MaxCapacity: 60 },
      ScalingPolicies: [
        tracking({ PolicyName: "first" }, { TargetValue: -1 }),
        tracking({}, { TargetValue: 120 }),
        surge([step(5, null, 0)]),
      ],
      ScheduledActions: [action({ Schedule: 8 }), evening, { ...evening, ScheduledActionName: "night" }],
      Alarms: [alarm({ Period: 45 }), alarm({ AlarmActions: ["policy:surg"], Period: 30 })],
      Colour: "green",
    });
    const said = faultsOf(text).split("\n");
    const found = (where: string, message: RegExp) =>
      said.filter((line) => line.includes(`${where}: `) && message.test(line));
    for (const [where, message] of [
      ["ScalableTarget.MinCapacity", /at most MaxCapacity, 60/],
      ["ScalingPolicies[0].TargetTrackingScalingPolicyConfiguration.TargetValue", /greater than 0/],
      ["ScalingPolicies[1].TargetTrackingScalingPolicyConfiguration.TargetValue", /at most 100 %/],
      ["ScalingPolicies[2].StepScalingPolicyConfiguration.StepAdjustments[0]", /by 0/],
      ["ScheduledActions[0].Schedule", /must be|expected/],
      ["ScheduledActions[2]", /night fires at the same time as evening/],
      ["Alarms[0].Period", /multiple of 60/],
      ["Alarms[1].AlarmName", /an earlier alarm has it/],
      ["Alarms[1].AlarmActions[0]", /no such policy, did you mean `surge`/],
      ["Colour", /unknown/],
    ] as const)
      expect(found(where, message), `${where} in ${said.join("\n")}`).to.have.length(1);
    expect(said).to.have.length(10);
  });

  const broken = { MinCapacity: -1 };
  const odd = { Schedule: "cron(0 20 31 2 ? *)" };
  const onlyOut = tracking({ PolicyName: "only-out" }, { DisableScaleIn: true });
  const removes = surge([step(null, 0, -1)]);
  const low = alarm({ ComparisonOperator: "LessThanThreshold" });
  for (const [title, text] of [
    ["an alarm of a policy that is refused", document({ ScalingPolicies: [surge([])], Alarms: [alarm()] })],
    [
      "an alarm of a policy without a name",
      document({ ScalingPolicies: [{ ...surge([step(0, null)]), PolicyName: 5 }], Alarms: [alarm()] }),
    ],
    [
      "an alarm beside policies at a misspelt key",
      document({ ScalingPolicies: undefined, ScalingPolices: [surge([step(0, null)])], Alarms: [alarm()] }),
    ],
    [
      "a raise above the maximum beside bounds at a misspelt key",
      document({
        ScalableTarget: undefined,
        ScalableTargt: target,
        ScheduledActions: [action(), evening],
      }),
    ],
    ["a raise whose end is refused", actions(action(), { ...evening, ScalableTargetAction: broken })],
    ["a raise whose end cannot be read", actions(action(), { ...evening, ...odd })],
    [
      "a raise to a minimum beside bounds that are refused",
      document({ ScalableTarget: { ...target, ...broken }, ScheduledActions: [action()] }),
    ],
    [
      "policies that only scale out beside one that is refused",
      policies(onlyOut, tracking({}, { TargetValue: 0 })),
    ],
    [
      "policies that only scale out beside one that cannot be read",
      policies(onlyOut, tracking({}, { PredefinedMetricSpecification: { PredefinedMetricType: "CPU" } })),
    ],
    [
      "a policy that only scales out beside steps whose alarm is refused",
      document({ ScalingPolicies: [onlyOut, removes], Alarms: [{ ...low, Period: 45 }] }),
    ],
    [
      "a policy that only scales out beside a maximum that is refused",
      document({
        ScalingPolicies: [onlyOut],
        ScheduledActions: [action({ ScalableTargetAction: { MaxCapacity: -1 } })],
      }),
    ],
  ] as const)
    it(`PLN-4 but for what follows from another: ${title}`, () => {
      const faults = faultsOf(text).split("\n");
      expect(faults, faults.join("\n")).to.have.length(1);
    });
});

/** The plan as JSON, each of its members in turn with something else in its place. */
function replaced(plan: unknown, wrong: unknown): readonly string[] {
  const texts: string[] = [];
  const visit = (value: unknown, whole: (inner: unknown) => unknown) => {
    if (value !== plan) texts.push(JSON.stringify(whole(wrong)));
    if (typeof value !== "object" || value === null) return;
    for (const [key, inner] of Object.entries(value))
      visit(inner, (other) =>
        whole(
          Array.isArray(value)
            ? value.map((each, i) => (i === Number(key) ? other : each))
            : { ...value, [key]: other },
        ),
      );
  };
  visit(plan, (inner) => inner);
  return texts;
}

const notesOf = (text: string) => parseAwsPlan(text, "plan.json").notes.join("\n");

describe("a schedule in a zone", () => {
  const inZone = (Timezone: string) => actions(action({ Timezone }), { ...evening, Timezone });
  const zones = (text: string) =>
    parseAwsPlan(text, "plan.json").controls.schedule.map(({ at }) => at.zone ?? "UTC");

  it("keeps it, by each of its names, and UTC's names are none", () => {
    for (const zone of ["Europe/Berlin", "America/Argentina/Salta", "Asia/Kolkata", "Asia/Calcutta"])
      expect(zones(inZone(zone))).to.deep.equal([zone, zone]);
    for (const utc of ["UTC", "Etc/UTC", "GMT"]) {
      const { schedule } = parseAwsPlan(inZone(utc), "plan.json").controls;
      expect(schedule[0]!.at).to.not.have.property("zone");
    }
  });

  it("is written back as it was read, for both services", () => {
    const { controls } = parseAwsPlan(inZone("Europe/Berlin"), "plan.json");
    const { ScheduledActions } = awsPlan(plan(controls, "task")) as { ScheduledActions: Members[] };
    expect(ScheduledActions.map(({ Timezone }) => Timezone)).to.deep.equal([
      "Europe/Berlin",
      "Europe/Berlin",
    ]);
    const { controls: read } = parseAwsPlan(JSON.stringify(awsPlan(plan(controls, "task"))), "plan.json");
    expect(read.schedule).to.deep.equal(controls.schedule);
    const office = (ScheduledActionName: string, Recurrence: string, MinSize: number) => ({
      ...{ ScheduledActionName, Recurrence, MinSize, TimeZone: "Asia/Kolkata" },
    });
    const text = group({
      ScheduledActions: [office("open", "0 8 * * MON-FRI", 5), office("close", "0 20 * * MON-FRI", 2)],
    });
    const { controls: groups } = parseAwsPlan(text, "plan.json");
    expect(groups.schedule[0]!.at).to.include({ zone: "Asia/Kolkata" });
    const again = JSON.stringify(awsPlan(plan(groups, "instance")));
    expect(parseAwsPlan(again, "plan.json").controls.schedule).to.deep.equal(groups.schedule);
  });
});

describe("a plan made elsewhere is read with a note", () => {
  it("PLN-1 after a byte order mark", () => {
    expect(parseAwsPlan(`\uFEFF${document()}`, "plan.json").controls.max).to.equal(60);
  });
  it("PLN-9 when no alarm calls a step policy", () => {
    const { controls, notes } = parseAwsPlan(policies(surge([step(0, null)])), "plan.json");
    expect(controls.steps).to.deep.equal([]);
    expect(notes.join()).to.match(/no alarm calls the step policy surge/);
  });
  it("PLN-12 when a resource label is missing", () => {
    const label = { PredefinedMetricSpecification: { PredefinedMetricType: "ALBRequestCountPerTarget" } };
    expect(parseAwsPlan(policies(tracking({}, label)), "plan.json").controls.tracking[0]?.metric).to.equal(
      "requestRatePerTask",
    );
  });
  it("PLN-14 when there is nothing in it", () => {
    expect(notesOf("{}")).to.match(/capacity stays at min/);
  });
  it("SCL-12 when it holds CPU above 90 %", () => {
    expect(notesOf(policies(tracking({}, { TargetValue: 95 })))).to.match(/above 90 %/);
  });
  it("when nothing takes away what a forecast adds, at AWS's default buffer of five minutes", () => {
    const { controls, notes } = parseAwsPlan(policies(forecasting({})), "plan.json");
    expect(controls.predictive).to.include({ metric: "cpuUtilization", setpoint: 0.5, buffer: 300 });
    expect(notes.join()).to.match(/nothing takes away what forecast adds/);
    expect(notesOf(policies(tracking(), forecasting({})))).not.to.match(/takes away/);
  });
  it("SCL-14 when a cooldown exceeds an hour", () => {
    expect(notesOf(policies(tracking({}, { ScaleInCooldown: 3601 })))).to.match(/more than an hour/);
  });
  it("takes AWS's default cooldown of 300 s where none is given", () => {
    const [steady] = parseAwsPlan(document(), "plan.json").controls.tracking;
    expect(steady).to.deep.equal({
      name: "steady",
      metric: "cpuUtilization",
      setpoint: 0.5,
      disableScaleIn: false,
      scaleOutCooldown: 300,
      scaleInCooldown: 300,
    });
  });
});
