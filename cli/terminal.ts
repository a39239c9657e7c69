import * as util from "node:util";

type Format = Parameters<typeof util.styleText>[0];

/** Columns that our texts fill at most. */
export const WIDTH = 100;

/** What FORCE_COLOR says where it asks for colors, as Node reads it. */
const FORCED = /^(|1|2|3|true)$/;

/** Whether stdout is read by a person who sees colors. */
export const colorful = seesColors(process.stdout);

export const bold = painter("bold", colorful);
export const green = painter("green", colorful);
export const warning = painter(["red", "bold"], colorful);
export const red = painter("red", seesColors(process.stderr));

/** Not in pipes or files unless FORCE_COLOR asks for it, not where NO_COLOR is set, not before Node 20.12. */
function seesColors(stream: NodeJS.WriteStream): boolean {
  const forced = FORCED.test(process.env.FORCE_COLOR ?? "0");
  return typeof util.styleText === "function" && (forced || (stream.isTTY && stream.hasColors()));
}

function painter(format: Format, colored: boolean): (text: string) => string {
  return colored ? (text) => util.styleText(format, text, { validateStream: false }) : (text) => text;
}

/** Says on stderr what is being done: one line that changes on a terminal, a plain line each elsewhere. */
export function progress(text: string): void {
  const { isTTY, columns } = process.stderr;
  process.stderr.write(isTTY ? `\r\x1b[2K${text.slice(0, (columns || WIDTH) - 3)} …` : `${text} …\n`);
}

/** Clears the changing line, so that what follows starts afresh. */
export function progressDone(): void {
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[2K");
}

/** Columns of a progress bar. */
const BAR = 24;

/** Tells of several tasks: a bar on a terminal where there is more than one, a plain line for each elsewhere. */
export function progressOf(total: number): {
  readonly started: (title: string) => void;
  readonly finished: (title: string) => void;
} {
  if (!process.stderr.isTTY || total === 1) return { started: progress, finished: () => {} };
  let [done, running] = [0, ""];
  const show = () => progress(`${bar(done / total)} ${done} of ${total} · ${running}`);
  return {
    started: (title) => {
      running = title;
      show();
    },
    finished: () => {
      done++;
      show();
    },
  };
}

function bar(share: number): string {
  const full = Math.floor(BAR * share);
  return "█".repeat(full) + "░".repeat(BAR - full);
}
