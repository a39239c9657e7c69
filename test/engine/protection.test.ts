import { expect } from "chai";
import { type Deployed, describeOnEngine, freshStack } from "../support/engine.ts";

describeOnEngine("the prod stack on Pulumi's engine", function () {
  this.timeout(300_000);
  let prod: Deployed;
  before(async () => {
    prod = await freshStack("prod");
  });
  after(() => prod?.close());

  it("serves over TLS", async () => {
    const { outputs } = await prod.stack.up();
    expect(outputs.url!.value).to.match(/^https:\/\//);
  });

  it("is not destroyed: what is protected is named, and everything stays", async () => {
    const before = await prod.cloud.contents();
    let message = "";
    try {
      await prod.stack.destroy();
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).to.match(/entry-alb.*protect/s);
    expect(await prod.cloud.contents()).to.deep.equal(before);
  });
});
