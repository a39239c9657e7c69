import { rmSync } from "node:fs";
import { delimiter, resolve } from "node:path";
import { expect } from "chai";
import { changes, type Deployed, describeOnEngine, freshStack } from "../support/engine.ts";
import { packStarter } from "../support/pack-starter.ts";

const ECS = { ServiceNamespace: "ecs" } as const;
const CART = ["setpoint:services", "cart"] as const;
const POLICY_PACKS = [resolve("guard")];

describeOnEngine("a floor that a scheduled action has set", function () {
  this.timeout(600_000);
  let prod: Deployed;
  let bin: string;
  before(async () => {
    prod = await freshStack("prod");
    bin = packStarter();
    prod.stack.workspace.envVars.PATH = `${bin}${delimiter}${process.env.PATH}`;
    await prod.stack.up();
  });
  after(async () => {
    await prod?.close();
    if (bin !== undefined) rmSync(bin, { recursive: true });
  });

  const bounds = async () => {
    const { ScalableTargets } = await prod.moto.applicationScaling.describeScalableTargets(ECS);
    const { MinCapacity, MaxCapacity } = ScalableTargets![0]!;
    return { min: MinCapacity!, max: MaxCapacity! };
  };
  /** As Application Auto Scaling does at an action's time, or somebody by hand. */
  const setFloor = async (MinCapacity: number) => {
    const { ScalableTargets } = await prod.moto.applicationScaling.describeScalableTargets(ECS);
    const { ResourceId, ScalableDimension } = ScalableTargets![0]!;
    const target = { ...ECS, ResourceId, ScalableDimension };
    await prod.moto.applicationScaling.registerScalableTarget({ ...target, MinCapacity });
  };
  const planned = async () => {
    const services = (await prod.stack.outputs()).services!.value as { min: number; max: number }[];
    return services[0]!;
  };
  /** The highest of the plan's. */
  const floor = async () => {
    const { ScheduledActions } = await prod.moto.applicationScaling.describeScheduledActions(ECS);
    return Math.max(...ScheduledActions!.map((each) => each.ScalableTargetAction!.MinCapacity!));
  };

  it("is the plan's minimum at first", async () => {
    expect((await bounds()).min).to.equal((await planned()).min);
    expect(await floor()).to.be.above((await planned()).min);
  });

  it("is left as it is by `up --refresh`, and by `up` after `refresh`", async () => {
    await setFloor(await floor());
    const { summary } = await prod.stack.up({ refresh: true });
    expect(Object.keys(summary.resourceChanges!)).to.deep.equal(["same"]);
    expect((await bounds()).min).to.equal(await floor());
    await prod.stack.refresh();
    expect(await changes(prod.stack)).to.deep.equal([]);
    expect((await bounds()).min).to.equal(await floor());
  });

  it("is left where the maximum changes, which takes effect", async () => {
    prod.configure([...CART, "bounds", "max"], 150);
    await prod.stack.up({ refresh: true });
    expect(await bounds()).to.deep.equal({ min: await floor(), max: 150 });
  });

  it("passes the guard, and so does a new plan before its own first action", async () => {
    await prod.stack.preview({ refresh: true, policyPacks: POLICY_PACKS });
    const before = await floor();
    prod.configure([...CART, "demand", "growth"], "60 %");
    await prod.stack.preview({ policyPacks: POLICY_PACKS });
    await prod.stack.up({ policyPacks: POLICY_PACKS });
    expect(await floor()).to.be.above(before);
    expect((await bounds()).min).to.equal(before);
  });

  it("gives way to the plan's minimum once there is no schedule, and then to a new one", async () => {
    for (const peak of ["40 /s", "80 /s"]) {
      prod.configure([...CART, "demand"], { peak, growth: "10 %" });
      await prod.stack.up({ refresh: true });
      const { min, max } = await planned();
      expect(await bounds()).to.deep.equal({ min, max });
      const { ScheduledActions } = await prod.moto.applicationScaling.describeScheduledActions(ECS);
      expect(ScheduledActions).to.deep.equal([]);
    }
    const { min } = await planned();
    await setFloor(min + 5);
    await prod.stack.up({ refresh: true }); // nothing but the plan sets it now
    expect((await bounds()).min).to.equal(min);
  });
});
