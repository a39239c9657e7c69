import { expect } from "chai";
import { DEFAULT_DEPLOYMENT } from "../../adapters/service-deployment.ts";
import { stackSettings } from "../../adapters/stack-settings.ts";
import { refuseConflicts, warnings } from "../../components/conflicts.ts";
import type { Tenant } from "../../components/tenant.ts";
import type { Compute } from "../../policy/service.ts";
import { CAPACITY } from "../support/deploy.ts";

const FARGATE: Compute = { type: "fargate", cpu: 512, memory: 1024 };
const zones = ["eu-west-1a", "eu-west-1b"];

function settings(network: object = {}, rest: object = {}) {
  const own = { cidr: "10.0.0.0/16", zones, nat: "single", ...network };
  return stackSettings({ profile: "dev", network: own, entry: { insecure: true }, ...rest });
}

function tenant(
  name: string,
  deployment: Partial<Tenant["deployment"]> = {},
  compute = FARGATE,
  max = 10,
): Tenant {
  return {
    service: { name, compute, capacity: CAPACITY },
    deployment: { ...DEFAULT_DEPLOYMENT, paths: [`/${name}`], ...deployment },
    plan: { feasibility: { possible: true }, controls: { min: 1, max } },
  };
}

function faultsOf(tenants: readonly Tenant[], network: object = {}, region = "eu-west-1"): string[] {
  try {
    refuseConflicts(settings(network), region, tenants);
  } catch (error) {
    return (error as Error).message.split("\n");
  }
  return [];
}

describe("refuseConflicts", () => {
  it("refuses metrics of 20 s, which the provider cannot switch on", () => {
    const fine = tenant("cart");
    const policies = { metric: "cpuUtilization", highResolution: true } as const;
    const [fault, ...others] = faultsOf([{ ...fine, service: { ...fine.service, policies } }]);
    expect(fault).to.match(/^services\.cart\.policies: highResolution is true; the Pulumi provider cannot/);
    expect(others).to.deep.equal([]);
  });

  it("has nothing against services with paths of their own", () => {
    expect(faultsOf([tenant("cart"), tenant("pay")])).to.deep.equal([]);
  });

  it("LB-2: names both services that claim a path", () => {
    const both = { paths: ["/shop/*", "/*"] };
    expect(faultsOf([tenant("cart", both), tenant("pay", { paths: ["/*"] })])).to.deep.equal([
      "services.pay.deploy: paths hold /*, as those of cart do; a path leads to one service. Give each its own, such as [/pay, /pay/*].",
    ]);
  });

  it("LB-3: refuses the 101st rule", () => {
    const paths = (count: number) => Array.from({ length: count }, (_, i) => `/${i}`);
    expect(faultsOf([tenant("cart", { paths: paths(100) })])).to.deep.equal([]);
    expect(faultsOf([tenant("cart", { paths: paths(101) })]).join()).to.match(
      /paths and rules are 101 in all; a balancer takes 100 rules/,
    );
  });

  it("refuses public images where nothing public is in reach", () => {
    const closed = { nat: "none", endpoints: true };
    expect(faultsOf([tenant("cart")], closed).join()).to.match(/without NAT only ECR is in reach/);
    const own = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/cart:1";
    expect(
      faultsOf([tenant("cart", { image: { kind: "reference", reference: own } })], closed),
    ).to.deep.equal([]);
    expect(faultsOf([tenant("cart", { image: { kind: "build", folder: "shop" } })], closed)).to.deep.equal(
      [],
    );
  });

  it("CMP-11: refuses an architecture that the instance type does not have", () => {
    const on = (instanceType: string, cpuArchitecture: "x86_64" | "arm64") =>
      faultsOf([tenant("web", { cpuArchitecture }, { type: "ec2", instanceType })]).length;
    expect([on("t4g.small", "arm64"), on("c7gn.large", "arm64"), on("g5.xlarge", "x86_64")]).to.deep.equal([
      0, 0, 0,
    ]);
    expect([on("t4g.small", "x86_64"), on("t3.small", "arm64"), on("g5.xlarge", "arm64")]).to.deep.equal([
      1, 1, 1,
    ]);
  });

  it("refuses to build for instances, and reports all faults of all services together", () => {
    const build = { image: { kind: "build", folder: "shop" }, paths: ["/*"] } as const;
    const web = tenant("web", build, { type: "ec2", instanceType: "t3.small" });
    const faults = faultsOf([tenant("cart", { paths: ["/*"] }), web], {}, "us-east-1");
    expect(faults.map((fault) => fault.split(":")[0])).to.deep.equal([
      "setpoint",
      "services.web.deploy",
      "services.web.deploy",
    ]);
  });
});

describe("warnings", () => {
  it("says what the policy of a key that exists must let in: nothing here can see it", () => {
    const arn = "arn:aws:kms:eu-west-1:123456789012:key/12345678-1234-1234-1234-123456789012";
    const own = (key: object) => warnings(settings({}, { customerKey: true, key }), []).join();
    expect(own({ arn })).to.match(
      /key\.arn is a key whose policy its owner keeps.*logs\.eu-west-1\.amazonaws\.com/,
    );
    expect(own({ rotation: "90 d" })).to.not.match(/key\.arn/);
  });

  it("say which promise a plan cannot keep, and why", () => {
    const obstacles = [{ why: "no task serves a request within 1 ms", waysOut: ["raise the threshold"] }];
    const hopeless = {
      ...tenant("cart"),
      plan: { feasibility: { possible: false, obstacles }, controls: { min: 1, max: 1 } },
    };
    expect(warnings(settings(), [hopeless as Tenant])).to.deep.equal([
      "services.cart: no task serves a request within 1 ms",
    ]);
  });
});
