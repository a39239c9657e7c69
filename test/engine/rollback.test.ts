import { expect } from "chai";
import { type Deployed, describeOnEngine, freshStack, refused } from "../support/engine.ts";

const SERVICE = "aws:ecs/service:Service";

describeOnEngine("a release that ECS takes back", function () {
  this.timeout(300_000);
  let dev: Deployed;
  let asked = "";
  before(async () => {
    dev = await freshStack("dev");
    await dev.stack.up();
    const [service] = (await dev.cloud.contents()).filter(({ type }) => type === SERVICE);
    asked = String(service!.inputs.taskDefinition);
  });
  after(() => dev?.close());

  it("fails the update, which names what was asked for and what runs (row 82)", async () => {
    await dev.cloud.change(SERVICE, { taskDefinition: "cart-ecs:1" });
    const message = await refused(dev.stack.up());
    expect(message).to.include(`ECS rolled the deployment of ${asked} back and runs cart-ecs:1.`);
  });

  it("leaves the next preview free to show what mends it", async () => {
    const { changeSummary } = await dev.stack.preview();
    expect(Object.keys(changeSummary)).to.deep.equal(["same"]);
  });

  it("is mended by what is asked for anew", async () => {
    await dev.stack.refresh();
    const { summary } = await dev.stack.up();
    expect(summary.resourceChanges).to.deep.include({ update: 1 });
  });
});

describeOnEngine("a cluster with instances", function () {
  this.timeout(300_000);
  let dev: Deployed;
  before(async () => {
    dev = await freshStack("dev");
    const at = "setpoint:deployment.cluster.instances";
    for (const [path, value] of [
      ["instanceTypes[0]", "m7i.large"],
      ["max", "4"],
    ] as const)
      await dev.stack.setConfig(`${at}.${path}`, { value }, true);
    await dev.stack.setConfig("setpoint:services.cart.deploy.capacity", { value: "instances" }, true);
    await dev.stack.up();
  });
  after(() => dev?.close());

  it("goes as a whole: service, association, provider, group, cluster (row 35; aws/aws-cdk#18179)", async () => {
    const { deployment } = await dev.stack.exportStack();
    const { resources } = deployment as { resources: { urn: string; dependencies?: string[] }[] };
    const named = (name: string) => resources.find(({ urn }) => urn.endsWith(`::${name}`))!;
    const order = [
      "-providers",
      "-instances-provider",
      "-instances-group",
      "-instances-template",
      "-cluster",
    ];
    const chain = ["cart-ecs-service", ...order.map((suffix) => `cluster${suffix}`)].map(named);
    for (const [i, { dependencies }] of chain.slice(0, -1).entries())
      expect(dependencies).to.include(chain[i + 1]!.urn);
    await dev.stack.destroy();
    expect(await dev.cloud.contents()).to.deep.equal([]);
  });
});
