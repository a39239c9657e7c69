import { expect } from "chai";
import type { Bag } from "../../guard/resource.ts";
import { type Deployed, resource } from "./guard.ts";

/** What somebody does to a stack, by a transform or beside our components. */
export type Change = (resources: readonly Deployed[]) => readonly Deployed[];

/** Changes one input of one resource, as a transform would; a dotted path leads into it. */
export const set =
  (name: string, path: string, value: unknown): Change =>
  (resources) => {
    expect(resources.filter((each) => each.name === name)).to.have.length(1);
    return resources.map((each) =>
      each.name === name ? { ...each, inputs: replaced(each.inputs, path.split("."), value) as Bag } : each,
    );
  };

/** A copy with another value at the path. */
export function replaced(bag: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  const copy = Array.isArray(bag) ? [...bag] : { ...(bag as Bag) };
  return Object.assign(copy, { [key]: replaced((bag as Bag | undefined)?.[key], rest, value) });
}

export const without =
  (name: string): Change =>
  (resources) => {
    expect(resources.filter((each) => each.name === name)).to.have.length(1);
    return resources.filter((each) => each.name !== name);
  };

export const add =
  (type: string, inputs: Bag, more: Partial<Deployed> = {}): Change =>
  (resources) => [...resources, resource(type, inputs, more)];

export const edit =
  (name: string, change: (found: Deployed) => Partial<Deployed>): Change =>
  (resources) =>
    resources.map((each) => (each.name === name ? { ...each, ...change(each) } : each));

export const twin =
  (name: string, inputs: Bag = {}): Change =>
  (resources) => {
    const found = resources.find((each) => each.name === name)!;
    const again = { name: `${name}-2`, urn: `${found.urn}-2`, inputs: { ...found.inputs, ...inputs } };
    return [...resources, { ...found, ...again }];
  };

/** Takes an input from another resource. */
export const taken =
  (name: string, input: string, from: string): Change =>
  (resources) => {
    const source = resources.find((each) => each.name === from)!.urn;
    return edit(name, ({ references }) => ({ references: { ...references, [input]: [source] } }))(resources);
  };

/** Names of what a change made or altered, of what uses that and what that uses; after a removal, all of them. */
export function involved(change: Change, resources: readonly Deployed[]): readonly string[] {
  const altered = change(resources).filter((each) => !resources.includes(each));
  if (altered.length === 0) return resources.map(({ name }) => name);
  const used = altered.flatMap(({ parent = [], references }) => [parent, Object.values(references)].flat(2));
  const users = resources.filter(({ references }) =>
    Object.values(references).some((urns) => altered.some(({ urn }) => urns.includes(urn))),
  );
  const uses = used.map((urn) => urn.split("::").at(-1)!).filter((name) => name !== "aws"); // the provider is everybody's
  return [...[...altered, ...users].map(({ name }) => name), ...uses];
}
