import type { PolicyResource, ResourceValidationArgs } from "@pulumi/policy";
import { type Bag, json, type Resource, UNKNOWN } from "./resource.ts";

/** A resource as the engine shows it before it is made or changed: its inputs. */
export function proposed({ type, name, urn, props, opts, provider }: ResourceValidationArgs): Resource {
  return {
    ...{ type, name, urn, parent: opts.parent || undefined, references: {} },
    inputs: known(props) as Bag,
    ignoreChanges: opts.ignoreChanges,
    made: false,
    defaultTags: defaultTags(provider?.props),
  };
}

/**
 * A resource as the engine shows it at the end, when it knows what refers to what. What AWS or a schedule changed
 * since is in its outputs, so what was `proposed` stands; a component's outputs are all it has.
 */
export function registered(resource: PolicyResource, before: Resource | undefined): Resource {
  const { type, name, urn, props, opts, parent, propertyDependencies, provider } = resource;
  const references = Object.entries(propertyDependencies).map(([key, found]) => [
    key,
    found.map((each) => each.urn),
  ]);
  const own = before !== undefined && Object.keys(before.inputs).length > 0;
  return {
    ...{ type, name, urn, parent: parent?.urn },
    references: Object.fromEntries(references),
    inputs: own ? before.inputs : (known(props) as Bag),
    ignoreChanges: opts.ignoreChanges,
    made: typeof inner(props, "arn") === "string",
    defaultTags: defaultTags(provider?.props),
  };
}

/** Plain data: the engine's proxies throw where a value is not known yet. */
function known(value: unknown): unknown {
  if (Array.isArray(value)) return Array.from({ length: value.length }, (_, i) => inner(value, i));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.keys(value).map((key) => [key, inner(value, key)]));
}

function inner(value: object, key: string | number): unknown {
  try {
    return known((value as Record<string | number, unknown>)[key]);
  } catch {
    return UNKNOWN;
  }
}

/** A provider's settings are texts. */
function defaultTags(provider: Bag | undefined): Bag {
  if (provider === undefined) return {};
  const settings = inner(provider, "defaultTags");
  const { tags } = ((typeof settings === "string" ? json(settings) : settings) as { tags?: Bag }) ?? {};
  return tags ?? {};
}
