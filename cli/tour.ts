import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import type { ExitCode } from "./main.ts";
import { bold, colorful, progress, progressDone, WIDTH } from "./terminal.ts";

/** What `npm start` shows of a stack; the last seven days are kept from the plans that are judged on them. */
const shown = (stack: string) => [
  `plan --stack ${stack}`,
  `backtest --stack ${stack} --holdout 7`,
  `preview --stack ${stack}`,
];

const STACKS = ["dev", "prod"] as const;

/** A plan made in another thread would have to be made again. */
const IN_THIS_PROCESS = ["--jobs", "1"];

type Run = (args: readonly string[]) => Promise<ExitCode>;

export function tourCommand(answer: (code: ExitCode) => void, run: Run): Command {
  return new Command("tour")
    .description("Plan, back-test and preview the stacks dev and prod in one go; `npm start` runs it.")
    .option("--stack <name>", "only this stack")
    .addHelpText(
      "after",
      `\nRuns:\n${STACKS.flatMap(shown)
        .map((line) => `  $ setpoint ${line}`)
        .join("\n")}`,
    )
    .action(async ({ stack }: { readonly stack?: string }) =>
      answer(stack === undefined ? await bothStacks() : await oneStack(stack, run)),
    );
}

/**
 * The commands one after the other in this process: what one has planned the next need not plan again. Where the declaration is
 * refused, all that follow would be told the same.
 */
async function oneStack(stack: string, run: Run): Promise<ExitCode> {
  let worst: ExitCode = 0;
  for (const line of shown(stack)) {
    process.stdout.write(`${heading(`setpoint ${line}`)}\n\n`);
    const code = await run([...line.split(" "), ...IN_THIS_PROCESS]);
    process.stdout.write("\n");
    if (code > worst) worst = code;
    if (code === 2) break;
  }
  return worst;
}

/** Each stack in a process of its own, both at once, told in order. */
async function bothStacks(): Promise<ExitCode> {
  let worst: ExitCode = 0;
  for (const running of STACKS.map((stack) => finished(`tour --stack ${stack}`))) {
    const { code, text, faults } = await running;
    progressDone();
    process.stdout.write(`${text}\n\n`);
    if (faults !== "") process.stderr.write(`${faults}\n\n`);
    if (code > worst) worst = code;
  }
  return worst;
}

interface Finished {
  readonly code: ExitCode;
  /** What it wrote to stdout, and to stderr but for its progress. */
  readonly text: string;
  readonly faults: string;
}

/** One command in a process of its own. */
function finished(line: string): Promise<Finished> {
  progress(`setpoint ${line}`);
  const program = fileURLToPath(new URL("setpoint.js", import.meta.url));
  const env = colorful ? { ...process.env, FORCE_COLOR: "1" } : process.env;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [program, ...line.split(" ")],
      { env, maxBuffer: 1 << 26 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code === 2 ? 2 : 1;
        resolve({ code, text: stdout.trimEnd(), faults: withoutProgress(stderr) });
      },
    );
  });
}

/** Of a process that has no terminal, where each step of the progress is a line that ends in `…` (terminal.ts). */
function withoutProgress(stderr: string): string {
  const lines = stderr.split("\n").filter((line) => !line.endsWith(" …"));
  return lines.join("\n").trim();
}

function heading(text: string): string {
  return bold(`━━ ${text} ${"━".repeat(Math.max(0, WIDTH - text.length - 4))}`);
}
