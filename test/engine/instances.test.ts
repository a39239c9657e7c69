import { expect } from "chai";
import { type Deployed, describeOnEngine, freshStack } from "../support/engine.ts";

describeOnEngine("instances of the dev stack on Pulumi's engine", function () {
  this.timeout(300_000);
  let dev: Deployed;
  before(async () => {
    dev = await freshStack("dev");
    await dev.stack.up();
  });
  after(() => dev?.close());

  const declare = async (field: string, value: string) => {
    await dev.stack.setConfig(`setpoint:services.web.${field}`, { value }, true);
    const { summary } = await dev.stack.up();
    const { same: _, ...changes } = summary.resourceChanges as Record<string, number>;
    return changes;
  };
  const group = async () => {
    const [held] = (await dev.cloud.contents()).filter(({ type }) => type === "aws:autoscaling/group:Group");
    return held!.outputs as { minSize: number; maxSize: number; launchTemplate: { version: string } };
  };

  it("row 16: stops and starts by changing the group alone, back to the plan's size", async () => {
    const { minSize, maxSize } = await group();
    expect(await declare("deploy.instances.state", "stopped")).to.deep.equal({ update: 1 });
    expect(await group()).to.include({ minSize: 0, maxSize: 0 });
    expect(await declare("deploy.instances.state", "running")).to.deep.equal({ update: 1 });
    expect(await group()).to.include({ minSize, maxSize });
  });

  it("row 18: gives the group the next version of its template, by number, and replaces nothing", async () => {
    const { launchTemplate } = await group();
    expect(await declare("deploy.user", "1000")).to.deep.equal({ update: 2 });
    expect((await group()).launchTemplate.version).to.equal(String(Number(launchTemplate.version) + 1));
  });
});
