import { expect } from "chai";
import { changes, type Deployed, describeOnEngine, freshStack, refused, stateOf } from "../support/engine.ts";

describeOnEngine("a deployment that AWS refuses halfway", function () {
  this.timeout(300_000);
  let dev: Deployed;
  before(async () => {
    dev = await freshStack("dev");
  });
  after(() => dev?.close());

  it("F-23: names what was refused, and keeps the record of what was created", async () => {
    await dev.cloud.refuse(7);
    const message = await refused(dev.stack.up({ parallel: 1 }));
    const created = (await stateOf(dev.stack)).filter(({ type }) => type.startsWith("aws:"));
    expect(created).to.have.length(6);
    const cloud = await dev.cloud.contents();
    expect(created.map(({ id }) => id)).to.have.members(cloud.map(({ id }) => id));
    const [, name] = /InsufficientCapacity: no room for (\S+)/.exec(message)!;
    expect(message).to.match(new RegExp(`aws:\\S+ \\(${name}\\)`)); // as Pulumi names a resource
  });

  it("F-23: completes with the next `up`, keeping those that exist", async () => {
    const before = await dev.cloud.contents();
    const { summary } = await dev.stack.up();
    expect(Object.keys(summary.resourceChanges!).toSorted()).to.deep.equal(["create", "same"]);
    const after = await dev.cloud.contents();
    expect(after).to.include.deep.members(before);
    const state = await stateOf(dev.stack);
    expect(after).to.have.length(state.filter(({ type }) => type.startsWith("aws:")).length);
  });
});

describeOnEngine("a plan of which AWS takes only a part", function () {
  this.timeout(300_000);
  const ALARM = "cart-scaling-surge-alarm";
  let prod: Deployed;
  before(async () => {
    prod = await freshStack("prod");
  });
  after(() => prod?.close());

  it("F-24: fails and names the alarm whose policy nothing would call", async () => {
    await prod.cloud.refuse(ALARM);
    expect(await refused(prod.stack.up())).to.match(new RegExp(`aws:\\S+ \\(${ALARM}\\)`));
    const { ScalingPolicies } = await prod.moto.applicationScaling.describeScalingPolicies({
      ServiceNamespace: "ecs",
    });
    expect(ScalingPolicies!.map(({ PolicyType }) => PolicyType)).to.include("StepScaling");
  });

  it("F-24: is whole after the next `up`, which makes the alarm and what else is missing, and changes nothing", async () => {
    const made = await changes(prod.stack);
    expect(made.map(({ name }) => name)).to.include(ALARM);
    expect(new Set(made.map(({ op }) => op))).to.deep.equal(new Set(["create"]));
  });
});
