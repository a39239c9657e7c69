import { expect } from "chai";
import { changes, type Deployed, describeOnEngine, freshStack, refused } from "../support/engine.ts";

const GROUP = "aws:autoscaling/group:Group";
const HOOK = "aws:autoscaling/lifecycleHook:LifecycleHook";

/** What an operator sees of the web tier of a stack, and does to it. */
function webTier(deployed: () => Deployed) {
  const declare = (field: string, value: string) =>
    deployed().stack.setConfig(`setpoint:services.web.deploy.${field}`, { value }, true);
  const group = async () => {
    const [held] = (await deployed().cloud.contents()).filter(({ type }) => type === GROUP);
    return held!.outputs as {
      readonly name: string;
      readonly minSize: number;
      readonly launchTemplate?: { readonly version: string };
      readonly mixedInstancesPolicy?: {
        readonly launchTemplate: {
          readonly launchTemplateSpecification: { readonly version: string };
          readonly overrides: readonly { readonly instanceType: string }[];
        };
      };
    };
  };
  /** As AWS has it: the version that moto's group launches. */
  const launches = async () => {
    const { AutoScalingGroups } = await deployed().moto.autoScaling.describeAutoScalingGroups({});
    const { LaunchTemplate, MixedInstancesPolicy } = AutoScalingGroups![0]!;
    const { launchTemplate, mixedInstancesPolicy } = await group();
    const known = launchTemplate ?? mixedInstancesPolicy!.launchTemplate.launchTemplateSpecification;
    const seen = LaunchTemplate ?? MixedInstancesPolicy!.LaunchTemplate!.LaunchTemplateSpecification!;
    expect(known.version).to.equal(seen.Version);
    return Number(seen.Version);
  };
  const touched = async () => {
    const made = await changes(deployed().stack);
    const serving = made.filter(({ type }) => !type.startsWith("aws:cloudwatch/")); // what watches may follow
    return [...new Set(serving.map(({ name }) => name))];
  };
  const same = async () => {
    const { changeSummary } = await deployed().stack.preview();
    return Object.keys(changeSummary);
  };
  return { declare, group, launches, touched, same };
}

/** Switches the alarm that a release of the web tier rolls back on. */
async function alarm({ cloud, moto }: Deployed, StateValue: "ALARM" | "OK"): Promise<void> {
  const [rollback] = (await cloud.contents()).filter(({ name }) => /^web-.*-rollback$/.test(name));
  const AlarmName = String(rollback!.outputs.name);
  await moto.cloudWatch.setAlarmState({ AlarmName, StateValue, StateReason: "a test" });
}

describeOnEngine("an instance refresh of the dev stack on Pulumi's engine", function () {
  this.timeout(300_000);
  let dev: Deployed;
  before(async () => {
    dev = await freshStack("dev");
    await dev.stack.up();
  });
  after(() => dev?.close());
  const { declare, group, launches, touched, same } = webTier(() => dev);

  it("ends at once where the group is new, which has what is desired", async () => {
    expect(await launches()).to.equal(1);
    expect(await touched()).to.deep.equal([]);
  });

  it("rows 18, 19: takes the group to a new version of its template, which Pulumi leaves alone", async () => {
    await declare("user", "1000");
    expect(await touched()).to.deep.equal(["web-web-template", "web-web-refresh-run"]);
    expect(await launches()).to.equal(2);
    expect(await touched()).to.deep.equal([]);
  });

  it("row 19: stays where it is when the group changes of which the state has the former version", async () => {
    await declare("instances.state", "stopped");
    expect(await touched()).to.deep.equal(["web-web-group"]);
    expect(await group()).to.include({ minSize: 0 });
    expect(await launches()).to.equal(2);
    await declare("instances.state", "running");
    await touched();
    expect(await launches()).to.equal(2);
  });

  it("row 19: is no drift that the next update would undo", async () => {
    await dev.stack.refresh();
    expect(await touched()).to.deep.equal([]);
    expect(await launches()).to.equal(2);
  });

  it("row 19: fails the update when an alarm has AWS go back, and leaves the group on the version that it had", async () => {
    await dev.cloud.spoil("3");
    await declare("user", "1001");
    const message = await refused(dev.stack.up());
    const { name } = await group();
    expect(message).to.include(
      `${name}: AWS did not take the group to version 3 of its template; it launches version 2 of its template, as before.`,
    );
    expect(await launches()).to.equal(2);
  });

  it("row 19: goes on saying so, at an update that changes nothing; a preview shows nothing to do", async () => {
    expect(await refused(dev.stack.up())).to.include("did not take the group to version 3");
    expect(await same()).to.deep.equal(["same"]);
    expect(await launches()).to.equal(2);
  });

  it("row 19: is mended by the next version", async () => {
    await declare("user", "1002");
    expect(await touched()).to.deep.equal(["web-web-template", "web-web-refresh-run"]);
    expect(await launches()).to.equal(4);
  });

  it("row 19: goes on when an alarm is on before it, which the next version may mend", async () => {
    await dev.cloud.spoil("5"); // would be undone, if anything watched
    await alarm(dev, "ALARM");
    await declare("user", "1003");
    await touched();
    expect(await launches()).to.equal(5);
    await alarm(dev, "OK");
  });

  it("row 19: is tried again where it is asked to be, as the message says", async () => {
    await dev.cloud.spoil("6");
    await declare("user", "1004");
    const message = await refused(dev.stack.up());
    const [, urn] = /--replace '(urn:[^']+)'/.exec(message)!;
    expect(await launches()).to.equal(5);
    await alarm(dev, "ALARM");
    await dev.stack.up({ replace: [urn!] });
    expect(await launches()).to.equal(6);
    await alarm(dev, "OK");
  });

  it("row 19: is tried again by the next update where it could not begin", async () => {
    const { launchTemplate } = await group();
    await dev.cloud.change(GROUP, { launchTemplate: { ...launchTemplate, version: "$Latest" } }); // by hand
    await declare("user", "1005");
    expect(await refused(dev.stack.up())).to.match(
      /waiting for SSM Association .* no version \$Latest to roll back/,
    );
    await dev.cloud.change(GROUP, { launchTemplate });
    expect(await touched()).to.deep.equal(["web-web-refresh-run"]);
    expect(await launches()).to.equal(7);
    expect(await touched()).to.deep.equal([]);
  });

  it("has a launch hook only while instances report to it", async () => {
    const hooks = async () => {
      const AutoScalingGroupName = (await group()).name;
      const { LifecycleHooks } = await dev.moto.autoScaling.describeLifecycleHooks({ AutoScalingGroupName });
      return LifecycleHooks!.map(({ LifecycleHookName }) => LifecycleHookName);
    };
    await dev.cloud.spoil("8");
    await declare("instances.hooks.launch", "10 min");
    await refused(dev.stack.up()); // the former instances, which serve on, do not report
    expect(await hooks()).to.deep.equal([]);
    await declare("user", "1006");
    await touched();
    expect(await hooks()).to.deep.equal(["launch"]);
    await declare("user", "1007");
    const { stdout } = await dev.stack.preview();
    expect(stdout).to.include("web-web-template").and.to.not.include("web-web-launch");
    expect(await touched()).to.deep.equal(["web-web-template", "web-web-refresh-run"]); // it stays meanwhile
    expect(await hooks()).to.deep.equal(["launch"]);
    await dev.stack.removeConfig("setpoint:services.web.deploy.instances", true);
    await declare("user", "1006");
    expect(await touched()).to.include("web-web-launch");
    expect(await hooks()).to.deep.equal([]);
    expect((await dev.cloud.contents()).filter(({ type }) => type === HOOK)).to.deep.equal([]);
    expect(await launches()).to.equal(11);
  });
});

const AT = ["setpoint:services", "web", "deploy", "instances"];

describeOnEngine("an instance refresh of the prod stack, of several types", function () {
  this.timeout(300_000);
  let prod: Deployed;
  before(async () => {
    prod = await freshStack("prod");
    await prod.stack.up();
  });
  after(() => prod?.close());
  const { declare, group, launches, touched } = webTier(() => prod);
  const types = async () =>
    (await group()).mixedInstancesPolicy?.launchTemplate.overrides.map(({ instanceType }) => instanceType);

  it("rows 19, 42: takes the policy to a new version, and back where an alarm goes off", async () => {
    expect(await types()).to.deep.equal(["t2.large", "t3.large", "t3a.large"]);
    await declare("user", "1000");
    expect(await touched()).to.deep.equal(["web-web-template", "web-web-refresh-run"]);
    expect(await launches()).to.equal(2);
    await prod.cloud.spoil("3");
    await declare("user", "1001");
    expect(await refused(prod.stack.up())).to.include(
      "did not take the group to version 3 of its template on t2.large, t3.large, t3a.large; it launches version 2",
    );
    expect(await launches()).to.equal(2);
  });

  it("rows 19, 42: takes the group to other types", async () => {
    prod.configure([...AT, "types"], ["t3.large"]);
    await declare("user", "1002");
    await touched();
    expect(await types()).to.deep.equal(["t2.large", "t3.large"]);
    await prod.stack.refresh();
    expect(await touched()).to.deep.equal([]);
  });

  it("row 19: refuses to go from several types to one, which could not be undone, but for one update that says so", async () => {
    prod.configure([...AT, "types"], []);
    await declare("user", "1003"); // so that a preview does not know the version yet
    const said = "it launches t2.large, t3.large; one type cannot be rolled back to that";
    expect(await refused(prod.stack.preview())).to.include(said);
    expect(await refused(prod.stack.up())).to.include(said);
    prod.configure([...AT, "refresh"], { rollback: false });
    await touched();
    expect(await types()).to.equal(undefined);
    expect((await group()).launchTemplate!.version).to.equal("5");
    prod.configure([...AT, "refresh"], { rollback: true });
    await prod.stack.refresh();
    await declare("user", "1005");
    await touched();
    expect(await launches()).to.equal(6);
    expect(await touched()).to.deep.equal([]);
  });

  it("fails the update where a refresh that is not to be undone fails, and tries again", async () => {
    prod.configure([...AT, "refresh"], { rollback: false });
    await prod.cloud.spoil("7");
    await declare("user", "1004");
    expect(await refused(prod.stack.up())).to.match(/waiting for SSM Association .*Status is Failed/);
    expect(await launches()).to.equal(7);
    await alarm(prod, "ALARM");
    // and the runbook that could go back, which the failed update left for later, goes
    expect(await touched()).to.deep.equal(["web-web-refresh-run", "web-web-refresh-runbook"]);
  });
});
