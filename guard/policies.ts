import type { Policies, ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import { proposed, registered } from "./engine-resource.ts";
import { type Resource, stackOf } from "./resource.ts";
import type { Profile, ResourceRule, Rule, StackRule, Violation } from "./rule.ts";
import { concerns, type RuleSettings, SETTINGS_SCHEMA, unexcused } from "./settings.ts";

/** The rules as Pulumi's engine asks for them: one policy each, so that each can be set, and is named, by itself. */
export function policies(rules: readonly Rule[], today: () => string): Policies {
  const seen = new Map<string, Resource>();
  return rules.map((rule) => {
    const about = {
      name: rule.name,
      description: rule.description,
      enforcementLevel: rule.advisory ? ("advisory" as const) : ("mandatory" as const),
      configSchema: SETTINGS_SCHEMA,
      ...(rule.controls === undefined ? {} : { tags: [...rule.controls] }),
    };
    return "violations" in rule
      ? { ...about, ...ofStack(rule, seen, today) }
      : { ...about, ...ofResource(rule, seen, today) };
  });
}

function ofResource(
  rule: ResourceRule,
  seen: Map<string, Resource>,
  today: () => string,
): Pick<ResourceValidationPolicy, "validateResource"> {
  return {
    validateResource: (args, report) => {
      const resource = proposed(args);
      seen.set(args.urn, resource);
      const settings = args.getConfig<RuleSettings>();
      if (!concerns(rule, settings.profile ?? profileOf([resource]))) return;
      for (const { message } of unexcused(judged(rule, resource), settings, today())) report(message);
    },
  };
}

/** What a rule finds in one resource, of whatever type. */
export function judged({ types, faults }: ResourceRule, resource: Resource): readonly Violation[] {
  if (!types.includes(resource.type)) return [];
  return faults(resource.inputs, resource).map((message) => ({ of: resource, message }));
}

function ofStack(
  rule: StackRule,
  seen: ReadonlyMap<string, Resource>,
  today: () => string,
): Pick<StackValidationPolicy, "validateStack"> {
  return {
    validateStack: (args, report) => {
      const resources = args.resources.map((each) => registered(each, seen.get(each.urn)));
      const settings = args.getConfig<RuleSettings>();
      if (!concerns(rule, settings.profile ?? profileOf(resources))) return;
      for (const { of, message } of unexcused(rule.violations(stackOf(resources)), settings, today()))
        report(message, of.urn);
    },
  };
}

/** What a Platform tags everything with; what nothing is said of is production. */
export function profileOf(resources: readonly Resource[]): Profile {
  const said = resources
    .map(({ defaultTags }) => defaultTags["setpoint:profile"])
    .filter((tag) => tag !== undefined);
  return said.length > 0 && said.every((tag) => tag === "dev") ? "dev" : "prod";
}
