import { expect } from "chai";
import { type Change, changes, type Deployed, describeOnEngine, freshStack } from "../support/engine.ts";

const SCALING =
  /^aws:(appautoscaling|autoscaling\/(policy|schedule)|cloudwatch\/(metricAlarm|compositeAlarm|dashboard))/;

const STACKS = [
  { stackName: "dev", instanceType: "t3.small", zones: ["eu-west-1a", "eu-west-1b"] },
  { stackName: "prod", instanceType: "t3.large", zones: ["eu-west-1a", "eu-west-1b"] },
] as const;

for (const { stackName, instanceType, zones } of STACKS)
  describeOnEngine(`a change of the ${stackName} stack`, function () {
    this.timeout(300_000);
    let deployed: Deployed;
    before(async () => {
      deployed = await freshStack(stackName);
      deployed.configure(["setpoint:deployment", "network", "zones"], zones);
      await deployed.stack.up();
    });
    after(() => deployed?.close());

    it("of what is promised touches only what scales", async () => {
      deployed.configure(["setpoint:services", "cart", "slos", 0, "threshold"], "700 ms");
      const made = await changes(deployed.stack);
      expect(made).to.not.be.empty;
      expect(made.filter(({ type }) => !SCALING.test(type))).to.deep.equal([]);
      expect(replaced(made)).to.deep.equal([]);
    });

    it("that adds a zone leaves the old zones as they are", async () => {
      const before = await deployed.cloud.contents();
      deployed.configure(["setpoint:deployment", "network", "zones"], [...zones, "eu-west-1c"]);
      const made = await changes(deployed.stack);
      expect(new Set(made.map(({ op }) => op))).to.deep.equal(new Set(["create", "update"]));
      const old = made.filter(({ op, name }) => op !== "create" && /eu-west-1[ab]/.test(name));
      expect(old).to.deep.equal([]);
      expect(made.map(({ op, name }) => `${op} ${name}`)).to.include.members([
        "create network-public-eu-west-1c",
        "create network-private-eu-west-1c",
        "update entry-alb",
        "update cart-ecs-service",
        "update web-web-group",
      ]);
      const ids = new Set((await deployed.cloud.contents()).map(({ id }) => id));
      expect(before.filter(({ id }) => !ids.has(id))).to.deep.equal([]);
      const { LoadBalancers } = await deployed.moto.balancing.describeLoadBalancers({});
      const covered = LoadBalancers![0]!.AvailabilityZones!.map(({ ZoneName }) => ZoneName);
      expect(covered).to.have.members([...zones, "eu-west-1c"]);
    });

    it("of an instance type makes a new version of the template, and replaces nothing but what takes the group there", async () => {
      deployed.configure(["setpoint:services", "web", "compute", "instanceType"], instanceType);
      const made = await changes(deployed.stack);
      const runs = replaced(made).map(({ name }) => name);
      const document = stackName === "prod" ? ["web-web-refresh-runbook"] : []; // which names all types
      expect(new Set(runs)).to.deep.equal(new Set(["web-web-refresh-run", ...document]));
      const others = made.filter(({ type, name }) => !SCALING.test(type) && !runs.includes(name));
      expect(others.map(({ op, name }) => `${op} ${name}`)).to.have.members(["update web-web-template"]);
      const { LaunchTemplates } = await deployed.moto.ec2.describeLaunchTemplates({});
      const { LaunchTemplateId } = LaunchTemplates![0]!;
      const { LaunchTemplateVersions } = await deployed.moto.ec2.describeLaunchTemplateVersions({
        LaunchTemplateId,
      });
      const newest = LaunchTemplateVersions!.at(-1)!;
      expect(newest.LaunchTemplateData!.InstanceType).to.equal(instanceType);
      const { AutoScalingGroups } = await deployed.moto.autoScaling.describeAutoScalingGroups({});
      const { LaunchTemplate, MixedInstancesPolicy } = AutoScalingGroups![0]!;
      const launched = LaunchTemplate ?? MixedInstancesPolicy!.LaunchTemplate!.LaunchTemplateSpecification!;
      expect(launched.Version).to.equal(String(newest.VersionNumber));
    });
  });

function replaced(made: readonly Change[]): readonly Change[] {
  return made.filter(({ op }) => /replace/.test(op));
}
