import type { UpResult } from "@pulumi/pulumi/automation/index.js";
import { expect } from "chai";
import { preview, type Registration } from "../../adapters/offline-preview.ts";
import { type Deployed, describeOnEngine, freshStack, type Stated, stateOf } from "../support/engine.ts";

describeOnEngine("the dev stack on Pulumi's engine", function () {
  this.timeout(300_000); // each step takes seconds; a busy machine may take far longer
  let offline: readonly Registration[];
  let dev: Deployed;
  let up: UpResult;
  before(async () => {
    offline = await preview("dev", ".");
    dev = await freshStack("dev");
  });
  after(() => dev?.close());

  it("previews creations only, as many as the offline preview", async () => {
    const { changeSummary } = await dev.stack.preview();
    expect(changeSummary).to.deep.equal({ create: offline.length + 1 }); // the stack itself is one
    expect(await dev.cloud.contents()).to.deep.equal([]);
  });

  it("creates what the offline preview names, and nothing else", async () => {
    up = await dev.stack.up();
    const named = (each: { readonly type: string; readonly name: string }) => `${each.type} ${each.name}`;
    const state = await stateOf(dev.stack);
    expect(state.map(named).toSorted()).to.deep.equal(offline.map(named).toSorted());
    const aws = offline.filter(({ type }) => type.startsWith("aws:"));
    expect((await dev.cloud.contents()).map(named).toSorted()).to.deep.equal(aws.map(named).toSorted());
  });

  it("asks the cloud for the very inputs that the offline preview shows", async () => {
    const state = await stateOf(dev.stack);
    const known = withOutputs(state);
    const shown = offline.filter(({ type }) => type.startsWith("aws:"));
    for (const { type, name, inputs } of shown) {
      const held = state.find((each) => each.type === type && each.name === name);
      expect(held!.inputs, name).to.deep.equal(known(inputs));
    }
  });

  it("outputs the url and what scales each service", () => {
    expect(up.outputs.url!.value).to.match(
      /^http:\/\/entry-alb-[0-9a-f]{7}\.eu-west-1\.elb\.amazonaws\.com$/,
    );
    const services = up.outputs.services!.value as { service: string; unit: string }[];
    expect(services.map(({ service, unit }) => [service, unit])).to.deep.equal([
      ["cart", "task"],
      ["web", "instance"],
    ]);
  });

  it("changes nothing the second time", async () => {
    const { summary } = await dev.stack.up();
    expect(summary.resourceChanges).to.deep.equal({ same: offline.length + 1 });
  });

  it("keeps the counts that autoscaling has set, and puts back what else was changed", async () => {
    await dev.cloud.change("aws:ecs/service:Service", { desiredCount: 5, propagateTags: "NONE" });
    await dev.cloud.change("aws:autoscaling/group:Group", { desiredCapacity: 4 });
    await dev.stack.refresh();
    const { summary } = await dev.stack.up();
    expect(summary.resourceChanges).to.deep.equal({ same: offline.length, update: 1 });
    const cloud = await dev.cloud.contents();
    const [service] = cloud.filter(({ type }) => type === "aws:ecs/service:Service");
    expect(service!.outputs).to.deep.include({ desiredCount: 5, propagateTags: "SERVICE" });
    const [group] = cloud.filter(({ type }) => type === "aws:autoscaling/group:Group");
    expect(group!.outputs).to.deep.include({ desiredCapacity: 4 });
  });

  it("leaves nothing behind when destroyed", async () => {
    await dev.stack.destroy();
    expect(await dev.cloud.contents()).to.deep.equal([]);
    expect(await stateOf(dev.stack)).to.deep.equal([]);
  });
});

/** The offline preview's inputs with each `${name.output}` replaced by what the deployment has for it. */
function withOutputs(state: readonly Stated[]) {
  const value = (path: string): unknown => {
    const [name, output] = path.split(".") as [string, string];
    if (name in LOOKED_UP) return LOOKED_UP[name as keyof typeof LOOKED_UP];
    const owner = state.find((each) => each.custom && each.name === name);
    return output === "id" ? owner?.id : owner?.outputs[output];
  };
  const filled = (inputs: unknown): unknown => {
    if (typeof inputs === "string")
      return inputs.replace(/\$\{([^}]+)\}/g, (_, path: string) => String(value(path)));
    if (Array.isArray(inputs)) return inputs.map(filled);
    if (inputs === null || typeof inputs !== "object") return inputs;
    return Object.fromEntries(Object.entries(inputs).map(([key, inner]) => [key, filled(inner)]));
  };
  return filled;
}

/** What the program asks of the cloud before it creates: the account, and the newest machine image. */
const LOOKED_UP = { aws: "123456789012", ssm: "ami-0123456789abcdef0" };
