// What a platform team holds its stacks to: a few sentences in its own suite, without a cloud.
import { expect, use } from "chai";
import { type DeployedStack, deployed, guardRules, stacks } from "setpoint/testing";

use(stacks);

describe("the production stack", function () {
  this.timeout(120_000);
  let prod: DeployedStack;
  before(async () => {
    prod = await deployed("prod");
  });

  it("serves HTTPS, and HTTP only to say so", () => {
    expect(prod).to.have.resource("aws:lb:Listener", { port: 443, sslPolicy: /TLS13/ });
    expect(prod).to.have.resource("aws:lb:Listener", {
      port: 80,
      defaultActions: [{ type: "redirect", redirect: { protocol: "HTTPS", statusCode: "HTTP_301" } }],
    });
    expect(prod).to.not.have.resource("aws:lb:Listener", { defaultActions: [{ type: "forward" }] });
  });

  it("gives each service a target group on its port", () => {
    expect(prod).to.have.resources("aws:lb:TargetGroup", { port: 8080 }).of.length(2);
  });

  it("lets no role do everything with a bucket", () => {
    expect(prod).to.have.resource("aws:iam:RolePolicy", { policy: /"s3:GetObject"/ });
    expect(prod).to.not.have.resource("aws:iam:RolePolicy", { policy: /"s3:\*"/ });
  });

  it("loses neither carts nor images by accident", () => {
    expect(prod).to.protect("storage-carts-table");
    expect(prod).to.have.resource("aws:dynamodb:Table", { pointInTimeRecovery: { enabled: true } });
  });

  it("obeys the guard", async () => {
    expect(prod).to.obey(await guardRules());
  });
});
