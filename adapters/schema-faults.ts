import type { z } from "zod";
import { didYouMean, type Fault, shown } from "./bad-input.ts";
import type { SourceDocument } from "./source-document.ts";

/** What a schema has against a value, one fault each; an unknown key comes with the nearest known one. */
export function schemaFaults(
  schema: z.ZodType,
  issues: readonly z.core.$ZodIssue[],
  prefix: readonly PropertyKey[],
  at: SourceDocument["at"],
): readonly Fault[] {
  return issues.flatMap((issue): readonly Fault[] => {
    const path = [...prefix, ...issue.path];
    if (issue.code === "unrecognized_keys") {
      const known = knownKeys(schema, issue.path, issue.input);
      return issue.keys.map((key) => ({
        where: at([...path, key], "key"),
        message: `\`${key.slice(0, 60)}\` is unknown; ${didYouMean(key, known)}`,
      }));
    }
    const field = fieldOf(path);
    const said = issue.code === "invalid_key" ? issue.issues[0]!.message : issue.message;
    const rule = /[.?]$/.test(said) ? said : `${said}.`;
    return [{ where: at(path, "value"), message: `${field} is ${shown(field, inputOf(issue))}; ${rule}` }];
  });
}

/** What an issue is about; zod gives the whole map where the member that tells kinds apart names none of them. */
function inputOf(issue: z.core.$ZodIssue): unknown {
  const member = issue.code === "invalid_union" ? issue.discriminator : undefined;
  return member !== undefined && issue.path.at(-1) === member
    ? (issue.input as Readonly<Record<string, unknown>>)[member]
    : issue.input;
}

/** The name of the last member of a path, with its index in a list. */
export function fieldOf(path: readonly PropertyKey[]): string {
  const named = path.findLastIndex((step) => typeof step !== "number");
  const indexes = path.slice(named + 1).map((index) => `[${String(index)}]`);
  return `${named < 0 ? "it" : String(path[named])}${indexes.join("")}`;
}

interface Definition {
  readonly discriminator?: string;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly innerType?: z.ZodType;
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly type: string;
  readonly in?: z.ZodType;
  readonly out?: z.ZodType;
  readonly options?: readonly z.ZodType[];
}

/** The keys that a schema knows at a path; of kinds that a member tells apart, those of the kind that `map` is. */
function knownKeys(schema: z.ZodType, path: readonly PropertyKey[], map: unknown): readonly string[] {
  const definition = schema.def as unknown as Definition;
  const pipe = definition.out?.def.type === "transform" ? definition.in : definition.out;
  const inner = definition.innerType ?? pipe;
  if (inner !== undefined) return knownKeys(inner, path, map);
  const { options, discriminator } = definition;
  if (options !== undefined) {
    const own = discriminator !== undefined && path.length === 0;
    const kinds = own ? options.filter((option) => isOfKind(option, discriminator, map)) : options;
    return kinds.flatMap((option) => knownKeys(option, path, map));
  }
  const [step, ...rest] = path;
  if (step === undefined) return Object.keys(definition.shape ?? {});
  const named = definition.shape?.[String(step)] ?? definition.valueType;
  const child = typeof step === "number" ? definition.element : named;
  return child === undefined ? [] : knownKeys(child, rest, map);
}

/** Whether a map is of the kind that one alternative of a discriminated union describes. */
function isOfKind(kind: z.ZodType, discriminator: string, map: unknown): boolean {
  const values = kind._zod.propValues?.[discriminator];
  return values?.has((map as Readonly<Record<string, z.core.util.Primitive>>)[discriminator]) ?? false;
}
