import * as util from "node:util";

type Format = Parameters<typeof util.styleText>[0];

/** Columns that our texts fill at most. */
export const WIDTH = 100;

export const bold = painter("bold", process.stdout);
export const dim = painter("dim", process.stdout);
export const green = painter("green", process.stdout);
export const warning = painter(["red", "bold"], process.stdout);
export const red = painter("red", process.stderr);

/** Colors for people only: not in pipes or files, not where NO_COLOR is set, not before Node 20.12. */
function painter(format: Format, stream: NodeJS.WriteStream): (text: string) => string {
  if (!stream.isTTY || !stream.hasColors() || typeof util.styleText !== "function") return (text) => text;
  return (text) => util.styleText(format, text);
}

/** Says on stderr what is being done: one line that changes on a terminal, a plain line each elsewhere. */
export function progress(text: string): void {
  process.stderr.write(process.stderr.isTTY ? `\r\x1b[2K${text} …` : `${text} …\n`);
}

/** Clears the changing line, so that what follows starts afresh. */
export function progressDone(): void {
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[2K");
}
