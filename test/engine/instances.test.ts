import { expect } from "chai";
import { changes, type Deployed, describeOnEngine, freshStack } from "../support/engine.ts";

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
    const made = await changes(dev.stack);
    const serving = made.filter(({ type }) => !type.startsWith("aws:cloudwatch/")); // what watches may follow
    return serving.map(({ op, name }) => `${op} ${name}`);
  };
  const group = async () => {
    const [held] = (await dev.cloud.contents()).filter(({ type }) => type === "aws:autoscaling/group:Group");
    return held!.outputs as { minSize: number; maxSize: number; launchTemplate: { version: string } };
  };

  it("row 16: stops and starts by changing the group alone, back to the plan's size", async () => {
    const { minSize, maxSize } = await group();
    expect(await declare("deploy.instances.state", "stopped")).to.deep.equal(["update web-web-group"]);
    expect(await group()).to.include({ minSize: 0, maxSize: 0 });
    expect(await declare("deploy.instances.state", "running")).to.deep.equal(["update web-web-group"]);
    expect(await group()).to.include({ minSize, maxSize });
  });

  it("row 18: takes the group to the next version of its template, by number, and replaces nothing but the run that does so", async () => {
    const { launchTemplate } = await group();
    const [template, ...run] = await declare("deploy.user", "1000");
    expect(template).to.equal("update web-web-template");
    expect([...new Set(run.map((each) => each.split(" ")[1]))]).to.deep.equal(["web-web-refresh-run"]);
    expect((await group()).launchTemplate.version).to.equal(String(Number(launchTemplate.version) + 1));
  });
});
