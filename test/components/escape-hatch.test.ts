import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { parse } from "yaml";
import { registrations } from "../../adapters/offline-preview.ts";

interface Seen {
  readonly type: string;
  readonly name: string;
  readonly parent: pulumi.Resource | undefined;
}

let runs = 0;

/** Every resource that a stack of this repository registers, as an object of the program. */
async function objectsOf(stack: string): Promise<ReadonlyMap<pulumi.Resource, Seen>> {
  const seen = new Map<pulumi.Resource, Seen>();
  const { config } = parse(readFileSync(`Pulumi.${stack}.yaml`, "utf8")) as {
    config: Record<string, unknown>;
  };
  const texts = Object.entries(config).map(([key, value]) => [
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  const program = () => {
    pulumi.runtime.registerStackTransformation(({ resource, type, name, opts }) => {
      seen.set(resource, { type, name, parent: opts.parent });
      return undefined;
    });
    return import(new URL(`../../index.ts?hatch=${runs++}`, import.meta.url).href);
  };
  const settings = { project: "setpoint", stack, config: Object.fromEntries(texts), secrets: [] };
  await registrations(program, settings);
  return seen;
}

/** What a user reaches from a component: its public members, and theirs. */
function reached(from: unknown, found = new Set<unknown>()): ReadonlySet<unknown> {
  if (from === null || typeof from !== "object" || found.has(from) || pulumi.Output.isInstance(from))
    return found;
  found.add(from);
  if (from instanceof Map) for (const member of from.values()) reached(member, found);
  for (const [key, member] of Object.entries(from)) if (!key.startsWith("__")) reached(member, found);
  return found;
}

describe("the escape hatch", function () {
  this.timeout(240_000);

  it("is a public member of the components that the program makes, for every resource (row 99)", async () => {
    for (const stack of ["prod", "dev"]) {
      const objects = await objectsOf(stack);
      const own = [...objects].filter(([, { parent }]) => parent === undefined || !objects.has(parent));
      const members = new Set(own.flatMap(([resource]) => [...reached(resource)]));
      const hidden = [...objects].filter(([resource]) => !members.has(resource));
      expect(objects.size).to.be.above(100);
      expect(
        hidden.map(([, { type, name }]) => `${type} ${name}`),
        stack,
      ).to.deep.equal([]);
    }
  });
});
