import { expect } from "chai";
import type { z } from "zod";
import { serviceSchema } from "../../adapters/declaration-schema.ts";
import { safeParse } from "../../adapters/safe-parse.ts";
import { schemaFaults } from "../../adapters/schema-faults.ts";
import { dotted } from "../../adapters/source-document.ts";
import { settingsSchema } from "../../adapters/stack-settings.ts";

interface Definition {
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly options?: readonly z.ZodType[];
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly out?: z.ZodType;
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
}

type Path = readonly (string | number)[];

/** Every place of a document that a schema describes. */
function places(schema: z.ZodType, path: Path = []): readonly Path[] {
  const {
    shape,
    options,
    innerType,
    in: input,
    out,
    element,
    valueType,
  } = schema.def as unknown as Definition;
  const same = [innerType, input, out, ...(options ?? [])].filter((inner) => inner !== undefined);
  return [
    path,
    ...same.flatMap((inner) => places(inner, path)),
    ...Object.entries(shape ?? {}).flatMap(([key, member]) => places(member, [...path, key])),
    ...(element === undefined ? [] : places(element, [...path, 0])),
    ...(valueType === undefined ? [] : places(valueType, [...path, "name"])),
  ];
}

function holding(path: Path, value: unknown): unknown {
  return path.reduceRight<unknown>((held, key) => (key === 0 ? [held] : { [key]: held }), value);
}

const VALUES = [5, -1, 0.5, "x", "", [], {}, null, true, [5], ["x"], [{}], { a: 1 }, Number.NaN];

/** What zod says by itself. */
const ZODS_OWN = /Invalid|expected (\w+, received|true)|Unrecognized|Too (small|big)/;

describe("what a schema has against a value", () => {
  for (const [title, schema] of Object.entries({ service: serviceSchema, stack: settingsSchema }))
    it(`is said in our words, wherever in a ${title}'s settings it stands`, () => {
      const said = places(schema).flatMap((path) =>
        VALUES.flatMap((value) => {
          const issues = safeParse(schema, holding(path, value)).error?.issues ?? [];
          return schemaFaults(schema, issues, [], dotted).map(({ where, message }) => `${where}: ${message}`);
        }),
      );
      expect(said).to.have.length.above(1000);
      expect([...new Set(said)].filter((text) => ZODS_OWN.test(text))).to.deep.equal([]);
    });
});
