import { expect } from "chai";
import { type Release, ROLLING, type Shifted } from "../../adapters/release-settings.ts";
import { DEFAULT_DEPLOYMENT } from "../../adapters/service-deployment.ts";
import { EcsScaling } from "../../components/ecs-scaling.ts";
import { drainingTime, refuseRollback, settlingTime } from "../../components/steady-state.ts";
import { asked, CAPACITY, CONTROLS, deploy, later, ofType } from "../support/deploy.ts";
import { ecsService } from "../support/ecs.ts";

const LAMBDA = "arn:aws:lambda:eu-west-1:123456789012:function:smoke-test";
const CANARY: Shifted = {
  strategy: "canary",
  bake: 15,
  portion: 0.1,
  pause: 5,
  hooks: [],
  circuitBreaker: true,
};

async function serviceOf(release: Release, rollbackAlarms: string[] = []) {
  return asked(
    await deploy(() => ecsService({ deployment: { release }, rollbackAlarms })),
    "cart-ecs-service",
  );
}

describe("a rolling release", () => {
  it("lets as many tasks run as it declares, and balances zones only with room for one more (CMP-9)", async () => {
    const service = await serviceOf({ ...ROLLING, minimumHealthy: 0.5, maximum: 1, circuitBreaker: false });
    expect(service).to.deep.include({
      deploymentMinimumHealthyPercent: 50,
      deploymentMaximumPercent: 100,
      deploymentCircuitBreaker: { enable: false, rollback: false },
      availabilityZoneRebalancing: "DISABLED",
    });
  });

  it("goes back on the alarms that it is given, SLO alarms among them (rows 77, 78)", async () => {
    const alarms = ["cart-fast-burn", "cart-slow-burn"];
    expect((await serviceOf(ROLLING, alarms)).alarms).to.deep.equal({
      ...{ enable: true, rollback: true, alarmNames: alarms },
    });
    expect(await serviceOf(ROLLING)).to.not.have.property("alarms");
  });

  it("needs no role at the balancer", async () => {
    const registered = await deploy(() => ecsService());
    expect(ofType(registered, "aws:iam/role:Role").map(({ name }) => name)).to.not.include(
      "cart-ecs-balancer-role",
    );
  });
});

describe("a release that moves traffic", () => {
  it("moves a part first, then the rest, then bakes (row 80)", async () => {
    expect((await serviceOf(CANARY)).deploymentConfiguration).to.deep.equal({
      strategy: "CANARY",
      bakeTimeInMinutes: "15",
      canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: "5" },
    });
    expect((await serviceOf({ ...CANARY, strategy: "linear" })).deploymentConfiguration).to.deep.equal({
      strategy: "LINEAR",
      bakeTimeInMinutes: "15",
      linearConfiguration: { stepPercent: 10, stepBakeTimeInMinutes: "5" },
    });
    expect(
      (await serviceOf({ ...CANARY, strategy: "blueGreen", portion: 1 })).deploymentConfiguration,
    ).to.deep.equal({
      strategy: "BLUE_GREEN",
      bakeTimeInMinutes: "15",
    });
  });

  it("has ECS move one rule between two groups, and leaves the rule's weights to it (rows 79, 81)", async () => {
    const registered = await deploy(() => ecsService({ deployment: { release: CANARY } }));
    expect(asked(registered, "cart-ecs-service").loadBalancers).to.deep.equal([
      {
        ...{ targetGroupArn: later("new-group.arn"), containerName: "app", containerPort: 8080 },
        advancedConfiguration: {
          alternateTargetGroupArn: later("new-alternate.arn"),
          productionListenerRule: later("new-rule.arn"),
          roleArn: later("cart-ecs-balancer-role.arn"),
        },
      },
    ]);
    const rule = registered.find(({ name }) => name === "new-rule")!;
    expect(rule.ignoreChanges).to.deep.equal(["actions"]);
    expect(asked(registered, "cart-ecs-balancer-policy").policyArn).to.equal(
      "arn:aws:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers",
    );
  });

  it("asks functions at the stages they name, with a role that calls them alone", async () => {
    const hooks = [{ lambda: LAMBDA, stages: ["postScaleUp", "postTestTrafficShift"] as const }];
    const registered = await deploy(() => ecsService({ deployment: { release: { ...CANARY, hooks } } }));
    expect(asked(registered, "cart-ecs-service").deploymentConfiguration).to.deep.include({
      lifecycleHooks: [
        {
          hookTargetArn: LAMBDA,
          roleArn: later("cart-ecs-hook-role.arn"),
          lifecycleStages: ["POST_SCALE_UP", "POST_TEST_TRAFFIC_SHIFT"],
        },
      ],
    });
    expect(JSON.parse(String(asked(registered, "cart-ecs-hook-policy").policy)).Statement).to.deep.equal([
      { Effect: "Allow", Action: ["lambda:InvokeFunction"], Resource: [LAMBDA] },
    ]);
  });
});

describe("scaling under a release that moves traffic", () => {
  const REQUESTS = { namespace: "AWS/ApplicationELB", metricName: "RequestCountPerTarget" };
  const groups = { own: later("new-group.arnSuffix"), alternate: later("new-alternate.arnSuffix") };
  const balancer = later("entry-alb.arnSuffix");

  it("follows the requests at both groups, so that a swap scales nothing in (rows 79, 80)", async () => {
    const registered = await deploy(() => {
      const { service, target } = ecsService({ deployment: { release: CANARY } });
      new EcsScaling("scale", { service, target, controls: CONTROLS });
    });
    const { targetTrackingScalingPolicyConfiguration: tracking } = asked(registered, "scale-load");
    expect((tracking as Record<string, unknown>).customizedMetricSpecification).to.deep.equal({
      metrics: [
        ...Object.entries(groups).map(([id, group]) => ({
          ...{ id, returnData: false },
          metricStat: {
            metric: {
              ...REQUESTS,
              dimensions: [
                { name: "LoadBalancer", value: balancer },
                { name: "TargetGroup", value: group },
              ],
            },
            stat: "Sum",
          },
        })),
        { id: "both", expression: "SUM([own, alternate])", returnData: true },
      ],
    });
    expect((tracking as Record<string, unknown>).targetValue).to.equal(6.5 * 60);
    const alarm = asked(registered, "scale-surge-alarm");
    expect(alarm).to.not.have.any.keys("metricName", "dimensions", "statistic", "period");
    expect(alarm.metricQueries).to.deep.equal([
      ...Object.entries(groups).map(([id, group]) => ({
        id,
        metric: {
          ...{ ...REQUESTS, period: 60, stat: "Sum" },
          dimensions: { LoadBalancer: balancer, TargetGroup: group },
        },
      })),
      { id: "both", expression: "SUM([own, alternate])", returnData: true },
    ]);
  });

  it("takes AWS's own CPU metric, which counts every task", async () => {
    const registered = await deploy(() => {
      const { service, target } = ecsService({ deployment: { release: CANARY } });
      new EcsScaling("scale", { service, target, controls: CONTROLS });
    });
    expect(asked(registered, "scale-cpu").targetTrackingScalingPolicyConfiguration).to.deep.include({
      predefinedMetricSpecification: { predefinedMetricType: "ECSServiceAverageCPUUtilization" },
    });
  });
});

describe("the steady state", () => {
  it("fails where ECS runs another version than the one asked for, and names both (row 82)", () => {
    expect(refuseRollback("cart", "cart:8", "cart:8")).to.equal("cart:8");
    expect(() => refuseRollback("cart", "cart:8", "cart:7")).to.throw(
      /^cart: ECS rolled the deployment of cart:8 back and runs cart:7\./,
    );
  });

  it("is what the service's running version says once it is read back (row 82)", async () => {
    let running = "";
    await deploy(() => {
      ecsService().service.running.apply((definition) => {
        running = definition;
      });
    });
    expect(running).to.equal(later("cart-ecs-definition.arn"));
  });

  it("is waited for as long as a deployment may take to fail and to go back, and no longer", () => {
    const time = (tasks: number, change: Partial<typeof DEFAULT_DEPLOYMENT> = {}, capacity = CAPACITY) =>
      settlingTime(tasks, capacity, { ...DEFAULT_DEPLOYMENT, ...change }, []);
    // 91 s of grace, 10 s to drain and 30 s to stop, five times over
    expect(time(3)).to.equal(Math.max(600, Math.ceil(5 * (91 + 10 + 30 + 0.36))));
    expect(time(5000)).to.equal(time(0) + 5 * 600); // Fargate starts 500 a minute
    const half = { release: { ...ROLLING, minimumHealthy: 0.5, maximum: 1 } };
    expect(time(3, half)).to.be.greaterThan(1.9 * time(3));
    expect(time(3, { release: CANARY }) - time(3)).to.equal(60 * (15 + 5));
    expect(time(3, { release: { ...CANARY, strategy: "linear" } }) - time(3)).to.equal(60 * (15 + 9 * 5));
    expect(time(3, { capacity: { kind: "instances" } }) - time(3)).to.equal(5 * 300);
    expect(time(3, {}, { ...CAPACITY, startup: 1 })).to.equal(600);
    const watched = settlingTime(3, CAPACITY, DEFAULT_DEPLOYMENT, ["cart-fast-burn"]);
    expect(watched - time(3)).to.equal(3600); // ECS watches alarms for as long as they look back
    expect(drainingTime({ ...CAPACITY, maxWait: 1800 }, undefined)).to.be.greaterThan(1200);
  });
});
