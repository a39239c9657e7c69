import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { ResourceValidationArgs, ResourceValidationPolicy } from "@pulumi/policy";
import { expect } from "chai";
import { policies } from "../../guard/policies.ts";
import { RULES } from "../../guard/rules.ts";
import type { RuleSettings } from "../../guard/settings.ts";

/** What the SDK hands to a policy in place of properties; its types leave it out. */
const { unknownCheckingProxy } = createRequire(import.meta.url)("@pulumi/policy/proxy.js") as {
  unknownCheckingProxy: (props: object) => object;
};

/** How the engine writes what is not known yet (a string's sentinel in Pulumi's wire format). */
const NOT_YET = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const URN = "urn:pulumi:prod::shop::aws:lb/loadBalancer:LoadBalancer::entry";
const TODAY = "2026-06-15";

/** What the engine is told of a balancer by one policy. */
function said(
  name: string,
  props: object,
  { settings = {} as RuleSettings, tags = {} } = {},
): readonly string[] {
  const policy = policies(RULES, () => TODAY).find((each) => each.name === name) as ResourceValidationPolicy;
  const reports: string[] = [];
  const args = {
    ...{ type: "aws:lb/loadBalancer:LoadBalancer", name: "entry", urn: URN },
    props: unknownCheckingProxy(props),
    opts: { protect: false, ignoreChanges: [], aliases: [], additionalSecretOutputs: [] },
    provider: { props: { defaultTags: JSON.stringify({ tags }) } },
    getConfig: () => settings,
  } as unknown as ResourceValidationArgs;
  const validate = policy.validateResource as (
    args: ResourceValidationArgs,
    report: (said: string) => void,
  ) => void;
  validate(args, (message) => void reports.push(message));
  return reports;
}

describe("the guard's policies", () => {
  const PROTECTION = "elb-deletion-protection-enabled";
  const exception = { urn: "urn:*::entry", reason: "blue/green test, OPS-12", expires: "2026-06-15" };

  it("are one for each rule, each with a name of its own", () => {
    const all = policies(RULES, () => TODAY);
    expect(new Set(all.map(({ name }) => name)).size).to.equal(RULES.length);
    expect(
      all.filter(({ enforcementLevel }) => enforcementLevel !== "mandatory").map(({ name }) => name),
    ).to.deep.equal(["s3-bucket-logging-enabled", "cost-nat-gateways", "cost-log-retention"]);
  });

  it("are the table of docs/guard.md", () => {
    const rows = readFileSync("docs/guard.md", "utf8").matchAll(
      /^\| `([a-z0-9-]+)` \| (.+?) \| (\S+?)(, remark)? \|/gm,
    );
    const written = [...rows].map(([, name, description, where, remark]) => ({
      name,
      description,
      where,
      advisory: remark !== undefined,
    }));
    const are = RULES.map(({ name, description, only, advisory }) => ({
      name,
      description,
      where: only ?? "both",
      advisory: advisory === true,
    }));
    expect(written).to.deep.equal(are);
  });

  it("leave alone what is not known before the deployment, and judge the rest", () => {
    expect(said("elb-several-zones", { subnets: NOT_YET })).to.deep.equal([]);
    expect(said("elb-several-zones", { subnets: [NOT_YET, NOT_YET] })).to.deep.equal([]);
    expect(said("elb-several-zones", { subnets: [NOT_YET] })).to.have.length(1);
  });

  it("take the profile from the settings, else from the stack's tag, else prod", () => {
    const dev = { "setpoint:profile": "dev" };
    expect(said(PROTECTION, {})).to.have.length(1);
    expect(said(PROTECTION, {}, { tags: dev })).to.deep.equal([]);
    expect(said(PROTECTION, {}, { tags: dev, settings: { profile: "prod" } })).to.have.length(1);
    expect(said(PROTECTION, {}, { settings: { profile: "dev" } })).to.deep.equal([]);
  });

  it("allow an exception with a reason until its last day", () => {
    const during = said(PROTECTION, {}, { settings: { exceptions: [exception] } });
    expect(during).to.deep.equal([]);
  });

  it("say when the exception has ended", () => {
    const ended = { ...exception, expires: "2026-06-14" };
    expect(said(PROTECTION, {}, { settings: { exceptions: [ended] } })).to.deep.equal([
      "enableDeletionProtection is missing; a balancer cannot be deleted by accident. Set it to true. (The exception for it ended on 2026-06-14.)",
    ]);
  });

  it("know no exception without a reason, for everything, for ever or for another resource", () => {
    for (const bad of [{ reason: " " }, { urn: "*" }, { expires: "never" }, { urn: "urn:*::other" }])
      expect(said(PROTECTION, {}, { settings: { exceptions: [{ ...exception, ...bad }] } })).to.have.length(
        1,
      );
  });
});
