import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { DEFAULT_DEPLOYMENT } from "../../adapters/service-deployment.ts";
import { Ec2Scaling } from "../../components/ec2-scaling.ts";
import { WebTier } from "../../components/web-tier.ts";
import type { ScalingControls } from "../../policy/scaling-plan.ts";
import { asked, CAPACITY, CONTROLS, DEV, deploy, foundation, later } from "../support/deploy.ts";

const autoscalingGroupName = later("web-group.name");

function scaled(controls: ScalingControls, watch: () => void = () => undefined) {
  return deploy(() => {
    watch();
    const { network, security, target } = foundation(DEV, "instance");
    const tier = new WebTier("web", {
      ...{
        network,
        security,
        target,
        controls,
        key: undefined,
        tags: {},
        capacity: CAPACITY,
        logRetention: 14,
      },
      types: ["t3.small"],
      compute: { type: "ec2", instanceType: "t3.small" },
      deployment: DEFAULT_DEPLOYMENT,
    });
    new Ec2Scaling("scale", { tier, target, controls });
  });
}

describe("Ec2Scaling", () => {
  let registered: Awaited<ReturnType<typeof scaled>>;
  before(async () => {
    registered = await scaled(CONTROLS);
  });

  it("row 44: tracks requests a minute and CPU in percent, with a warm-up where ECS has cooldowns", () => {
    expect(asked(registered, "scale-load")).to.deep.equal({
      autoscalingGroupName,
      policyType: "TargetTrackingScaling",
      estimatedInstanceWarmup: 90, // 89.5 s, never shorter
      targetTrackingConfiguration: {
        predefinedMetricSpecification: {
          predefinedMetricType: "ALBRequestCountPerTarget",
          resourceLabel: `${later("entry-alb.arnSuffix")}/${later("cart-group.arnSuffix")}`,
        },
        targetValue: 390, // 6.5 a second
        disableScaleIn: false,
      },
    });
    expect(asked(registered, "scale-cpu").targetTrackingConfiguration).to.deep.equal({
      predefinedMetricSpecification: { predefinedMetricType: "ASGAverageCPUUtilization" },
      targetValue: 55,
      disableScaleIn: true,
    });
  });

  it("steps by bands above the alarm's threshold, in the alarm's unit", () => {
    expect(asked(registered, "scale-surge")).to.deep.equal({
      autoscalingGroupName,
      policyType: "StepScaling",
      adjustmentType: "PercentChangeInCapacity",
      metricAggregationType: "Average",
      minAdjustmentMagnitude: 2,
      estimatedInstanceWarmup: 90,
      stepAdjustments: [
        { metricIntervalLowerBound: "0", metricIntervalUpperBound: "120", scalingAdjustment: 25 },
        { metricIntervalLowerBound: "120", scalingAdjustment: 50 },
      ],
    });
    const { threshold, alarmActions, dimensions } = asked(registered, "scale-surge-alarm");
    expect({ threshold, alarmActions, dimensions }).to.deep.equal({
      threshold: 480, // 8 a second
      alarmActions: [later("scale-surge.arn")],
      dimensions: { LoadBalancer: later("entry-alb.arnSuffix"), TargetGroup: later("cart-group.arnSuffix") },
    });
  });

  it("replaces a scheduled action that changes, the former first: AWS refuses a start that has passed (pulumi/pulumi-aws#2473)", async () => {
    const options: pulumi.CustomResourceOptions[] = [];
    await scaled(CONTROLS, () =>
      pulumi.runtime.registerStackTransformation(({ name, opts }) => {
        if (name === "scale-morning") options.push(opts);
        return undefined;
      }),
    );
    expect(options).to.have.length(1);
    const { replaceOnChanges, deleteBeforeReplace } = options[0]!;
    expect(deleteBeforeReplace).to.equal(true);
    const {
      autoscalingGroupName: _,
      scheduledActionName: __,
      ...inputs
    } = asked(registered, "scale-morning");
    expect(replaceOnChanges).to.have.members(Object.keys(inputs));
  });

  it("changes one bound on schedule; -1 is the provider's word for unchanged, where 0 would empty the group", () => {
    expect(asked(registered, "scale-morning")).to.deep.equal({
      autoscalingGroupName,
      scheduledActionName: "morning",
      recurrence: "0 8 * * MON-FRI",
      timeZone: "Etc/UTC",
      minSize: 9,
      maxSize: -1,
      desiredCapacity: -1,
    });
  });

  it("keeps a schedule in its zone", async () => {
    const [morning] = CONTROLS.schedule;
    const schedule = [{ ...morning!, at: { ...morning!.at, zone: "Europe/Berlin" } }];
    const found = await scaled({ ...CONTROLS, schedule });
    expect(asked(found, "scale-morning")).to.include({ timeZone: "Europe/Berlin" });
  });

  it("finds CPU at the group", async () => {
    const [surge] = CONTROLS.steps;
    const alarm = {
      ...surge!.alarm,
      metric: "cpuUtilization",
      statistic: "Average",
      threshold: 0.9,
    } as const;
    const other = await scaled({ ...CONTROLS, tracking: [], schedule: [], steps: [{ ...surge!, alarm }] });
    const { namespace, dimensions, threshold } = asked(other, "scale-surge-alarm");
    expect({ namespace, dimensions, threshold }).to.deep.equal({
      namespace: "AWS/EC2",
      dimensions: { AutoScalingGroupName: later("web-group.name") },
      threshold: 90,
    });
  });

  it("forecasts by requests only where the plan says so", async () => {
    expect(() => asked(registered, "scale-forecast")).to.throw("0 resources");
    const predictive = {
      name: "forecast",
      metric: "requestRatePerTask",
      setpoint: 6.5,
      mode: "forecastAndScale",
      buffer: 90,
    } as const;
    expect(asked(await scaled({ ...CONTROLS, predictive }), "scale-forecast")).to.deep.equal({
      autoscalingGroupName,
      policyType: "PredictiveScaling",
      predictiveScalingConfiguration: {
        metricSpecification: {
          targetValue: 390, // 6.5 a second
          predefinedMetricPairSpecification: {
            predefinedMetricType: "ALBRequestCount",
            resourceLabel: `${later("entry-alb.arnSuffix")}/${later("cart-group.arnSuffix")}`,
          },
        },
        mode: "ForecastAndScale",
        schedulingBufferTime: "90",
        maxCapacityBreachBehavior: "HonorMaxCapacity",
      },
    });
  });

  it("warms up for as long as an instance starts where the plan says nothing", async () => {
    const { warmup: _, ...controls } = CONTROLS;
    const other = await scaled(controls);
    expect(asked(other, "web-group").defaultInstanceWarmup).to.equal(75);
    expect(asked(other, "scale-load")).to.not.have.property("estimatedInstanceWarmup"); // the group's acts
  });
});
