import { expect } from "chai";
import { schemaFaults } from "../../adapters/schema-faults.ts";
import { serviceDeploymentSchema } from "../../adapters/service-deployment.ts";

/** Where a `deploy:` is at fault; each fault says the value, the rule and the way out. */
function refused(document: object): readonly string[] {
  const { error } = serviceDeploymentSchema.safeParse(document, { reportInput: true });
  const at = (path: readonly PropertyKey[]) => path.join(".");
  const faults = schemaFaults(serviceDeploymentSchema, error?.issues ?? [], [], at);
  for (const { where, message } of faults) expect(message, where).to.match(/^.+ is .+; .+[.;:] .+/);
  return faults.map(({ where }) => where);
}

/** Every one refused, at the place named, and every other taken. */
function bounds(at: string, wrong: readonly object[], right: readonly object[]): void {
  for (const each of wrong) expect(refused(each), JSON.stringify(each)).to.deep.equal([at]);
  for (const each of right) expect(refused(each), JSON.stringify(each)).to.deep.equal([]);
}

const arn = (id: string) => `arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/other/${id}`;

describe("the rules of a service", () => {
  const rule = (members: object) => ({ rules: [members] });

  it("LB-1: have priorities from 1 to 50,000, whole", () => {
    const at = (priority: unknown) => rule({ paths: ["/a"], priority });
    bounds("rules.0.priority", [0, 50_001, 1.5, "1"].map(at), [1, 50_000].map(at));
  });

  it("LB-5: name paths as AWS takes them", () => {
    const at = (path: string) => rule({ paths: [path] });
    bounds("rules.0.paths.0", ["cart", "/cart/**", `/${"a".repeat(128)}`, "/a?b#c"].map(at), [
      at(`/${"a".repeat(127)}`),
      at("/a?b*"),
    ]);
  });

  it("LB-6: name hosts with a dot and letters after the last", () => {
    const at = (host: string) => rule({ hosts: [host] });
    bounds("rules.0.hosts.0", ["localhost", "*", `${"a".repeat(125)}.com`, "a.b1", "a b.com"].map(at), [
      at("a.example.com"),
      at("*.example.com"),
      at(`${"a".repeat(124)}.com`),
    ]);
  });

  it("name methods, headers and query strings as AWS takes them, and at least one condition", () => {
    bounds("rules.0.methods.0", [rule({ methods: ["get"] })], [rule({ methods: ["GET"] })]);
    bounds("rules.0.headers.x y", [rule({ headers: { "x y": ["1"] } })], [rule({ headers: { x: ["1"] } })]);
    bounds("rules.0.headers.x", [rule({ headers: { x: [] } })], []);
    bounds("rules.0.query.v", [rule({ query: { v: "" } })], [rule({ query: { v: "1" } })]);
    bounds("rules.0", [rule({}), rule({ priority: 1 }), rule({ headers: {} })], []);
  });
});

describe("the target settings of a service", () => {
  const health = (members: object) => ({ health: members });

  it("LB-9: check every 5–300 s, for 2–120 s, 2–10 times", () => {
    const interval = (each: string | number) => health({ interval: each });
    bounds("health.interval", ["4 s", "301 s", 10, "5500 ms"].map(interval), ["5 s", "5 min"].map(interval));
    const timeout = (each: string) => health({ timeout: each });
    bounds("health.timeout", ["1 s", "121 s"].map(timeout), ["2 s", "2 min"].map(timeout));
    for (const threshold of ["healthyThreshold", "unhealthyThreshold"]) {
      const times = (each: number) => health({ [threshold]: each });
      bounds(`health.${threshold}`, [1, 11, 2.5].map(times), [2, 10].map(times));
    }
  });

  it("LB-11: take codes and ranges from 200 to 499", () => {
    const at = (matcher: unknown) => health({ matcher });
    bounds("health.matcher", ["500", "200-600", "2xx", "199", "300-200", "", 200].map(at), [
      at("200"),
      at("200-299,302"),
      at("200-499"),
    ]);
  });

  it("LB-12: ask for a path of at most 1,024 characters", () => {
    const at = (path: string) => health({ path });
    bounds("health.path", ["health", `/${"a".repeat(1024)}`, "/a b"].map(at), [at(`/${"a".repeat(1023)}`)]);
    expect(serviceDeploymentSchema.parse(health({})).health).to.deep.equal({ path: "/" });
  });

  it("LB-14: let requests finish for 0–3,600 s", () => {
    const at = (deregistrationDelay: string) => ({ deregistrationDelay });
    bounds("deregistrationDelay", ["-1 s", "3601 s"].map(at), ["0 s", "1 h"].map(at));
  });

  it("LB-15: start slowly for 30–900 s, or not at all", () => {
    const at = (slowStart: string) => ({ slowStart });
    bounds("slowStart", ["10 s", "1000 s"].map(at), ["0 s", "30 s", "15 min"].map(at));
  });

  it("LB-17: stick for 1 s to 7 d, by a cookie that is not AWS's", () => {
    const at = (duration: string) => ({ stickiness: { duration } });
    bounds("stickiness.duration", ["0 s", "8 d"].map(at), ["1 s", "7 d"].map(at));
    const named = (cookie: string) => ({ stickiness: { duration: "1 h", cookie } });
    bounds("stickiness.cookie", ["AWSALB", "AWSALBTG", "a b"].map(named), [named("SESSION")]);
  });

  it("LB-8: weigh 0–999, and not 0 throughout", () => {
    const at = (own: number, weight: number) => ({
      weights: { own, others: [{ targetGroupArn: arn("1"), weight }] },
    });
    bounds("weights", [at(0, 0)], [at(0, 1), at(999, 999), at(1, 0)]);
    bounds("weights.own", [at(1000, 1), at(-1, 1), at(0.5, 1)], []);
  });

  it("LB-4: forward to 5 groups at most, each named once", () => {
    const at = (ids: readonly string[]) => ({
      weights: { own: 1, others: ids.map((id) => ({ targetGroupArn: arn(id), weight: 1 })) },
    });
    bounds(
      "weights.others",
      [at(["1", "2", "3", "4", "5"]), at([]), at(["1", "1"])],
      [at(["1", "2", "3", "4"])],
    );
  });
});
