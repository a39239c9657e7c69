import { readFileSync } from "node:fs";
import type * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { z } from "zod";
import { serviceSchema } from "../../adapters/declaration-schema.ts";
import { settingsSchema } from "../../adapters/stack-settings.ts";
import type { Platform } from "../../components/platform.ts";
import type { Platform as Contract } from "../../plugin/platform.ts";
import { analyzedSchema } from "../../plugin/schema.ts";

interface Property {
  readonly $ref?: string;
  readonly type?: string;
  readonly description?: string;
  readonly items?: Property;
  readonly additionalProperties?: Property;
}

interface Typed {
  readonly properties: Readonly<Record<string, Property>>;
  readonly required: readonly string[];
}

interface Component extends Typed {
  readonly description: string;
  readonly inputProperties: Readonly<Record<string, Property>>;
  readonly requiredInputs: readonly string[];
}

const schema = JSON.parse(readFileSync(new URL("../../plugin/schema.json", import.meta.url), "utf8")) as {
  readonly resources: Readonly<Record<string, Component>>;
  readonly types: Readonly<Record<string, Typed>>;
};
const platform = schema.resources["setpoint:index:Platform"]!;

/** Members by their place, such as `network.zones`, and whether each is asked for; in a map or list below `*`. */
type Members = ReadonlyMap<string, boolean>;

function below(key: string, inner: Members): readonly (readonly [string, boolean])[] {
  return [...inner].map(([path, required]) => [`${key}.${path}`, required] as const);
}

/** What the package may be told. */
function told({ $ref, items, additionalProperties }: Property): Members {
  const each = items ?? additionalProperties;
  if (each !== undefined) return new Map(below("*", told(each)));
  const { properties = {}, required = [] } = schema.types[$ref?.replace("#/types/", "") ?? ""] ?? {};
  return new Map(
    Object.entries(properties).flatMap(([key, member]) => [
      [key, required.includes(key)] as const,
      ...below(key, told(member)),
    ]),
  );
}

/** Members of several forms, of which the schema can say no more than "anything". */
function openMembers({ $ref, items, additionalProperties }: Property, path: string): readonly string[] {
  if ($ref === "pulumi.json#/Any") return [path];
  const each = items ?? additionalProperties;
  if (each !== undefined) return openMembers(each, `${path}.*`);
  const { properties = {} } = schema.types[$ref?.replace("#/types/", "") ?? ""] ?? {};
  return Object.entries(properties).flatMap(([key, member]) => openMembers(member, `${path}.${key}`));
}

interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly out?: z.ZodType;
}

/** What the declaration's own schema takes. */
function taken(zod: z.ZodType): Members {
  const { shape, element, valueType, options, ...rest } = zod.def as unknown as Definition;
  const inner = rest.innerType ?? (rest.out?.def.type === "transform" ? rest.in : rest.out);
  if (inner !== undefined) return taken(inner);
  const each = element ?? valueType;
  if (each !== undefined) return new Map(below("*", taken(each)));
  if (options !== undefined) return merged(options.map(taken).filter(({ size }) => size > 0));
  return new Map(
    Object.entries(shape ?? {}).flatMap(([key, member]) => [
      [key, !isOptional(member)] as const,
      ...below(key, taken(member)),
    ]),
  );
}

function isOptional(zod: z.ZodType): boolean {
  const { type, innerType, in: input } = zod.def as unknown as Definition;
  if (["optional", "default", "prefault"].includes(type)) return true;
  const inner = innerType ?? input;
  return inner !== undefined && isOptional(inner);
}

/** Of several maps: asked for is what every one asks for that has its parent. */
function merged(forms: readonly Members[]): Members {
  const parent = (path: string) => path.split(".").slice(0, -1).join(".");
  const asked = (path: string) =>
    forms.every((form) => form.get(path) === true || (parent(path) !== "" && !form.has(parent(path))));
  return new Map(forms.flatMap((form) => [...form.keys()]).map((path) => [path, asked(path)]));
}

function capitalized(key: string): string {
  return key.charAt(0).toUpperCase() + key.slice(1);
}

/** A release without a strategy rolls, which the declaration sees before its schema does. */
const ROLLING = "*.deploy.release.strategy";

type Promised = {
  readonly [Output in "url" | "share" | "scaling" | "dashboards"]: pulumi.Output<
    Frozen<pulumi.UnwrappedObject<Pick<Contract, Output>>[Output]>
  >;
};

type Frozen<T> = T extends object ? { readonly [K in keyof T]: Frozen<T[K]> } : T;

describe("the package's schema (rows 96 and 97)", function () {
  this.timeout(60_000);

  it("is what Pulumi's component analyser reads from plugin/platform.ts; `npm run schema` writes it", () => {
    expect(analyzedSchema()).to.deep.equal(schema);
  });

  it("has one component, whose inputs and outputs are described, and every type's members, too", () => {
    expect(Object.keys(schema.resources)).to.deep.equal(["setpoint:index:Platform"]);
    expect(Object.keys(platform.inputProperties)).to.have.members(["deployment", "services"]);
    expect(Object.keys(platform.properties)).to.have.members(["url", "share", "scaling", "dashboards"]);
    expect(platform.description).to.match(/^One environment on AWS, whole/);
    const all = [
      platform.inputProperties,
      ...[platform, ...Object.values(schema.types)].map((each) => each.properties),
    ];
    const silent = all.flatMap((properties) =>
      Object.entries(properties).flatMap(([key, { description }]) => (description ? [] : [key])),
    );
    expect(silent).to.deep.equal([]);
    expect(all.length).to.be.above(50);
  });

  it("has no member that is named like its type, which C# refuses (CS0542)", () => {
    const types = [...Object.entries(schema.resources), ...Object.entries(schema.types)];
    const refused = types.flatMap(([token, { properties }]) => {
      const named = Object.keys(properties).map((key) => `setpoint:index:${capitalized(key)}`);
      return named.filter((each) => each === token);
    });
    expect(refused).to.deep.equal([]);
  });

  it("promises of the component what the component has", () => {
    // The compiler judges it; the analyser takes no list that may only be read, and so the contract has none.
    const kept = (made: Platform): Promised => made;
    expect(kept).to.be.a("function");
  });

  for (const [input, zod] of [
    ["deployment", settingsSchema],
    ["services", z.record(z.string(), serviceSchema)],
  ] as const)
    it(`names every member of ${input} that the declaration takes, no other, and asks for the same ones`, () => {
      const property = platform.inputProperties[input]!;
      const open = openMembers(property, "").map((path) => path.slice(1));
      const closed = [...taken(zod)].filter(([path]) => !open.some((each) => path.startsWith(`${each}.`)));
      const theirs = closed.map(([path, asked]) => [path, asked && path !== ROLLING]);
      expect(theirs.length).to.be.above(100);
      expect([...told(property)].toSorted()).to.deep.equal(theirs.toSorted());
    });
});
