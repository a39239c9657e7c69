import { expect } from "chai";
import { type Deployed, describeOnEngine, freshStack } from "../support/engine.ts";

interface Headline {
  readonly service: string;
  readonly min: number;
  readonly max: number;
  readonly holds: readonly { readonly metric: string; readonly setpoint: number }[];
  readonly steps: number;
  readonly schedule: number;
}

const ECS = { ServiceNamespace: "ecs" } as const;

describeOnEngine("what moto's AWS holds of the prod stack", function () {
  this.timeout(300_000);
  let prod: Deployed;
  let cart: Headline;
  let web: Headline;
  before(async () => {
    prod = await freshStack("prod");
    const { outputs } = await prod.stack.up();
    [cart, web] = outputs.services!.value as [Headline, Headline];
  });
  after(() => prod?.close());

  it("is the plan's bounds: of tasks, and of instances", async () => {
    const { ScalableTargets } = await prod.moto.applicationScaling.describeScalableTargets(ECS);
    expect(ScalableTargets!.map((each) => [each.MinCapacity, each.MaxCapacity])).to.deep.equal([
      [cart.min, cart.max],
    ]);
    const { AutoScalingGroups } = await prod.moto.autoScaling.describeAutoScalingGroups({});
    expect(AutoScalingGroups!.map((each) => [each.MinSize, each.MaxSize])).to.deep.equal([
      [web.min, web.max],
    ]);
  });

  it("is the plan's setpoints, per minute as AWS counts requests", async () => {
    const { ScalingPolicies } = await prod.moto.applicationScaling.describeScalingPolicies(ECS);
    const { ScalingPolicies: ofGroup } = await prod.moto.autoScaling.describePolicies({});
    const tracking = [
      ...ScalingPolicies!.map((each) => each.TargetTrackingScalingPolicyConfiguration),
      ...ofGroup!.map((each) => each.TargetTrackingConfiguration),
    ].filter(
      (each) => each?.PredefinedMetricSpecification?.PredefinedMetricType === "ALBRequestCountPerTarget",
    );
    const planned = [cart, web].flatMap(({ holds }) =>
      holds.filter(({ metric }) => metric === "requestRatePerTask").map(({ setpoint }) => setpoint * 60),
    );
    expect(planned).to.not.be.empty;
    expect(tracking.map((each) => each!.TargetValue)).to.have.length(planned.length);
    tracking.forEach((each, i) => {
      expect(each!.TargetValue).to.be.closeTo(planned[i]!, 1e-6 * planned[i]!);
    });
  });

  it("is an alarm for each step policy, which calls that policy", async () => {
    const { ScalingPolicies } = await prod.moto.applicationScaling.describeScalingPolicies(ECS);
    const steps = ScalingPolicies!.filter(({ PolicyType }) => PolicyType === "StepScaling");
    expect(steps).to.have.length(cart.steps).and.not.be.empty;
    const { MetricAlarms } = await prod.moto.cloudWatch.describeAlarms({});
    for (const { PolicyARN } of steps)
      expect(MetricAlarms!.filter(({ AlarmActions }) => AlarmActions!.includes(PolicyARN!))).to.have.length(
        1,
      );
  });

  it("is a scheduled action for each floor of the plan", async () => {
    const { ScheduledActions } = await prod.moto.applicationScaling.describeScheduledActions(ECS);
    expect(ScheduledActions).to.have.length(cart.schedule).and.not.be.empty;
    const { ScheduledUpdateGroupActions } = await prod.moto.autoScaling.describeScheduledActions({});
    expect(ScheduledUpdateGroupActions).to.have.length(web.schedule);
  });

  it("is what the balancer of the outputs leads to: a rule of each path, to a group of the service", async () => {
    const { LoadBalancers } = await prod.moto.balancing.describeLoadBalancers({});
    expect(LoadBalancers).to.have.length(1);
    const { Listeners } = await prod.moto.balancing.describeListeners(LoadBalancers![0]!);
    const secure = Listeners!.find(({ Port }) => Port === 443)!;
    const { Rules } = await prod.moto.balancing.describeRules(secure);
    const paths = Rules!.flatMap((rule) =>
      rule.Conditions!.flatMap((each) => each.PathPatternConfig!.Values!),
    );
    expect(paths).to.have.members(["/cart", "/cart/*", "/*"]);
  });

  // F-10: autoscaling is not undone by a deployment.
  it("F-10: stays as it is when 40 tasks run and the file says fewer", async () => {
    const { clusterArns } = await prod.moto.ecs.listClusters({});
    const { serviceArns } = await prod.moto.ecs.listServices({ cluster: clusterArns![0] });
    const where = { cluster: clusterArns![0], service: serviceArns![0] };
    await prod.moto.ecs.updateService({ ...where, desiredCount: 40 });
    const [group] = (await prod.moto.autoScaling.describeAutoScalingGroups({})).AutoScalingGroups!;
    const sized = { AutoScalingGroupName: group!.AutoScalingGroupName, DesiredCapacity: web.min + 2 };
    await prod.moto.autoScaling.setDesiredCapacity(sized);
    await prod.stack.refresh();
    const { summary } = await prod.stack.up();
    expect(Object.keys(summary.resourceChanges!)).to.deep.equal(["same"]);
    const { services } = await prod.moto.ecs.describeServices({
      cluster: where.cluster,
      services: [where.service!],
    });
    expect(services![0]!.desiredCount).to.equal(40);
    const [after] = (await prod.moto.autoScaling.describeAutoScalingGroups({})).AutoScalingGroups!;
    expect(after!.DesiredCapacity).to.equal(web.min + 2);
  });

  it("F-37: is shown to have lost an alarm and gained a rule, and is healed", async () => {
    const { MetricAlarms } = await prod.moto.cloudWatch.describeAlarms({});
    const own = MetricAlarms!.find(({ AlarmName }) => AlarmName!.startsWith("cart-scaling-surge-alarm"))!;
    await prod.moto.cloudWatch.deleteAlarms({ AlarmNames: [own.AlarmName!] });
    const open = [{ protocol: "tcp", fromPort: 22, toPort: 22, cidrBlocks: ["0.0.0.0/0"] }];
    await prod.cloud.change("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", { ingress: open });

    const { changeSummary } = await prod.stack.previewRefresh();
    expect(changeSummary).to.include({ delete: 1, update: 1 });

    await prod.stack.refresh();
    const { summary } = await prod.stack.up();
    expect(summary.resourceChanges).to.include({ create: 1, update: 1 });
    const healed = await prod.moto.cloudWatch.describeAlarms({ AlarmNamePrefix: "cart-scaling-surge-alarm" });
    expect(healed.MetricAlarms!.map(({ Threshold }) => Threshold)).to.deep.equal([own.Threshold]);
    const group = (await prod.cloud.contents()).find(({ type }) => type.endsWith(":DefaultSecurityGroup"));
    expect(group!.outputs.ingress).to.deep.equal([]);
  });
});
