import * as pulumi from "@pulumi/pulumi";
import { preview, type Registration } from "../../adapters/offline-preview.ts";
import { judged } from "../../guard/policies.ts";
import { type Bag, json, type Resource, stackOf, UNKNOWN } from "../../guard/resource.ts";
import type { Profile, Rule } from "../../guard/rule.ts";
import { RULES } from "../../guard/rules.ts";
import { concerns } from "../../guard/settings.ts";

/** What the guard's mandatory rules find: `rule: resource: message`. */
export function refusals(resources: readonly Resource[], profile: Profile): readonly string[] {
  return RULES.filter(({ advisory }) => !advisory).flatMap((rule) => findings(rule, resources, profile));
}

/** What one rule finds. */
export function findings(rule: Rule, resources: readonly Resource[], profile: Profile): readonly string[] {
  if (!concerns(rule, profile)) return [];
  const found =
    "violations" in rule
      ? rule.violations(stackOf(resources))
      : resources.flatMap((resource) => judged(rule, resource));
  return found.map(({ of, message }) => `${rule.name}: ${of.name}: ${message}`);
}

export function rule(name: string): Rule {
  const found = RULES.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no rule is named ${name}`);
  return found;
}

/** A resource by itself; what other resources it was taken from is given by their names. */
export function resource(
  type: string,
  inputs: Bag,
  { name = type.split(":").at(-1)!, ...more }: Partial<Resource> = {},
): Resource {
  const defaultTags = { "setpoint:project": "setpoint", "setpoint:stack": "test" };
  const rest = { parent: undefined, references: {}, ignoreChanges: [], defaultTags, ...more };
  return { type, name, urn: urnOf(type, name), inputs, ...rest };
}

function urnOf(type: string, name: string): string {
  return `urn:pulumi:test::setpoint::${type}::${name}`;
}

/** As the guard sees it, and whether Pulumi refuses to delete it. */
export interface Deployed extends Resource {
  readonly protect?: boolean;
}

/** The resources of a stack of this repository. */
export function stackResources(stack: string): Promise<readonly Deployed[]> {
  return deployed(() => preview(stack, "."));
}

/** What an offline preview registers, with its components' outputs, as the engine would show it to the guard. */
export async function deployed(
  previewed: () => Promise<readonly Registration[]>,
): Promise<readonly Deployed[]> {
  const outputs = new Map<string, Bag>();
  const components = pulumi.ComponentResource.prototype as unknown as { registerOutputs: Register };
  const register = components.registerOutputs;
  components.registerOutputs = function (given) {
    if (!outputs.has(this.__name)) outputs.set(this.__name, given ?? {}); // Pulumi registers once more, in vain
    return register.call(this, given);
  };
  try {
    return resourcesOf(await previewed(), outputs);
  } finally {
    components.registerOutputs = register;
  }
}

type Register = (this: { readonly __name: string }, outputs?: Bag) => void;

function resourcesOf(registered: readonly Registration[], outputs: ReadonlyMap<string, Bag>) {
  const provider = registered.find(({ type }) => type === "pulumi:providers:aws");
  const { tags: defaultTags } = json(provider?.inputs.defaultTags) as { tags: Bag };
  return registered.map(({ type, name, parent, parentType, inputs, ...options }): Deployed => {
    const entries = Object.entries(inputs);
    return {
      ...{ type, name, urn: urnOf(type, name), ...options, defaultTags },
      parent: parent === null ? undefined : urnOf(parentType!, parent),
      inputs: type.startsWith("setpoint:") ? (outputs.get(name) ?? {}) : (known(inputs) as Bag),
      references: Object.fromEntries(entries.map(([key, value]) => [key, referredIn(value, registered)])),
    };
  });
}

/** What only a deployment knows, as the engine marks it. */
function known(value: unknown): unknown {
  if (typeof value === "string" && /^\$\{[^{}]*\}$/.test(value)) return UNKNOWN;
  if (Array.isArray(value)) return value.map(known);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, known(inner)]));
}

function referredIn(value: unknown, registered: readonly Registration[]): readonly string[] {
  const names = [...JSON.stringify(value ?? null).matchAll(/\$\{([^{}.]+)\./g)].map(([, name]) => name);
  return registered.filter(({ name }) => names.includes(name)).map(({ type, name }) => urnOf(type, name));
}
