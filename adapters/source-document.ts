import {
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  parseDocument,
  visit,
  type YAMLError,
} from "yaml";
import { badInput, type Fault } from "./bad-input.ts";

/** A parsed text whose every member knows where it was written. */
export interface SourceDocument {
  readonly value: unknown;
  /** `file:line:column path` of the member at `path`, or of the nearest one above it that exists. */
  readonly at: (path: readonly PropertyKey[], part: "key" | "value") => string;
}

/** Aliases of one document, expanded ones included. */
const MOST_ALIASES = 100;

/** Levels of nesting. */
export const DEEPEST = 64;

/** Names that JavaScript objects have by birth. */
export const INBORN: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));

/** `services.cart.slos[0].objective` */
export function dotted(path: readonly PropertyKey[]): string {
  return path
    .map((step, i) => (typeof step === "number" ? `[${step}]` : `${i > 0 ? "." : ""}${String(step)}`))
    .join("");
}

/** One YAML 1.2 document of the core schema: no tags, no duplicate keys, few aliases. */
export function yamlDocument(text: string, file: string): SourceDocument {
  try {
    return parsedYaml(text, file);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw badInput([{ where: file, message: TOO_DEEP }]); // the parser's recursion met the end of the stack
  }
}

const TOO_DEEP = `it is nested deeper than ${DEEPEST} levels. Flatten it.`;

function parsedYaml(text: string, file: string): SourceDocument {
  const lines = new LineCounter();
  const spot = spots(lines, file);
  if (nesting(text) > DEEPEST) throw badInput([{ where: file, message: TOO_DEEP }]);
  const documents = parseAllDocuments(text.replace(/^\uFEFF/, ""), {
    lineCounter: lines,
    version: "1.2",
    schema: "core",
    uniqueKeys: false, // quadratic there; checked below
    logLevel: "silent",
  });
  if (!Array.isArray(documents) || documents.length === 0)
    throw badInput([{ where: file, message: "it is empty; declare at least one service." }]);
  if (documents.length > 1) {
    const second = documents[1]!.range[0];
    throw badInput([
      { where: spot(second), message: `it holds ${documents.length} documents; one is read. Split it.` },
    ]);
  }
  const document = documents[0]!;
  const faults: Fault[] = told(
    [...document.errors, ...document.warnings.filter(({ code }) => code !== "TAG_RESOLVE_FAILED")],
    spot,
  );
  let aliases = 0;
  visit(document, {
    Alias: (_, { range }) => {
      aliases++;
      if (aliases !== MOST_ALIASES + 1) return;
      faults.push({
        where: spot(range?.[0] ?? 0),
        message: `it has more than ${MOST_ALIASES} aliases. Write them out.`,
      });
    },
    Node: (_, node) => {
      if ("tag" in node && node.tag !== undefined)
        faults.push({
          where: spot(node.range?.[0] ?? 0),
          message: "tags are not read, only plain YAML 1.2. Remove it.",
        });
    },
    Map: (_, { items }) => {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        const name = isScalar(key) ? key.value : undefined;
        const where = spot((key as Node).range?.[0] ?? 0);
        if (typeof name !== "string") faults.push({ where, message: "a key must be a text. Quote it." });
        else if (INBORN.has(name))
          faults.push({ where, message: `the key \`${name}\` is reserved. Choose another name.` });
        else if (name === "<<")
          faults.push({
            where,
            message: "merge keys are not read, only plain YAML 1.2. Write out what it merges.",
          });
        else if (seen.has(name))
          faults.push({ where, message: `the key \`${name}\` is here twice. Keep one.` });
        seen.add(name);
      }
    },
  });
  if (faults.length > 0) throw badInput(faults);
  return {
    value: expanded(document, file),
    at: (path, part) => `${spot(offsetIn(document, path, part))} ${dotted(path)}`.trim(),
  };
}

/** What one YAML document of any kind holds, as Pulumi's own files may; null where it is empty. */
export function yamlValue(text: string, file: string): unknown {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, logLevel: "error" });
  if (document.errors.length > 0) throw badInput(told(document.errors, spots(lines, file)));
  return expanded(document, file);
}

function spots(lines: LineCounter, file: string): (offset: number) => string {
  return (offset) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${Math.max(line, 1)}:${Math.max(col, 1)}`;
  };
}

function told(errors: readonly YAMLError[], spot: (offset: number) => string): Fault[] {
  return errors.map(({ pos, code, message }) => ({
    where: spot(pos[0]),
    message: `${plain(code, message)}.`,
  }));
}

function expanded(document: ReturnType<typeof parseAllDocuments>[number], file: string): unknown {
  try {
    return (document as { toJS(options: { maxAliasCount: number }): unknown }).toJS({
      maxAliasCount: MOST_ALIASES,
    });
  } catch {
    throw badInput([
      {
        where: file,
        message: `its aliases expand to more than ${MOST_ALIASES} copies, or name no anchor before them. Write them out.`,
      },
    ]);
  }
}

function plain(code: string, message: string): string {
  if (code === "TAB_AS_INDENT") return "tabs are not allowed as indentation. Use spaces";
  return `it is no YAML: ${message
    .split("\n")[0]!
    .replace(/ at line \d+, column \d+:?$/, "")
    .slice(0, 100)}`;
}

/** Levels that flow collections or indentation open; a cheap guard before anything recursive runs. */
function nesting(text: string): number {
  let [depth, deepest] = [0, 0];
  for (const bracket of text.match(/[[{\]}]/g) ?? []) {
    depth = bracket === "[" || bracket === "{" ? depth + 1 : Math.max(0, depth - 1);
    deepest = Math.max(deepest, depth);
  }
  const dashes = Math.max(
    0,
    ...Array.from(text.matchAll(/^[ ]*((?:- )+)/gm), (match) => match[1]!.length / 2),
  );
  const indents = new Set(Array.from(text.matchAll(/^( +)[^\s]/gm), (match) => match[1]!.length)).size;
  return Math.max(deepest, dashes, indents > 4 * DEEPEST ? indents : 0);
}

type AnyDocument = { readonly contents: unknown; readonly anchors?: unknown };

function offsetIn(document: AnyDocument, path: readonly PropertyKey[], part: "key" | "value"): number {
  let node: unknown = document.contents;
  let offset = rangeStart(node) ?? 0;
  for (const [i, step] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document as Parameters<typeof node.resolve>[0]);
    if (!isCollection(node)) return offset;
    const item: unknown = isMap(node)
      ? node.items.find(({ key }) => isScalar(key) && key.value === step)
      : isSeq(node) && typeof step === "number"
        ? node.items[step]
        : undefined;
    if (item === undefined) return offset;
    const pair = isPair(item) ? (item as Pair) : undefined;
    node = pair === undefined ? item : pair.value;
    const atKey = pair !== undefined && part === "key" && i === path.length - 1;
    offset = (atKey ? undefined : rangeStart(node)) ?? rangeStart(pair?.key) ?? offset;
  }
  return offset;
}

function rangeStart(node: unknown): number | undefined {
  return (node as { readonly range?: readonly number[] } | null | undefined)?.range?.[0];
}
