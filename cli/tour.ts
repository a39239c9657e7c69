import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Command } from "commander";
import type { DeclaredService } from "../adapters/declaration.ts";
import { type Judged, judgedOn, kept } from "./backtest.ts";
import { stackRoot } from "./input.ts";
import type { ExitCode } from "./main.ts";
import { plans } from "./plan.ts";
import { bold, progress, progressDone } from "./terminal.ts";
import { daysOf, trialOf } from "./trial.ts";

const STACKS = ["dev", "prod"];

/** Days of a history that the plan is not shown, and at most this share of it. */
const HELD_OUT = { days: 7, share: 0.25 };

export function tourCommand(answer: (code: ExitCode) => void): Command {
  return new Command("tour")
    .description("Plan, back-test and preview the stacks dev and prod in one go; `npm start` runs it.")
    .addHelpText("after", "\nExample:\n  $ setpoint tour | less -R")
    .action(async () => answer(await tour()));
}

async function tour(): Promise<ExitCode> {
  const previews = new Map(STACKS.map((stack) => [stack, previewOf(stack)]));
  const codes: ExitCode[] = [];
  for (const stack of STACKS) codes.push(await shown(stack, previews.get(stack)!));
  return codes.toSorted().at(-1)!;
}

async function shown(stack: string, preview: Promise<Preview>): Promise<ExitCode> {
  const { readStack } = await import("../adapters/declaration.ts");
  const { planText } = await import("./render-plan.ts");
  const { backtestText } = await import("./render-backtest.ts");
  progress(`${stack}: reading its declaration and traffic`);
  const declared = readStack(stack, stackRoot(stack));
  const planned = await plans(declared);
  const judged: Judged[] = [];
  say(heading(`${stack}: the plan`), ...planned.map(planText));
  for (const each of declared) judged.push(...(await backtests(each)));
  progressDone();
  say(heading(`${stack}: the back-test`), ...judged.map(backtestText));
  progress(`${stack}: running the Pulumi program offline`);
  const { code, text } = await preview;
  progressDone();
  say(heading(`${stack}: what \`pulumi up\` would create`), text);
  if (code !== 0) return code;
  return planned.every(({ plan }) => plan.feasibility.possible) && judged.every(kept) ? 0 : 1;
}

/** On days that the plan has not seen; a service that declares a peak only has no traffic to replay. */
async function backtests(declared: DeclaredService): Promise<readonly Judged[]> {
  const { demand } = declared.service;
  if (demand.kind === "peak") return [];
  const holdout = Math.min(HELD_OUT.days, Math.floor(HELD_OUT.share * daysOf(demand.trace)));
  return [await judgedOn(await trialOf(declared, holdout < 1 ? {} : { holdout }))];
}

const run = promisify(execFile);

interface Preview {
  readonly code: ExitCode;
  /** What it printed: on stdout if it could, on stderr if not. */
  readonly text: string;
}

/** In a process of its own: the Pulumi SDK loads on the other core meanwhile. */
async function previewOf(stack: string): Promise<Preview> {
  const program = fileURLToPath(new URL("setpoint.js", import.meta.url));
  const args = [program, "preview", "--stack", stack];
  try {
    return { code: 0, text: (await run(process.execPath, args, { maxBuffer: 1 << 26 })).stdout.trimEnd() };
  } catch (error) {
    const { code, stderr } = error as { readonly code?: unknown; readonly stderr?: string };
    return { code: code === 2 ? 2 : 1, text: (stderr || String(error)).trimEnd() };
  }
}

function heading(text: string): string {
  return bold(`━━ ${text} ${"━".repeat(Math.max(0, 95 - text.length))}`);
}

function say(...parts: readonly string[]): void {
  process.stdout.write(`${parts.join("\n\n")}\n\n`);
}
