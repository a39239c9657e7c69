import { expect } from "chai";
import { changes, type Deployed, describeOnEngine, freshStack } from "../support/engine.ts";

/** AWS gives a port to one listener and a priority to one rule, and Pulumi makes the new before it takes the old away. */
describeOnEngine("a change of the way in", function () {
  this.timeout(300_000);
  let deployed: Deployed;
  before(async () => {
    deployed = await freshStack("dev");
    deployed.configure(["setpoint:services", "web", "deploy"], { rules: [ruleAt(10)] });
    deployed.configure(["setpoint:services", "cart", "deploy", "paths"], ["/cart"]);
    deployed.configure(["setpoint:services", "cart", "deploy", "rules"], [{ ...ruleAt(20), paths: ["/c"] }]);
    await deployed.stack.up();
  });
  after(() => deployed?.close());

  it("hands priorities from one service to the other (LB-2)", async () => {
    deployed.configure(["setpoint:services", "web", "deploy", "rules"], [ruleAt(20)]);
    deployed.configure(["setpoint:services", "cart", "deploy", "rules"], [{ ...ruleAt(10), paths: ["/c"] }]);
    const made = await changes(deployed.stack);
    expect(made.map(({ op, name }) => `${op} ${name}`)).to.have.members([
      "update entry-rule-10",
      "update entry-rule-20",
    ]);
  });

  it("turns plain HTTP into HTTPS", async () => {
    deployed.configure(["setpoint:deployment", "entry"], { certificateArn: CERTIFICATE });
    const made = await changes(deployed.stack);
    expect(made.map(({ op, name }) => `${op} ${name}`)).to.include.members([
      "update entry-http",
      "create entry-https",
    ]);
    const { LoadBalancers } = await deployed.moto.balancing.describeLoadBalancers({});
    const { LoadBalancerArn } = LoadBalancers![0]!;
    const { Listeners } = await deployed.moto.balancing.describeListeners({ LoadBalancerArn });
    expect(
      Listeners!.map(({ Port, DefaultActions }) => [Port, DefaultActions![0]!.Type]),
    ).to.have.deep.members([
      [80, "redirect"],
      [443, "fixed-response"],
    ]);
  });
});

const CERTIFICATE = "arn:aws:acm:eu-west-1:123456789012:certificate/12345678-1234-1234-1234-123456789012";

function ruleAt(priority: number) {
  return { paths: ["/w"], priority };
}
