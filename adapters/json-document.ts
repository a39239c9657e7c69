import { badInput } from "./bad-input.ts";
import { DEEPEST, dotted, INBORN, type SourceDocument } from "./source-document.ts";

/** JSON to the letter of RFC 8259, without duplicate or reserved keys. */
export function jsonDocument(source: string, file: string): SourceDocument {
  const text = source.replace(/^\uFEFF/, "");
  const places = new Map<object, Map<PropertyKey, { readonly key: number; readonly value: number }>>();
  let position = 0;
  let line = 1;
  let lineStart = 0;
  let counted = 0;
  const spot = (offset: number) => {
    if (offset < counted) [line, lineStart, counted] = [1, 0, 0];
    for (; counted < offset; counted++)
      if (text[counted] === "\n") [line, lineStart] = [line + 1, counted + 1];
    return `${file}:${line}:${offset - lineStart + 1}`;
  };
  const refuse = (message: string, offset = position): never => {
    throw badInput([{ where: spot(offset), message: `${message}.` }]);
  };
  const space = () => {
    while (/[ \t\r\n]/.test(text[position] ?? "")) position++;
    if (text.startsWith("//", position) || text.startsWith("/*", position))
      refuse("JSON has no comments. Remove it");
  };
  const token = (pattern: RegExp) => {
    pattern.lastIndex = position;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) position += found.length;
    return found;
  };
  const quotedText = () => {
    if (text[position] !== '"') return undefined;
    let end = text.indexOf('"', position + 1);
    while (end > 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
    if (end < 0) return refuse("the text that begins here never ends");
    const quoted = text.slice(position, end + 1);
    if (!isJson(quoted))
      return refuse("the text that begins here holds a control character or an unknown escape");
    position = end + 1;
    return quoted;
  };
  const read = (depth: number): unknown => {
    if (depth > DEEPEST) refuse(`it is nested deeper than ${DEEPEST} levels. Flatten it`);
    space();
    if (text[position] === "{") return members(depth, Object.create(null) as Record<string, unknown>, "}");
    if (text[position] === "[") return members(depth, [], "]");
    const start = position;
    const scalar =
      quotedText() ??
      token(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])/y) ??
      token(/(?:true|false|null)(?!\w)/y);
    if (scalar === undefined)
      return refuse(
        position >= text.length
          ? "it ends in the middle; a value is missing"
          : "a value is expected here: an object, a list, a text in double quotes, a number, true, false or null",
      );
    const value: unknown = JSON.parse(scalar);
    return typeof value === "number" && !Number.isFinite(value)
      ? refuse("the number is infinite; numbers end at 1.8e308", start)
      : value;
  };
  const members = (depth: number, into: Record<string, unknown> | unknown[], close: "}" | "]"): unknown => {
    const place = new Map<PropertyKey, { key: number; value: number }>();
    places.set(into, place);
    position++;
    space();
    if (text[position] === close) {
      position++;
      return into;
    }
    for (;;) {
      space();
      const key = position;
      const name = Array.isArray(into) ? into.length : keyOf(place);
      space();
      const value = position;
      const member = read(depth + 1);
      place.set(name, { key, value });
      if (Array.isArray(into)) into.push(member);
      else into[name] = member;
      space();
      const next = text[position];
      if (next === close) {
        position++;
        return into;
      }
      if (next !== ",")
        refuse(
          next === undefined
            ? `it ends in the middle; \`${close}\` is missing`
            : `a comma or \`${close}\` is expected here`,
        );
      position++;
      space();
      if (text[position] === close) refuse("a trailing comma is no JSON. Remove it", position - 1);
    }
  };
  const keyOf = (place: ReadonlyMap<PropertyKey, unknown>): string => {
    const start = position;
    const quoted = quotedText();
    if (quoted === undefined) return refuse("a key in double quotes is expected here");
    const name = JSON.parse(quoted) as string;
    if (INBORN.has(name)) refuse(`the key \`${name}\` is reserved. Remove it`, start);
    if (place.has(name)) refuse(`the key \`${name.slice(0, 60)}\` is here twice. Keep one`, start);
    space();
    if (text[position] !== ":") refuse("a colon is expected here");
    position++;
    return name;
  };
  space();
  if (position === text.length) refuse("it is empty; a JSON object is expected");
  const value = read(0);
  space();
  if (position < text.length) refuse("only one JSON value is expected; this is beyond its end");
  const at = (path: readonly PropertyKey[], part: "key" | "value") => {
    let [container, offset]: [unknown, number] = [value, 0];
    for (const [i, step] of path.entries()) {
      const place =
        typeof container === "object" && container !== null ? places.get(container)?.get(step) : undefined;
      if (place === undefined) break;
      offset = part === "key" && i === path.length - 1 ? place.key : place.value;
      container = (container as Record<PropertyKey, unknown>)[step];
    }
    return `${spot(offset)} ${dotted(path)}`.trim();
  };
  return { value, at };
}

function isEscaped(text: string, quote: number): boolean {
  let start = quote;
  while (text[start - 1] === "\\") start--;
  return (quote - start) % 2 === 1;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
