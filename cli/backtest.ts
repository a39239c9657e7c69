import { Command, InvalidArgumentError, Option } from "commander";
import { badInput } from "../adapters/bad-input.ts";
import type { Contender } from "../policy/comparison.ts";
import type { Feasibility, ScalingControls } from "../policy/scaling-plan.ts";
import { chosenServices, type InputOptions, onlyService, withInput } from "./input.ts";
import type { ExitCode } from "./main.ts";
import { progress, progressDone } from "./terminal.ts";
import { type Trial, trialOf } from "./trial.ts";

interface BacktestOptions extends InputOptions {
  readonly trace?: string;
  readonly plan?: string;
  readonly holdout?: number;
  readonly format: "text" | "json";
}

/** How a plan and the usual settings fared on the same traffic. */
export interface Judged {
  readonly trial: Trial;
  readonly feasibility: Feasibility;
  /** Ours, or the plan made elsewhere, first. */
  readonly contenders: readonly Contender[];
}

export function backtestCommand(answer: (code: ExitCode) => void): Command {
  return withInput(new Command("backtest"))
    .description("Replay traffic against the plans, and against the usual settings next to them.")
    .addOption(
      new Option("--holdout <days>", "plan without the last days of the history, and judge on them")
        .argParser(days)
        .conflicts("trace"),
    )
    .addOption(new Option("--trace <file>", "judge on this recording instead of the declared history"))
    .addOption(
      new Option("--plan <file>", "judge a plan made elsewhere, in the format of `plan --format aws`"),
    )
    .addOption(
      new Option("--format <format>", "for people or for programs").choices(["text", "json"]).default("text"),
    )
    .addHelpText(
      "after",
      `
Without --holdout and --trace the declared history is replayed, on which the plan itself was made.

Examples:
  $ setpoint backtest --stack prod --holdout 7            seven days that the plan has not seen
  $ setpoint backtest -f services.yaml --trace monday.csv
  $ setpoint backtest --stack prod --service cart --plan theirs.json --holdout 7`,
    )
    .action(async (options: BacktestOptions) => answer(await backtest(options)));
}

function days(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 365) return value;
  throw new InvalidArgumentError("It takes a whole number of days from 1 to 365.");
}

async function backtest(options: BacktestOptions): Promise<ExitCode> {
  progress("reading the declaration and its traffic");
  const declared = await chosenServices(options);
  if (options.plan !== undefined) onlyService(declared, "--plan judges the plan of one service");
  const trials = await Promise.all(declared.map((each) => trialOf(each, options)));
  const judged: Judged[] = [];
  for (const trial of trials) judged.push(await judgedOn(trial, options.plan));
  progressDone();
  if (options.format === "json") process.stdout.write(`${JSON.stringify(judged.map(plainData), null, 2)}\n`);
  else {
    const { backtestText } = await import("./render-backtest.ts");
    process.stdout.write(judged.map((each) => `${backtestText(each)}\n`).join("\n"));
  }
  return judged.every(kept) ? 0 : 1;
}

/** Plans the trial's service, unless a plan is given, and replays the trial's traffic. */
async function judgedOn(trial: Trial, planFile: string | undefined): Promise<Judged> {
  const { comparison } = await import("../policy/comparison.ts");
  const { name, controls, feasibility, notes } = await contestant(trial, planFile);
  progress(`replaying ${trial.service.name}: ${trial.traffic}`);
  const [first, ...usual] = comparison(trial.service, controls, trial.trace);
  return {
    trial: { ...trial, notes: [...trial.notes, ...notes] },
    feasibility,
    contenders: [{ ...first!, name }, ...usual],
  };
}

interface Contestant {
  readonly name: string;
  readonly controls: ScalingControls;
  readonly feasibility: Feasibility;
  readonly notes: readonly string[];
}

async function contestant({ service }: Trial, file: string | undefined): Promise<Contestant> {
  if (file === undefined) {
    progress(`planning ${service.name}`);
    const { scalingPlan } = await import("../policy/plan.ts");
    const { controls, feasibility } = scalingPlan(service);
    return { name: "this plan", controls, feasibility, notes: [] };
  }
  const { readAwsPlan } = await import("../adapters/aws-plan.ts");
  const { controls, unit, notes } = readAwsPlan(file);
  const runsOn = service.compute.type === "fargate" ? "task" : "instance";
  if (unit !== runsOn)
    throw badInput([
      {
        where: file,
        message: `it scales ${unit}s; ${service.name} runs on ${runsOn}s (compute ${service.compute.type}). Choose the service that it is for.`,
      },
    ]);
  return { name: "the plan given", controls, feasibility: { possible: true }, notes };
}

/** Whether the plan can keep its promises, and did. */
function kept({ feasibility, contenders }: Judged): boolean {
  return feasibility.possible && contenders[0]!.backtest.met;
}

function plainData({ trial, feasibility, contenders }: Judged): object {
  const { service, trace, traffic, unseen, notes } = trial;
  const [from, to] = [trace.start, trace.start + trace.step * trace.rates.length].map((time) =>
    new Date(time * 1000).toISOString(),
  );
  return {
    service: service.name,
    traffic: { what: traffic, from, to, unseen },
    notes,
    feasibility,
    contenders,
  };
}
