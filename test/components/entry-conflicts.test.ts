import { expect } from "chai";
import { DEFAULT_DEPLOYMENT, type Deployment } from "../../adapters/service-deployment.ts";
import { stackSettings } from "../../adapters/stack-settings.ts";
import { refuseConflicts, warnings } from "../../components/conflicts.ts";
import type { Tenant } from "../../components/tenant.ts";
import type { TaskProfile } from "../../policy/service.ts";
import { CAPACITY } from "../support/deploy.ts";

function settings(entry: object = {}) {
  const network = { cidr: "10.0.0.0/16", zones: ["eu-west-1a", "eu-west-1b"], nat: "single" };
  return stackSettings({ profile: "dev", network, entry: { insecure: true, ...entry } });
}

function tenant(name: string, deployment: Partial<Deployment> = {}, some: Partial<TaskProfile> = {}): Tenant {
  const capacity = { ...CAPACITY, ...some };
  return {
    service: { name, capacity, compute: { type: "fargate", cpu: 512, memory: 1024 } },
    deployment: { ...DEFAULT_DEPLOYMENT, paths: [`/${name}`], ...deployment },
    plan: { feasibility: { possible: true }, controls: { min: 1, max: 10 } },
  };
}

function faultsOf(tenants: readonly Tenant[], entry: object = {}): readonly string[] {
  try {
    refuseConflicts(settings(entry), "eu-west-1", tenants);
  } catch (error) {
    return (error as Error).message.split("\n");
  }
  return [];
}

describe("what services ask of one listener", () => {
  const at = (priority: number, path: string) => ({ paths: [], rules: [{ paths: [path], priority }] });

  it("LB-2: names both services that claim a priority", () => {
    expect(faultsOf([tenant("cart", at(10, "/cart")), tenant("pay", at(10, "/pay"))])).to.deep.equal([
      "services.pay.deploy: rules[0].priority is 10, as rules[0] of cart has; a priority is one rule's (LB-2). Change one, or remove both.",
    ]);
    expect(faultsOf([tenant("cart", at(10, "/cart")), tenant("pay", at(11, "/pay"))])).to.deep.equal([]);
  });

  it("LB-3: counts rules of every kind, split ones as they become", () => {
    const paths = (count: number) => Array.from({ length: count }, (_, i) => `/${i}`);
    const split = (count: number) => tenant("cart", { paths: paths(97), rules: [{ paths: paths(count) }] });
    expect(faultsOf([split(16)]).join()).to.match(/101 in all; a balancer takes 100 rules/); // 97 + 4
  });

  it("LB-4: refuses what takes more than one rule and has one priority, or cannot be split at all", () => {
    const paths = ["/a", "/b", "/c", "/d", "/e", "/f"];
    const query = Object.fromEntries(paths.map((key) => [key, "1"]));
    const of = (rule: object) => faultsOf([tenant("cart", { paths: [], rules: [rule] })]);
    expect(of({ paths })).to.deep.equal([]);
    expect(of({ paths, priority: 1 })).to.have.length(1);
    expect(of({ paths, priority: 1 }).join()).to.match(/rules\[0\] has a priority and more than 5 values/);
    expect(of({ query }).join()).to.match(/rules\[0\] needs more than 5 values or wildcards at once/);
  });

  it("LB-7: refuses a rule that another service's hides", () => {
    const hidden = [tenant("cart", at(10, "/cart*")), tenant("admin", at(20, "/cart/admin*"))];
    expect(faultsOf(hidden)).to.deep.equal([
      "services.admin.deploy: rules[0] never gets a request: rules[0] of cart, at priority 10, takes all of them before its 20 (LB-7). Give it a lower priority, or remove one of the two.",
    ]);
    const right = [tenant("cart", at(20, "/cart*")), tenant("admin", at(10, "/cart/admin*"))];
    expect(faultsOf(right)).to.deep.equal([]);
    const automatic = [tenant("cart", { paths: ["/cart*"] }), tenant("admin", { paths: ["/cart/admin*"] })];
    expect(faultsOf(automatic)).to.deep.equal([]);
    const catchAll = [tenant("all", at(1, "/*")), tenant("admin")];
    expect(faultsOf(catchAll).join()).to.match(/services\.admin\.deploy: paths never gets a request/);
  });

  it("LB-16: refuses to cut the longest request, and takes what outlasts it", () => {
    const slow = tenant("cart", {}, { maxWait: 100 }); // and 0.9 s of service
    expect(faultsOf([slow], { idleTimeout: "90 s" }).join()).to.match(
      /idleTimeout is 90 s; the longest request of cart takes 101 s and would end with 504/,
    );
    expect(faultsOf([slow], { idleTimeout: "101 s" })).to.deep.equal([]);
  });
});

describe("what services ask of their targets", () => {
  it("LB-10: refuses a check that outlasts its interval, the derived one too", () => {
    const both = tenant("cart", { health: { path: "/", interval: 10, timeout: 10 } });
    expect(faultsOf([both]).join()).to.match(/health\.timeout is 10 s; .* the interval, 10 s \(LB-10\)/);
    const derived = tenant("cart", { health: { path: "/", timeout: 8 } }); // a tenth of 75 s
    expect(faultsOf([derived]).join()).to.match(/the interval, 8 s \(LB-10\)/);
    expect(faultsOf([tenant("cart", { health: { path: "/", interval: 10, timeout: 9 } })])).to.deep.equal([]);
  });

  it("LB-13: refuses checks that outlast the declared start, and warns of slow ones", () => {
    const of = (interval: number, healthyThreshold: number, startup: number) =>
      tenant("cart", { health: { path: "/", interval, healthyThreshold } }, { startup });
    expect(faultsOf([of(300, 10, 75)]).join()).to.match(/health takes 3000 s .* capacity\.startup, 75 s/);
    expect(faultsOf([of(30, 5, 150)])).to.deep.equal([]);
    expect(warnings(settings(), [of(30, 5, 150)])).to.deep.equal([
      "services.cart.deploy: health sends a new task traffic after 150 s of checks; every scale-out waits for them.",
    ]);
    expect(warnings(settings(), [of(30, 4, 150)])).to.deep.equal([]);
    expect(faultsOf([tenant("quick", {}, { startup: 2 })])).to.deep.equal([]); // AWS checks no oftener
  });

  it("LB-14: refuses to cut requests in flight, and says the smallest delay", () => {
    const slow = { serviceTime: { mean: 5, cv: 0.8 }, maxWait: 5 }; // 5 + 5 × (1 + 5 × 0.8) = 30 s
    expect(faultsOf([tenant("cart", { deregistrationDelay: 5 }, slow)]).join()).to.match(
      /deregistrationDelay is 5 s; the longest request takes 30 s and would be cut .* Set it to 30 s/,
    );
    expect(faultsOf([tenant("cart", { deregistrationDelay: 30 }, slow)])).to.deep.equal([]);
  });

  it("refuses a group's instances to be gone before the metrics show it, and says the smallest delay", () => {
    const compute = { type: "ec2", instanceType: "m5.large" } as const;
    const of = (deregistrationDelay: number) => {
      const { service, ...rest } = tenant("web", { deregistrationDelay });
      return faultsOf([{ ...rest, service: { ...service, compute } }]);
    };
    expect(of(60).join()).to.match(/deregistrationDelay is 60 s; .* Set it to 180 s or more, or remove it/);
    expect(of(180)).to.deep.equal([]);
    expect(faultsOf([tenant("cart", { deregistrationDelay: 60 })])).to.deep.equal([]);
  });

  it("LB-15: refuses a slow start but with round robin", () => {
    const of = (algorithm: Deployment["algorithm"]) =>
      faultsOf([tenant("cart", { slowStart: 60, algorithm })]);
    expect(of("roundRobin")).to.deep.equal([]);
    expect(of("leastOutstandingRequests").join()).to.match(
      /slowStart is 60 s; AWS takes it with roundRobin only/,
    );
    expect(of("weightedRandom")).to.have.length(1);
  });

  it("LB-17: warns of what the capacity model does not count on", () => {
    const remarks = (some: Partial<Deployment>) => warnings(settings(), [tenant("cart", some)]).join();
    expect(remarks({})).to.equal("");
    expect(remarks({ stickiness: { duration: 60 } })).to.match(/stickiness keeps clients on one task/);
    expect(remarks({ algorithm: "weightedRandom" })).to.match(/algorithm is weightedRandom/);
    expect(remarks({ slowStart: 60 })).to.match(/slowStart spares a new task for 60 s/);
  });
});
