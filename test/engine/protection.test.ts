import { expect } from "chai";
import { type Deployed, describeOnEngine, freshStack, refused } from "../support/engine.ts";
import type { Held } from "./aws/cloud.ts";

describeOnEngine("the prod stack on Pulumi's engine", function () {
  this.timeout(300_000);
  let prod: Deployed;
  let held: readonly Held[];
  before(async () => {
    prod = await freshStack("prod");
  });
  after(() => prod?.close());

  it("serves over TLS", async () => {
    const { outputs } = await prod.stack.up();
    expect(outputs.url!.value).to.match(/^https:\/\//);
    held = await prod.cloud.contents();
  });

  it("is not destroyed by `pulumi destroy`: it names what is protected and deletes nothing", async () => {
    const { status, said } = prod.pulumi("destroy", "--yes", "--stack", "prod");
    expect(status).to.not.equal(0);
    expect(said).to.match(/entry-alb"? cannot be deleted\s+because it is protected/);
    expect(await prod.cloud.contents()).to.deep.equal(held);
  });

  // The API's `destroy()` skips the preview, and then deletes all but the balancer: callers must preview first.
  it("is not destroyed through the Automation API by one who previews first", async () => {
    const message = await refused(prod.stack.previewDestroy());
    expect(message).to.match(/entry-alb"? cannot be deleted\s+because it is protected/);
    expect(await prod.cloud.contents()).to.deep.equal(held);
  });
});
