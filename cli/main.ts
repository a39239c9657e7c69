import { createRequire } from "node:module";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { isBadInput } from "../adapters/bad-input.ts";
import { backtestCommand } from "./backtest.ts";
import { calibrateCommand } from "./calibrate.ts";
import { checkCommand } from "./check.ts";
import { compareCommand } from "./compare.ts";
import { planCommand } from "./plan.ts";
import { previewCommand } from "./preview.ts";
import { progressDone, red, WIDTH } from "./terminal.ts";
import { tourCommand } from "./tour.ts";

/** 0: done. 1: the answer is no, or the work failed. 2: wrong use or bad input. */
export type ExitCode = 0 | 1 | 2;

/** Runs one command line and returns its exit code; whatever goes wrong is told on stderr. */
export async function main(args: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = 0;
  const program = setpoint((answer) => {
    code = answer;
  });
  try {
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    return told(error, program.opts<{ debug?: true }>().debug ?? false);
  }
}

function setpoint(answer: (code: ExitCode) => void): Command {
  const { version } = createRequire(import.meta.url)("../package.json") as { readonly version: string };
  const program = new Command("setpoint")
    .description("Autoscaling on AWS, derived from what a service owes its users, proven on its own traffic.")
    .version(version, "-V, --version", "print the version")
    .option("--debug", "print stack traces of failures")
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      getOutHelpWidth: () => Math.min(WIDTH, process.stdout.columns ?? WIDTH),
      getErrHelpWidth: () => Math.min(WIDTH, process.stderr.columns ?? WIDTH),
    })
    .showHelpAfterError("Run it with --help for its options and examples.")
    .addHelpText("after", EXAMPLES);
  const commands = [
    planCommand(answer),
    backtestCommand(answer),
    checkCommand(answer),
    compareCommand(answer),
    previewCommand(answer),
    calibrateCommand(answer),
    tourCommand(answer, main),
  ];
  for (const command of commands) program.addCommand(tellingAll(command.copyInheritedSettings(program)));
  for (const each of [program, ...program.commands]) each.exitOverride();
  return program;
}

/** Commander ends at the first option that is wrong: here all of a command line are told together. */
function tellingAll(command: Command): Command {
  const faults: string[] = [];
  for (const option of command.options) {
    const { parseArg } = option;
    if (parseArg === undefined) continue;
    option.argParser((value: string, previous: unknown): unknown => {
      try {
        return parseArg(value, previous);
      } catch (error) {
        if (!(error instanceof InvalidArgumentError)) throw error;
        faults.push(`error: option '${option.flags}' argument '${value}' is invalid. ${error.message}`);
        return previous;
      }
    });
  }
  return command.hook("preAction", () => {
    if (faults.length > 0) command.error(faults.join("\n"));
  });
}

const EXAMPLES = `
Examples:
  $ setpoint plan --stack prod                      every number of the stack's plans, and why
  $ setpoint plan -f services.yaml --format aws     the plan as requests of the AWS API
  $ setpoint backtest --stack prod --holdout 7      judged on seven days that the plan has not seen
  $ setpoint check -f services.yaml --plan it.json  whether its scaling policies fight each other
  $ setpoint compare --stack prod --service cart    Fargate, ECS on EC2 and EC2 alone, side by side
  $ setpoint preview --stack dev                    what \`pulumi up\` would create, offline
  $ setpoint calibrate --load-test cart.csv         what one task can do, fitted to a load test

Exit codes: 0 done; 1 the answer is no (an SLO cannot be met, a back-test misses it, policies fight)
or the work failed; 2 wrong use or bad input.`;

function told(error: unknown, debug: boolean): ExitCode {
  progressDone();
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // commander has told it already
  if (debug) console.error(error);
  else if (isBadInput(error)) console.error(error.message);
  else
    console.error(`${red("setpoint failed:")} ${messageOf(error)} Run it with --debug for the stack trace.`);
  return isBadInput(error) ? 2 : 1;
}

function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** `setpoint … | head` closes our output while we write: the reader has enough, nothing is wrong. Whatever else stops it, as a full disk, is told. */
export function endWhenCutOff(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(0);
      if (stream !== process.stderr)
        console.error(`setpoint failed: its output cannot be written; ${error.message}.`);
      process.exit(1);
    });
}
