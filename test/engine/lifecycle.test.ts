import type { UpResult } from "@pulumi/pulumi/automation/index.js";
import { expect } from "chai";
import { preview, type Registration } from "../../adapters/offline-preview.ts";
import { type Deployed, describeOnEngine, freshStack, refused, stateOf } from "../support/engine.ts";
import { holdings } from "./aws/moto/holdings.ts";
import { withOutputs } from "./with-outputs.ts";

for (const stackName of ["dev", "prod"] as const)
  describeOnEngine(`the ${stackName} stack on Pulumi's engine`, function () {
    this.timeout(300_000); // each step takes seconds; a busy machine may take far longer
    let offline: readonly Registration[];
    let deployed: Deployed;
    let up: UpResult;
    before(async () => {
      offline = await preview(stackName, ".");
      deployed = await freshStack(stackName);
    });
    after(() => deployed?.close());

    it("previews creations only, as many as the offline preview", async () => {
      const { changeSummary } = await deployed.stack.preview();
      expect(changeSummary).to.deep.equal({ create: offline.length + 1 }); // the stack itself is one
      expect(await deployed.cloud.contents()).to.deep.equal([]);
    });

    it("creates what the offline preview names, and nothing else", async () => {
      up = await deployed.stack.up();
      const named = (each: { readonly type: string; readonly name: string }) => `${each.type} ${each.name}`;
      const state = await stateOf(deployed.stack);
      expect(state.map(named).toSorted()).to.deep.equal(offline.map(named).toSorted());
      const aws = offline.filter(({ type }) => type.startsWith("aws:"));
      expect((await deployed.cloud.contents()).map(named).toSorted()).to.deep.equal(
        aws.map(named).toSorted(),
      );
    });

    it("asks the cloud for the very inputs that the offline preview shows", async () => {
      const state = await stateOf(deployed.stack);
      const known = withOutputs(state);
      const shown = offline.filter(({ type }) => type.startsWith("aws:"));
      for (const { type, name, inputs } of shown) {
        const held = state.find((each) => each.type === type && each.name === name);
        expect(held!.inputs, name).to.deep.equal(known(inputs));
      }
    });

    it("outputs the url and what scales each service", () => {
      const scheme = stackName === "prod" ? "https" : "http";
      expect(up.outputs.url!.value).to.match(
        new RegExp(`^${scheme}://entry-alb-[0-9a-f]{7}-1\\.eu-west-1\\.elb\\.amazonaws\\.com$`),
      );
      const services = up.outputs.services!.value as { service: string; unit: string }[];
      expect(services.map(({ service, unit }) => [service, unit])).to.deep.equal([
        ["cart", "task"],
        ["web", "instance"],
      ]);
    });

    it("changes nothing the second time", async () => {
      const { summary } = await deployed.stack.up();
      expect(summary.resourceChanges).to.deep.equal({ same: offline.length + 1 });
    });

    it("finds no drift when it refreshes", async () => {
      const { summary } = await deployed.stack.refresh();
      const { update, delete: deleted } = summary.resourceChanges!;
      expect({ update, deleted }).to.deep.equal({ update: undefined, deleted: undefined });
    });

    if (stackName === "prod") protection(() => deployed);

    it("leaves nothing behind when destroyed, here or in moto", async () => {
      await deployed.stack.destroy();
      expect(await deployed.cloud.contents()).to.deep.equal([]);
      expect(await stateOf(deployed.stack)).to.deep.equal([]);
      const left = Object.entries(await holdings(deployed.moto)).filter(([, names]) => names.length > 0);
      expect(left).to.deep.equal([]);
    });
  });

function protection(prod: () => Deployed): void {
  // The API's `destroy()` skips the preview, and then deletes all but what is protected: callers must preview first.
  it("F-6: is not destroyed through the Automation API by one who previews first", async () => {
    const held = await prod().cloud.contents();
    const message = await refused(prod().stack.previewDestroy());
    expect(message).to.match(/entry-alb"? cannot be deleted\s+because it is protected/);
    expect(await prod().cloud.contents()).to.deep.equal(held);
  });

  it("F-6: is not destroyed by `pulumi destroy`: it names what is protected and deletes nothing", async () => {
    const held = await prod().cloud.contents();
    const { status, said } = prod().pulumi("destroy", "--yes", "--stack", "prod");
    expect(status).to.not.equal(0);
    expect(said).to.match(/entry-alb"? cannot be deleted\s+because it is protected/);
    expect(await prod().cloud.contents()).to.deep.equal(held);
  });

  it("gives its protection up once its settings say so", async () => {
    prod().configure(["setpoint:deployment", "protect"], false);
    const { summary } = await prod().stack.up();
    expect(summary.resourceChanges).to.not.have.any.keys("replace", "create-replacement");
  });
}
