import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { UpResult } from "@pulumi/pulumi/automation/index.js";
import { expect } from "chai";
import { type Deployed, describeOnEngine, freshStack, refused, stateOf } from "../support/engine.ts";
import { startPlugin, writePluginBinary } from "../support/plugin.ts";

const cart = {
  compute: { type: "fargate", cpu: 512, memory: 1024 },
  slos: [{ name: "latency", threshold: "1 s", objective: "99 %" }],
  capacity: { serviceTime: { mean: "200 ms", cv: 0.7 }, concurrency: 2, maxWait: "5 s", startup: "75 s" },
  demand: { history: { file: "traces/shop.csv" }, growth: "20 %" },
  bounds: { min: 2, max: 20 },
  deploy: { paths: ["/cart/*"] },
};
const deployment = {
  profile: "dev",
  network: { cidr: "10.0.0.0/20", zones: ["eu-west-1a", "eu-west-1b"] },
  entry: { insecure: true },
};

/** As an SDK of the package has it, in any language. */
class Remote extends pulumi.ComponentResource {
  declare readonly url: pulumi.Output<string>;
  declare readonly share: pulumi.Output<unknown>;
  declare readonly scaling: pulumi.Output<unknown>;
  declare readonly dashboards: pulumi.Output<unknown>;

  constructor(name: string, args: pulumi.Inputs) {
    const outputs = { url: undefined, share: undefined, scaling: undefined, dashboards: undefined };
    super("setpoint:index:Platform", name, { ...args, ...outputs }, {}, true);
  }
}

describeOnEngine("the package on Pulumi's engine (rows 96 and 97)", function () {
  this.timeout(300_000);
  let deployed: Deployed;
  let stop = () => {};
  let up: UpResult;
  const program = (args: () => pulumi.Inputs) => {
    deployed.stack.workspace.program = async () => {
      const { url, share, scaling, dashboards } = new Remote("blue", args());
      return { url, share, scaling, dashboards };
    };
  };

  before(async () => {
    deployed = await freshStack("dev");
    const { workspace } = deployed.stack;
    mkdirSync(join(workspace.workDir, "traces"));
    writeFileSync(join(workspace.workDir, "traces", "shop.csv"), trace());
    const plugin = await startPlugin(workspace.workDir);
    stop = plugin.stop;
    workspace.envVars.PULUMI_DEBUG_PROVIDERS += `,setpoint:${plugin.port}`;
  });
  after(async () => {
    stop();
    await deployed?.close();
  });

  it("refuses a bad declaration with every fault at once, as its writer named it, before anything is made", async () => {
    program(() => ({
      deployment: { ...deployment, profile: "test" },
      services: { cart: { ...cart, bounds: { min: 5, max: 2 }, slo: [] } },
    }));
    const said = await refused(deployed.stack.up());
    expect(said).to.include(
      'deployment.profile: profile is "test"; must be dev or prod. Write one of the two.',
    );
    expect(said).to.include("services.cart.bounds.min: min is 5; it must be at most max, 2.");
    expect(said).to.include("services.cart.slo: `slo` is unknown; did you mean `slos`?");
    expect(await deployed.cloud.contents()).to.deep.equal([]);
  });

  it("refuses what is known only later, and secrets, and says where they are", async () => {
    program(() => ({
      deployment: { ...deployment, tags: { team: pulumi.secret("checkout") } },
      services: { cart },
    }));
    expect(await refused(deployed.stack.up())).to.include("deployment.tags.team: team is a secret;");
    program(() => {
      const { arn } = new aws.sns.Topic("later");
      return { deployment, services: { cart: { ...cart, deploy: { ...cart.deploy, secretKeys: [arn] } } } };
    });
    expect(await refused(deployed.stack.preview())).to.include(
      "services.cart.deploy.secretKeys[0]: secretKeys[0] is known only after a deployment;",
    );
  });

  it("deploys a platform from its declaration, its files beside the program", async () => {
    program(() => ({ deployment, services: { cart } }));
    up = await deployed.stack.up();
    const state = await stateOf(deployed.stack);
    const own = state.filter(({ type }) => type.startsWith("setpoint:index:")).map(({ name }) => name);
    expect(own).to.include.members(["blue", "blue-network", "blue-entry", "blue-cart", "blue-cart-scaling"]);
    const held = await deployed.cloud.contents();
    expect(held.map(({ type }) => type)).to.include.members([
      "aws:ec2/vpc:Vpc",
      "aws:lb/loadBalancer:LoadBalancer",
      "aws:ecs/service:Service",
      "aws:appautoscaling/policy:Policy",
    ]);
  });

  it("answers with what a consumer needs: the url, a share, what scales, and the dashboards", () => {
    const { url, share, scaling, dashboards } = up.outputs;
    expect(url!.value).to.match(/^http:\/\/blue-entry-alb-[0-9a-f]{7}-\d+\.eu-west-1\.elb\.amazonaws\.com$/);
    expect(share!.value).to.include.keys("loadBalancerArn", "listenerArn", "securityGroupId", "network");
    const [scaled] = scaling!.value as { service: string; unit: string; max: number }[];
    expect(scaled).to.include({ service: "cart", unit: "task", max: 20 });
    expect(dashboards!.value).to.deep.equal({ cart: ["setpoint-dev-blue-cart-observability"] });
  });

  it("gives its schema to Pulumi's command line, which starts it for that, as for `pulumi package add`", () => {
    const binary = writePluginBinary(deployed.stack.workspace.workDir);
    const { status, printed, said } = deployed.pulumi("package", "get-schema", binary);
    expect(status, said).to.equal(0);
    const { resources, types } = JSON.parse(printed);
    // Without what the analyser says twice, and the command line once: what is asked for is in `required`.
    const written = JSON.parse(readFileSync("plugin/schema.json", "utf8"), (key, value) =>
      key === "optional" || (key === "required" && value.length === 0) ? undefined : value,
    );
    expect({ resources, types }).to.deep.equal({ resources: written.resources, types: written.types });
  });

  it("changes nothing the second time, and leaves nothing when destroyed", async () => {
    const state = await stateOf(deployed.stack);
    const counted = state.filter(({ type }) => type !== "pulumi:providers:setpoint"); // the engine's own
    const { summary } = await deployed.stack.up();
    expect(summary.resourceChanges).to.deep.equal({ same: counted.length + 1 }); // the stack itself is one
    await deployed.stack.destroy();
    expect(await deployed.cloud.contents()).to.deep.equal([]);
  });
});

/** Two weeks, an hour a row, with a busy time each day. */
function trace(): string {
  const rows = Array.from({ length: 14 * 24 }, (_, hour) => {
    const rate = 10 + 8 * Math.sin((2 * Math.PI * hour) / 24);
    return `${1_700_006_400 + 3600 * hour},${rate.toFixed(2)}`;
  });
  return `timestamp,requests_per_second\n${rows.join("\n")}\n`;
}
