import { stripVTControlCharacters } from "node:util";
import { WIDTH } from "./terminal.ts";

/** A space that no unit follows. */
const BREAK = / (?!(?:%|\/s|ms|s|min|h|d|USD|erlangs?)(?:[\s.,;:)]|$))/;

/** A text below and beside a first column: `label` once, the text wrapped to the right of it. */
export function hanging(label: string, text: string): string {
  const indent = columns(label);
  return wrapped(text, WIDTH - indent)
    .map((line, i) => (i === 0 ? label : " ".repeat(indent)) + line)
    .join("\n");
}

/** Breaks a text at spaces into lines of at most `width` columns; a number keeps its unit. */
function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(BREAK)) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}

export interface Column {
  readonly title: string;
  readonly align: "left" | "right";
}

/** Rows under their titles, columns two spaces apart; a title may have several lines. */
export function table(head: readonly Column[], rows: readonly (readonly string[])[], indent: string): string {
  const titles = head.map(({ title }) => title.split("\n"));
  const height = Math.max(...titles.map((lines) => lines.length));
  const above = Array.from({ length: height }, (_, i) =>
    titles.map((lines) => lines[i - height + lines.length] ?? ""),
  );
  const widths = head.map((_, i) => Math.max(...[...above, ...rows].map((row) => columns(row[i] ?? ""))));
  const line = (cells: readonly string[]) =>
    `${indent}${cells.map((cell, i) => padded(cell, widths[i]!, head[i]!.align)).join("  ")}`.trimEnd();
  return [...above, ...rows].map(line).join("\n");
}

/** Cells of one width, as many to a line as fit. */
export function grid(cells: readonly string[], indent: string): readonly string[] {
  const width = Math.max(...cells.map(columns));
  const perLine = Math.max(1, Math.floor((WIDTH - indent.length + 3) / (width + 3)));
  const lines = Math.ceil(cells.length / perLine);
  return Array.from({ length: lines }, (_, i) =>
    (
      indent +
      cells
        .slice(i * perLine, (i + 1) * perLine)
        .map((cell) => padded(cell, width, "right"))
        .join("   ")
    ).trimEnd(),
  );
}

export function padded(text: string, width: number, align: Column["align"]): string {
  const space = " ".repeat(Math.max(0, width - columns(text)));
  return align === "left" ? text + space : space + text;
}

/** Columns that a text takes on a terminal, colors aside. */
export function columns(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}
