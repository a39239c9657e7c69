import { readFileSync } from "node:fs";
import { expect } from "chai";
import type { z } from "zod";
import { historySchema, policiesSchema, serviceSchema } from "../../adapters/declaration-schema.ts";
import { serviceDeploymentSchema } from "../../adapters/service-deployment.ts";
import { settingsSchema } from "../../adapters/stack-settings.ts";

interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly out?: z.ZodType;
}

/** The keys of a map and, one level down, those of the maps in it. */
function keys(schema: z.ZodType, depth: number): readonly string[] {
  const { shape, innerType, in: input, out } = schema.def as unknown as Definition;
  const inner = innerType ?? (["transform", "unknown"].includes(input?.def.type ?? "") ? out : input);
  if (inner !== undefined) return keys(inner, depth);
  return Object.entries(shape ?? {}).flatMap(([key, value]) => [
    key,
    ...(depth > 1 ? keys(value, depth - 1) : []),
  ]);
}

describe("docs/settings.md", () => {
  const page = (name: string) =>
    readFileSync(new URL(`../../docs/${name}`, import.meta.url), "utf8").replace(/```.*?```/gs, "");
  const reference = page("settings.md");
  const [stack, policies, service] = reference.split("## Of a service") as [string, string, string];
  const named = (text: string) => new Set([...text.matchAll(/`[^`]+`/g)].join(" ").match(/\w+/g));

  it("leaves to docs/declaration.md every key of a service, and of what its maps hold, but of its deployment", () => {
    const all = [
      ...keys(serviceSchema.omit({ deploy: true, policies: true, quotas: true }), 2),
      ...keys(historySchema, 1),
    ];
    expect(all).to.include.members(["slos", "growth", "scaleToZero", "exclude"]);
    expect(all.filter((key) => !named(page("declaration.md")).has(key))).to.deep.equal([]);
  });

  it("names every key of a stack, and of what its maps hold", () => {
    const all = keys(settingsSchema, 2);
    expect(all).to.include.members(["network", "zones", "waf"]);
    expect(all.filter((key) => !named(stack).has(key))).to.deep.equal([]);
  });

  it("names every key of a service's policies", () => {
    const all = keys(policiesSchema, 1);
    expect(all).to.include.members(["metric", "predictive"]);
    expect(all.filter((key) => !named(policies).has(key))).to.deep.equal([]);
  });

  it("names every key of a service's deployment", () => {
    const all = keys(serviceDeploymentSchema, 1);
    expect(all).to.include.members(["image", "release", "instances"]);
    expect(all.filter((key) => !named(service).has(key))).to.deep.equal([]);
  });
});
