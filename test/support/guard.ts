import { preview, type Registration } from "../../adapters/offline-preview.ts";
import { findings, offlineStack, urnOf } from "../../guard/offline-stack.ts";
import type { Bag, Resource } from "../../guard/resource.ts";
import type { Profile, Rule } from "../../guard/rule.ts";
import { RULES } from "../../guard/rules.ts";

/** What the guard's mandatory rules find: `rule: resource: message`. */
export function refusals(resources: readonly Resource[], profile: Profile): readonly string[] {
  return RULES.filter(({ advisory }) => !advisory).flatMap((rule) => findings(rule, resources, profile));
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
  const rest = { parent: undefined, references: {}, ignoreChanges: [], made: false, defaultTags, ...more };
  return { type, name, urn: urnOf(type, name), inputs, ...rest };
}

/** As the guard sees it, and whether Pulumi refuses to delete it. */
export interface Deployed extends Resource {
  readonly protect?: boolean;
}

/** The resources of a stack of this repository. */
export function stackResources(stack: string): Promise<readonly Deployed[]> {
  return deployed(() => preview(stack, "."));
}

/** What an offline preview registers, as the engine would show it to the guard. */
export async function deployed(
  previewed: () => Promise<readonly Registration[]>,
): Promise<readonly Deployed[]> {
  return (await offlineStack(previewed)).resources;
}
