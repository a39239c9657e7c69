import { expect } from "chai";
import { findings } from "../../guard/offline-stack.ts";
import type { Bag, Resource } from "../../guard/resource.ts";
import type { ScalingControls } from "../../policy/scaling-plan.ts";
import { seal } from "../../policy/seal.ts";
import { CONTROLS } from "../support/deploy.ts";
import { resource, rule } from "../support/guard.ts";

const COMPONENT = "setpoint:index:ScaledService";
const SERVICE = "aws:ecs/service:Service";
const TARGET = "aws:appautoscaling/target:Target";
const POLICY = "aws:appautoscaling/policy:Policy";

/** A service as ECS's components deploy it with CONTROLS. */
function deployed(controls: ScalingControls = CONTROLS): readonly Resource[] {
  const numbers = { service: "cart", unit: "task", controls } as const;
  const cart = resource(COMPONENT, { plan: { ...numbers, seal: seal(numbers) } }, { name: "cart" });
  const service = resource(SERVICE, {}, { name: "cart-ecs", parent: cart.urn });
  const scales = { references: { resourceId: [service.urn] }, parent: cart.urn };
  const tracking = (name: string, predefinedMetricType: string, more: Bag) =>
    resource(
      POLICY,
      {
        targetTrackingScalingPolicyConfiguration: {
          predefinedMetricSpecification: { predefinedMetricType },
          scaleInCooldown: 300,
          scaleOutCooldown: 60,
          ...more,
        },
      },
      { name: `cart-${name}`, ...scales },
    );
  const surge = resource(
    POLICY,
    {
      stepScalingPolicyConfiguration: {
        adjustmentType: "PercentChangeInCapacity",
        cooldown: 60,
        minAdjustmentMagnitude: 2,
        stepAdjustments: [
          { metricIntervalLowerBound: "0", metricIntervalUpperBound: "120", scalingAdjustment: 25 },
          { metricIntervalLowerBound: "120", scalingAdjustment: 50 },
        ],
      },
    },
    { name: "cart-surge", ...scales },
  );
  return [
    ...[cart, service, surge],
    resource(TARGET, { minCapacity: 3, maxCapacity: 40 }, { name: "cart-target", ...scales }),
    tracking("load", "ALBRequestCountPerTarget", { targetValue: 390, disableScaleIn: false }),
    tracking("cpu", "ECSServiceAverageCPUUtilization", { targetValue: 55, disableScaleIn: true }),
    resource(
      "aws:cloudwatch/metricAlarm:MetricAlarm",
      {
        metricName: "RequestCountPerTarget",
        statistic: "Sum",
        period: 60,
        comparisonOperator: "GreaterThanThreshold",
        threshold: 480,
        evaluationPeriods: 2,
        datapointsToAlarm: 1,
      },
      { name: "cart-surge-alarm", parent: cart.urn, references: { alarmActions: [surge.urn] } },
    ),
    resource(
      "aws:appautoscaling/scheduledAction:ScheduledAction",
      { schedule: "cron(0 8 ? * MON-FRI *)", scalableTargetAction: { minCapacity: 9 } },
      { name: "cart-morning", ...scales },
    ),
  ];
}

const found = (name: string, resources: readonly Resource[]) => findings(rule(name), resources, "prod");

const with_ = (name: string, inputs: (before: Bag) => Bag) =>
  deployed().map((each) => (each.name === name ? { ...each, inputs: inputs(each.inputs) } : each));

describe("the guard on a plan", () => {
  it("accepts what is deployed as planned, to the last number", () => {
    for (const name of ["service-has-plan", "plan-as-derived", "scaling-follows-plan", "service-is-scaled"])
      expect(found(name, deployed())).to.deep.equal([]);
  });

  it("names the number that was changed, and the plan's", () => {
    const raised = with_("cart-target", (inputs) => ({ ...inputs, maxCapacity: 400 }));
    expect(found("scaling-follows-plan", raised)).to.deep.equal([
      "scaling-follows-plan: cart-target: maxCapacity is 400; the plan says 40. Deploy the plan's.",
    ]);
  });

  it("takes a schedule in UTC for one that names no zone", () => {
    for (const timezone of ["UTC", "Etc/UTC"]) {
      const named = with_("cart-morning", (inputs) => ({ ...inputs, timezone }));
      expect(found("scaling-follows-plan", named)).to.deep.equal([]);
    }
  });

  const numbers: readonly [string, string, unknown][] = [
    ["cart-load", "targetTrackingScalingPolicyConfiguration.targetValue", 391],
    ["cart-load", "targetTrackingScalingPolicyConfiguration.disableScaleIn", true],
    ["cart-load", "targetTrackingScalingPolicyConfiguration.scaleOutCooldown", 61],
    ["cart-cpu", "targetTrackingScalingPolicyConfiguration.scaleInCooldown", 0],
    ["cart-surge", "stepScalingPolicyConfiguration.cooldown", 0],
    ["cart-surge", "stepScalingPolicyConfiguration.stepAdjustments.1.scalingAdjustment", 100],
    ["cart-surge-alarm", "threshold", 500],
    ["cart-surge-alarm", "datapointsToAlarm", 2],
    ["cart-morning", "scalableTargetAction.minCapacity", 3],
    ["cart-morning", "schedule", "cron(0 9 ? * MON-FRI *)"],
    ["cart-morning", "timezone", "Europe/Berlin"],
  ];
  for (const [name, path, value] of numbers)
    it(`sees ${path} of ${name} changed`, () => {
      const change = (bag: unknown, [key, ...rest]: readonly string[]): unknown =>
        key === undefined
          ? value
          : Object.assign(Array.isArray(bag) ? [...bag] : { ...(bag as Bag) }, {
              [key]: change((bag as Bag)[key], rest),
            });
      const messages = found(
        "scaling-follows-plan",
        with_(name, (inputs) => change(inputs, path.split(".")) as Bag),
      );
      expect(messages).to.have.length(1);
      expect(messages[0]).to.include(
        `${name}: ${path} is ${typeof value === "string" ? `"${value}"` : value}; `,
      );
    });

  /** What is found where the target is so, and the plan as it is or without its schedule. */
  const bounded = (inputs: Bag, more: Partial<Resource>, controls = CONTROLS) =>
    found(
      "scaling-follows-plan",
      deployed(controls)
        .filter(({ name }) => controls.schedule.length > 0 || name !== "cart-morning")
        .map((each) =>
          each.type === TARGET ? { ...each, ...more, inputs: { ...each.inputs, ...inputs } } : each,
        ),
    );
  const LEFT = { ignoreChanges: ["minCapacity"] };

  it("accepts a floor that the plan's own schedule has set, where the program leaves it there, and no other", () => {
    expect(bounded({ minCapacity: 3 }, LEFT)).to.deep.equal([]);
    expect(bounded({ minCapacity: 9 }, LEFT)).to.deep.equal([]);
    expect(bounded({ minCapacity: 4 }, LEFT).join()).to.include("minCapacity is 4; the plan says 3");
    expect(bounded({ minCapacity: 9 }, {}).join()).to.include("minCapacity is 9; the plan says 3");
    const unscheduled = { ...CONTROLS, schedule: [] };
    expect(bounded({ minCapacity: 3 }, LEFT, unscheduled)).to.deep.equal([]);
    for (const made of [false, true])
      expect(bounded({ minCapacity: 9 }, { ...LEFT, made }, unscheduled).join()).to.include("is 9;");
  });

  it("takes a former plan's floor for what it is, on a target that is there already, and nothing else", () => {
    const before = { ...LEFT, made: true };
    expect(bounded({ minCapacity: 4 }, before)).to.deep.equal([]);
    expect(bounded({ minCapacity: 4 }, { made: true }).join()).to.include(
      "minCapacity is 4; the plan says 3",
    );
    const both = { made: true, ignoreChanges: ["minCapacity", "maxCapacity"] };
    expect(bounded({ maxCapacity: 400 }, both).join()).to.include("maxCapacity is 400; the plan says 40");
  });

  it("misses what the plan has and is not deployed", () => {
    for (const name of ["cart-load", "cart-surge-alarm", "cart-morning"]) {
      const less = deployed().filter((each) => each.name !== name);
      expect(found("scaling-follows-plan", less).join("\n")).to.match(/ is missing; the plan has it/);
    }
  });

  it("refuses a policy beside the plan, wherever in the program it stands", () => {
    const service = deployed().find(({ type }) => type === SERVICE)!;
    const more = resource(POLICY, {}, { name: "mine", references: { resourceId: [service.urn] } });
    expect(found("scaling-follows-plan", [...deployed(), more])).to.deep.equal([
      "scaling-follows-plan: mine: mine is not in the plan of cart; nothing else moves its capacity. Remove it, or declare it.",
    ]);
  });

  it("sees a plan that was edited between the engine and the component", () => {
    const edited = with_("cart", ({ plan }) => ({
      plan: { ...(plan as Bag), controls: { ...CONTROLS, min: 1 } },
    }));
    expect(found("plan-as-derived", edited)).to.have.length(1);
    const another = with_("cart", ({ plan }) => ({ plan: { ...(plan as Bag), service: "web" } }));
    expect(found("plan-as-derived", another)).to.have.length(1);
    const unsealed = with_("cart", ({ plan }) => ({ plan: { ...(plan as Bag), seal: undefined } }));
    expect(found("plan-as-derived", unsealed)).to.have.length(1);
  });

  it("knows a service of a platform by its platform's name before its own, and by no other", () => {
    const [cart] = deployed();
    const parent = "urn:pulumi:test::shop::setpoint:index:Platform::blue";
    const called = (name: string) => found("plan-as-derived", [{ ...cart!, name, parent }]);
    expect(called("blue-cart")).to.deep.equal([]);
    expect(called("green-cart")).to.have.length(1);
  });

  it("asks no plan of a daemon, nor of instances that a capacity provider counts", () => {
    const daemon = resource(SERVICE, { schedulingStrategy: "DAEMON" }, { name: "agent" });
    const group = resource("aws:autoscaling/group:Group", {}, { name: "hosts" });
    const provider = resource(
      "aws:ecs/capacityProvider:CapacityProvider",
      {},
      {
        references: { autoScalingGroupProvider: [group.urn] },
      },
    );
    expect(found("service-has-plan", [daemon, group, provider])).to.deep.equal([]);
    expect(found("service-has-plan", [group])).to.have.length(1);
  });
});

describe("a plan's seal", () => {
  const numbers = { service: "cart", unit: "task", controls: CONTROLS } as const;
  it("stays when a state file sorts the keys and drops what is null", () => {
    const { min, max, ...rest } = CONTROLS;
    const [step] = CONTROLS.steps;
    const [first, second] = step!.steps;
    const { upper: _, ...open } = second!;
    const steps = [{ ...step!, steps: [first, open] }];
    const sorted = { ...rest, steps, max, min, predictive: undefined } as unknown as ScalingControls;
    expect(seal({ ...numbers, controls: sorted })).to.equal(seal(numbers));
  });
  it("changes with any number and with the service", () => {
    expect(seal({ ...numbers, controls: { ...CONTROLS, min: 2 } })).to.not.equal(seal(numbers));
    expect(seal({ ...numbers, service: "web" })).to.not.equal(seal(numbers));
  });
});

describe("scaling-follows-plan, of capacity that its owner holds", () => {
  const held = (heldBy: string, ...scaling: readonly Resource[]) => {
    const numbers = { service: "web", unit: "instance", controls: BARE } as const;
    const web = resource(COMPONENT, { plan: { ...numbers, seal: seal(numbers), heldBy } }, { name: "web" });
    const below = scaling.map((each) => ({ ...each, parent: web.urn }));
    return findings(rule("scaling-follows-plan"), [web, ...below], "prod");
  };
  const BARE: ScalingControls = { min: 2, max: 9, tracking: [], steps: [], schedule: [] };
  const group = (minSize: number, maxSize: number) =>
    resource("aws:autoscaling/group:Group", { minSize, maxSize }, { name: "web-group" });

  it("takes a stopped group for empty, and no other size", () => {
    expect(held("stopped", group(0, 0))).to.deep.equal([]);
    expect(held("stopped", group(2, 9)).join()).to.match(/minSize is 2; the plan says 0/);
  });

  it("asks nothing to scale a single instance", () => {
    expect(held("single")).to.deep.equal([]);
    expect(held("single", group(2, 9)).join()).to.match(/web-group is not in the plan/);
  });

  it("asks for both ends of office hours", () => {
    expect(held("officeHours", group(2, 9)).join()).to.match(
      /office-start is missing.*office-stop is missing/s,
    );
  });
});
