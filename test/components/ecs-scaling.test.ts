import { expect } from "chai";
import { EcsScaling } from "../../components/ecs-scaling.ts";
import type { ScalingControls } from "../../policy/scaling-plan.ts";
import { asked, CONTROLS, deploy, later } from "../support/deploy.ts";
import { ecsService } from "../support/ecs.ts";

const scalable = {
  serviceNamespace: "ecs",
  scalableDimension: "ecs:service:DesiredCount",
  resourceId: `service/${later("shop-cluster.name")}/${later("cart-ecs-service.name")}`,
};

function scaled(controls: ScalingControls) {
  return deploy(() => {
    const { service, target } = ecsService();
    new EcsScaling("scale", { service, target, controls });
  });
}

describe("EcsScaling", () => {
  let registered: Awaited<ReturnType<typeof scaled>>;
  before(async () => {
    registered = await scaled(CONTROLS);
  });

  it("bounds the service's task count", () => {
    expect(asked(registered, "scale-target")).to.deep.equal({ ...scalable, minCapacity: 3, maxCapacity: 40 });
  });

  it("leaves to scheduled actions the bounds that they set, and no other", async () => {
    const left = async (...bounds: readonly { readonly min?: number; readonly max?: number }[]) => {
      const schedule = bounds.map((each, i) => ({ ...CONTROLS.schedule[0]!, name: `at-${i}`, ...each }));
      const found = await scaled({ ...CONTROLS, schedule });
      return found.find(({ name }) => name === "scale-target")!.ignoreChanges;
    };
    expect(await left()).to.deep.equal([]);
    expect(await left({ min: 9 }, { min: 2 })).to.deep.equal(["minCapacity"]);
    expect(await left({ min: 9 }, { max: 60 })).to.deep.equal(["minCapacity", "maxCapacity"]);
  });

  it("tracks requests a minute at this target group, and waits whole seconds", () => {
    expect(asked(registered, "scale-load")).to.deep.equal({
      ...scalable,
      policyType: "TargetTrackingScaling",
      targetTrackingScalingPolicyConfiguration: {
        predefinedMetricSpecification: {
          predefinedMetricType: "ALBRequestCountPerTarget",
          resourceLabel: `${later("entry-alb.arnSuffix")}/${later("cart-group.arnSuffix")}`,
        },
        targetValue: 390, // 6.5 a second
        disableScaleIn: false,
        scaleOutCooldown: 60, // 59.2 s, never shorter
        scaleInCooldown: 300,
      },
    });
  });

  it("tracks CPU in percent, without a label", () => {
    expect(asked(registered, "scale-cpu").targetTrackingScalingPolicyConfiguration).to.deep.equal({
      predefinedMetricSpecification: { predefinedMetricType: "ECSServiceAverageCPUUtilization" },
      targetValue: 55,
      disableScaleIn: true,
      scaleOutCooldown: 60,
      scaleInCooldown: 300,
    });
  });

  it("steps by bands above the alarm's threshold, in the alarm's unit", () => {
    expect(asked(registered, "scale-surge")).to.deep.equal({
      ...scalable,
      policyType: "StepScaling",
      stepScalingPolicyConfiguration: {
        adjustmentType: "PercentChangeInCapacity",
        cooldown: 60,
        metricAggregationType: "Average",
        minAdjustmentMagnitude: 2,
        stepAdjustments: [
          { metricIntervalLowerBound: "0", metricIntervalUpperBound: "120", scalingAdjustment: 25 },
          { metricIntervalLowerBound: "120", scalingAdjustment: 50 },
        ],
      },
    });
    expect(asked(registered, "scale-surge-alarm")).to.deep.equal({
      namespace: "AWS/ApplicationELB",
      metricName: "RequestCountPerTarget",
      dimensions: { LoadBalancer: later("entry-alb.arnSuffix"), TargetGroup: later("cart-group.arnSuffix") },
      statistic: "Sum",
      period: 60,
      comparisonOperator: "GreaterThanThreshold",
      threshold: 480, // 8 a second
      evaluationPeriods: 2,
      datapointsToAlarm: 1,
      treatMissingData: "missing",
      alarmActions: [later("scale-surge.arn")],
    });
  });

  it("changes one bound on schedule and leaves the other", () => {
    expect(asked(registered, "scale-morning")).to.deep.equal({
      ...scalable,
      schedule: "cron(0 8 ? * MON-FRI *)",
      timezone: "UTC",
      scalableTargetAction: { minCapacity: 9 },
    });
  });

  it("keeps a schedule in its zone", async () => {
    const [morning] = CONTROLS.schedule;
    const schedule = [{ ...morning!, at: { ...morning!.at, zone: "Europe/Berlin" } }];
    const found = await scaled({ ...CONTROLS, schedule });
    expect(asked(found, "scale-morning")).to.include({ timezone: "Europe/Berlin" });
  });

  it("counts requests over the alarm's own period, and finds CPU at the service", async () => {
    const [surge] = CONTROLS.steps;
    const alarm = { ...surge!.alarm, period: 180 };
    const cpu = { ...alarm, metric: "cpuUtilization", statistic: "Maximum", threshold: 0.9 } as const;
    const steps = [
      { ...surge!, name: "slow", alarm },
      {
        ...surge!,
        name: "hot",
        alarm: cpu,
        adjustment: "change" as const,
        steps: [{ lower: 0, upper: null, change: 3 }],
      },
    ];
    const other = await scaled({ ...CONTROLS, tracking: [], schedule: [], steps });
    expect(asked(other, "scale-slow-alarm").threshold).to.equal(8 * 180);
    const { namespace, metricName, dimensions, threshold, statistic } = asked(other, "scale-hot-alarm");
    expect({ namespace, metricName, dimensions, threshold, statistic }).to.deep.equal({
      namespace: "AWS/ECS",
      metricName: "CPUUtilization",
      dimensions: { ClusterName: later("shop-cluster.name"), ServiceName: later("cart-ecs-service.name") },
      threshold: 90,
      statistic: "Maximum",
    });
    expect(asked(other, "scale-hot").stepScalingPolicyConfiguration).to.deep.include({
      adjustmentType: "ChangeInCapacity",
      metricAggregationType: "Maximum",
      stepAdjustments: [{ metricIntervalLowerBound: "0", scalingAdjustment: 3 }],
    });
  });

  it("forecasts by CPU only where the plan says so", async () => {
    expect(() => asked(registered, "scale-forecast")).to.throw("0 resources");
    const predictive = {
      name: "forecast",
      metric: "cpuUtilization",
      setpoint: 0.55,
      mode: "forecastOnly",
      buffer: 90,
    } as const;
    expect(asked(await scaled({ ...CONTROLS, predictive }), "scale-forecast")).to.deep.equal({
      ...scalable,
      policyType: "PredictiveScaling",
      predictiveScalingPolicyConfiguration: {
        metricSpecifications: [
          {
            targetValue: "55",
            predefinedMetricPairSpecification: { predefinedMetricType: "ECSServiceCPUUtilization" },
          },
        ],
        mode: "ForecastOnly",
        schedulingBufferTime: 90,
        maxCapacityBreachBehavior: "HonorMaxCapacity",
      },
    });
  });
});
