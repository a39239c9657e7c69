import * as aws from "@pulumi/aws";
import { expect, use } from "chai";
import { Network } from "../../components/network.ts";
import type { Rule } from "../../guard/rule.ts";
import { type DeployedStack, deployed, deployedBy, guardRules, stacks } from "../../testing/index.ts";
import { DEV, later } from "../support/deploy.ts";

use(stacks);

const GROUP = "aws:lb/targetGroup:TargetGroup";

/** The message of the assertion that fails. */
function failure(assert: () => unknown): string {
  try {
    assert();
  } catch (error) {
    expect((error as Error).name).to.equal("AssertionError");
    return (error as Error).message;
  }
  throw new Error("nothing failed");
}

describe("assertions on a stack (row 91)", () => {
  let stack: DeployedStack;
  before(async () => {
    stack = await deployedBy(() => {
      const health = { path: "/health", matcher: "200-299" };
      new aws.lb.TargetGroup("cart", { port: 8080, protocol: "HTTP", healthCheck: health });
      new aws.lb.TargetGroup("pay", { port: 9090, protocol: "HTTPS", healthCheck: { path: "/" } });
      const queue = new aws.sqs.Queue("orders", {}, { protect: true });
      const policy = { Statement: [{ Effect: "Allow", Action: ["sqs:SendMessage"], Resource: "*" }] };
      new aws.sqs.QueuePolicy("orders-policy", { queueUrl: queue.url, policy: JSON.stringify(policy) });
    });
  });

  it("find a resource by its type, long or short, and by part of its inputs", () => {
    expect(stack).to.have.resource(GROUP);
    expect(stack).to.have.resource("aws:lb:TargetGroup", { port: 8080, healthCheck: { path: "/health" } });
    expect(stack).to.have.resource(GROUP, { healthCheck: { matcher: /^200-/ } });
    expect(stack).to.have.resource(GROUP, { port: 9090, slowStart: undefined });
    expect(stack).to.not.have.resource(GROUP, { port: 8080, protocol: "HTTPS" }); // of one resource, not of two
    expect(stack).to.not.have.resource("aws:s3:Bucket");
  });

  it("look into JSON texts, whose lists must be whole", () => {
    const policy = (...Action: string[]) => ({ policy: { Statement: [{ Effect: "Allow", Action }] } });
    expect(stack).to.have.resource("aws:sqs:QueuePolicy", policy("sqs:SendMessage"));
    expect(stack).to.not.have.resource("aws:sqs:QueuePolicy", policy("sqs:SendMessage", "sqs:Purge"));
  });

  it("know outputs by their names", () => {
    expect(stack).to.have.resource("aws:sqs:QueuePolicy", { queueUrl: later("orders.url") });
  });

  it("show how far the nearest is from what was asked for", () => {
    const wanted = { port: 8080, protocol: "HTTP", healthCheck: { path: "/", matcher: "200-299" } };
    expect(failure(() => expect(stack).to.have.resource(GROUP, wanted)).split("\n")).to.deep.equal([
      `expected stack test to have ${GROUP} with {"port":8080,"protocol":"HTTP","healthCheck":{"path":"/","matcher":"200-299"}}`,
      "  nearest is cart",
      '    healthCheck.path is "/health", not "/"',
      "  of 2 of that type",
    ]);
  });

  it("show the nearest type where there is none, and what is there where nothing should be", () => {
    expect(failure(() => expect(stack).to.have.resource("aws:lb:TargetGrop"))).to.match(
      /\n {2}it has none of that type; did you mean `aws:lb:TargetGroup`\?$/,
    );
    expect(failure(() => expect(stack).to.not.have.resource(GROUP, { protocol: "HTTPS" }))).to.match(
      /not to have .*, and it has pay$/,
    );
  });

  it("count resources, and name those that they counted", () => {
    expect(stack).to.have.resources(GROUP).of.length(2);
    expect(stack).to.have.resources(GROUP, { port: 8080 }).of.length(1);
    expect(failure(() => expect(stack).to.have.resources(GROUP).of.length(3))).to.match(
      new RegExp(`^${GROUP}, which are cart, pay: expected .* to have a length of 3 but got 2$`),
    );
    expect(failure(() => expect(stack).to.have.resources("aws:s3:Bucket"))).to.match(/none of that type/);
  });

  it("tell what Pulumi protects", () => {
    expect(stack).to.protect("orders");
    expect(stack).to.not.protect("cart");
    expect(failure(() => expect(stack).to.protect("cart"))).to.equal("expected stack test to protect cart");
    expect(failure(() => expect(stack).to.not.protect("order"))).to.match(/did you mean `orders`\?/);
  });

  it("hold a stack to the guard's rules, or to some of them", async () => {
    const rules = await guardRules();
    const tls: readonly Rule[] = rules.filter(({ name }) => name === "elb-tls-policy");
    expect(tls).to.have.length(1);
    expect(stack).to.obey(tls);
    const old = await deployedBy(() => {
      const inputs = { loadBalancerArn: "arn", protocol: "HTTPS", defaultActions: [{ type: "forward" }] };
      new aws.lb.Listener("old", { ...inputs, sslPolicy: "ELBSecurityPolicy-2016-08" });
    });
    expect(failure(() => expect(old).to.obey(tls))).to.match(
      /^expected stack test to obey 1 rules\n {2}elb-tls-policy: old: sslPolicy is "ELBSecurityPolicy-2016-08"/,
    );
  });

  it("are about a stack and nothing else", () => {
    expect(failure(() => expect([]).to.have.resource(GROUP))).to.match(/expected a stack, such as await/);
  });

  it("are asked of one component as well as of a whole stack, each without a cloud (row 90)", async () => {
    const network = await deployedBy(() => new Network("net", DEV));
    expect(network).to.have.resources("aws:ec2:Subnet", { mapPublicIpOnLaunch: false }).of.length(4);
    expect(network).to.have.resources("aws:ec2:NatGateway").of.length(1);
  });

  it("give back what the program throws", async () => {
    let message = "";
    await deployedBy(() => {
      throw new Error("no such thing");
    }).catch((error: Error) => {
      message = error.message;
    });
    expect(message).to.equal("no such thing");
    await deployed("../prod").catch((error: Error) => {
      message = error.message;
    });
    expect(message).to.match(/^stack: stack is "\.\.\/prod"; letters, digits/);
  });

  it("read settings as a stack's file has them", async () => {
    const configured = await deployedBy(
      async () => {
        const { Config } = await import("@pulumi/pulumi");
        new aws.sqs.Queue("queue", { tags: new Config("shop").requireObject("tags") });
      },
      { config: { "shop:tags": { team: "cart" } } },
    );
    expect(configured).to.have.resource("aws:sqs:Queue", { tags: { team: "cart" } });
  });
});
