import { execFile } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import type { ExitCode } from "./main.ts";
import { bold, colorful, progress, progressDone, WIDTH } from "./terminal.ts";

/** What `npm start` shows; the last seven days are kept from the plans that are judged on them. */
const SHOWN = ["dev", "prod"].flatMap((stack) => [
  `plan --stack ${stack}`,
  `backtest --stack ${stack} --holdout 7`,
  `preview --stack ${stack}`,
]);

export function tourCommand(answer: (code: ExitCode) => void): Command {
  return new Command("tour")
    .description("Plan, back-test and preview the stacks dev and prod in one go; `npm start` runs it.")
    .addHelpText("after", `\nRuns, on all cores:\n${SHOWN.map((line) => `  $ setpoint ${line}`).join("\n")}`)
    .action(async () => answer(await tour()));
}

interface Finished {
  readonly code: ExitCode;
  /** On stdout if it could, on stderr if not. */
  readonly text: string;
}

async function tour(): Promise<ExitCode> {
  const running = inOrder(SHOWN.map((line) => () => finished(line)));
  let worst: ExitCode = 0;
  for (const [i, line] of SHOWN.entries()) {
    const { code, text } = await running[i]!;
    progressDone();
    process.stdout.write(`${heading(`setpoint ${line}`)}\n\n${text}\n\n`);
    if (code > worst) worst = code;
  }
  return worst;
}

/** Starts each job as soon as one of the cores' earlier jobs is done. */
function inOrder<T>(jobs: readonly (() => Promise<T>)[]): readonly Promise<T>[] {
  const lanes = availableParallelism();
  const started: Promise<T>[] = [];
  for (const [i, job] of jobs.entries()) started.push(i < lanes ? job() : started[i - lanes]!.then(job));
  return started;
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
        const said = stdout.trim() === "" ? stderr : stdout;
        resolve({ code, text: said.trimEnd() });
      },
    );
  });
}

function heading(text: string): string {
  return bold(`━━ ${text} ${"━".repeat(Math.max(0, WIDTH - text.length - 4))}`);
}
