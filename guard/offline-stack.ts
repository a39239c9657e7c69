import * as pulumi from "@pulumi/pulumi";
import type { Registration } from "../adapters/offline-preview.ts";
import { judged } from "./policies.ts";
import { type Bag, json, type Resource, stackOf, UNKNOWN } from "./resource.ts";
import type { Profile, Rule } from "./rule.ts";
import { concerns } from "./settings.ts";

/** A resource, and whether Pulumi refuses to delete it. */
export interface OfflineResource extends Resource {
  readonly protect: boolean;
}

/** A stack as an offline preview shows it, and as the rules see it. */
export interface OfflineStack {
  readonly registered: readonly Registration[];
  readonly resources: readonly OfflineResource[];
}

/** What `previewing` registers, its components' outputs with it. */
export async function offlineStack(
  previewing: () => Promise<readonly Registration[]>,
): Promise<OfflineStack> {
  const outputs = new Map<string, Bag>();
  const components = pulumi.ComponentResource.prototype as unknown as { registerOutputs: Register };
  const register = components.registerOutputs;
  components.registerOutputs = function (given) {
    if (!outputs.has(this.__name)) outputs.set(this.__name, given ?? {}); // Pulumi registers once more, in vain
    return register.call(this, given);
  };
  try {
    const registered = await previewing();
    return { registered, resources: resourcesOf(registered, outputs) };
  } finally {
    components.registerOutputs = register;
  }
}

type Register = (this: { readonly __name: string }, outputs?: Bag) => void;

/** What one rule finds: `rule: resource: message`. */
export function findings(rule: Rule, resources: readonly Resource[], profile: Profile): readonly string[] {
  if (!concerns(rule, profile)) return [];
  const found =
    "violations" in rule
      ? rule.violations(stackOf(resources))
      : resources.flatMap((resource) => judged(rule, resource));
  return found.map(({ of, message }) => `${rule.name}: ${of.name}: ${message}`);
}

/** As the engine would name it. */
export function urnOf(type: string, name: string): string {
  return `urn:pulumi:test::setpoint::${type}::${name}`;
}

function resourcesOf(registered: readonly Registration[], outputs: ReadonlyMap<string, Bag>) {
  const provider = registered.find(({ type }) => type === "pulumi:providers:aws");
  const { tags: defaultTags = {} } = (json(provider?.inputs.defaultTags) ?? {}) as { readonly tags?: Bag };
  return registered.map(
    ({ type, name, parent, parentType, inputs, ignoreChanges, protect }): OfflineResource => {
      const entries = Object.entries(inputs);
      return {
        ...{ type, name, urn: urnOf(type, name), ignoreChanges, made: false, protect, defaultTags },
        parent: parent === null ? undefined : urnOf(parentType!, parent),
        inputs: type.startsWith("setpoint:") ? (outputs.get(name) ?? {}) : (known(inputs) as Bag),
        references: Object.fromEntries(entries.map(([key, value]) => [key, referredIn(value, registered)])),
      };
    },
  );
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
