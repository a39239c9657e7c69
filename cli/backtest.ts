import { Command, InvalidArgumentError, Option } from "commander";
import type { GivenPlan } from "../adapters/given-plan.ts";
import type { Comparison } from "../policy/comparison.ts";
import type { Feasibility } from "../policy/scaling-plan.ts";
import { chosenServices, onlyService, type WorkOptions, withInput } from "./input.ts";
import { jsonListing, textListing } from "./listing.ts";
import type { ExitCode } from "./main.ts";
import { progress, progressOf } from "./terminal.ts";
import { type Trial, trialOf } from "./trial.ts";
import { inOrder } from "./worker-pool.ts";

interface BacktestOptions extends WorkOptions {
  readonly trace?: string;
  readonly plan?: string;
  readonly holdout?: number;
  readonly measures?: true;
  readonly format: "text" | "json";
}

/** How a plan, ours or one made elsewhere, and the usual settings fared on the same traffic. */
export interface Judged extends Comparison {
  readonly trial: Trial;
  readonly feasibility: Feasibility;
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
    .option("--measures", "show the elasticity measures of the SPEC Research Group too")
    .addOption(
      new Option("--format <format>", "for people or for programs").choices(["text", "json"]).default("text"),
    )
    .addHelpText(
      "after",
      `
Without --holdout and --trace the declared history is replayed, on which the plan itself was made.

CPU is AWS's target tracking with its defaults, predictive its predictive scaling beside it, with
a forecast that stands in for AWS's. HPA, KEDA (on the balancer's requests) and Knative KPA, with
their own defaults, are Kubernetes', which ECS and EC2 do not have. The clairvoyant bound is no
setting: nothing that keeps the SLOs can cost less. Where no fleet keeps them it is ∞, and in
JSON \`"bound": { "possible": false }\`, without figures.

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
  const { add, end } = options.format === "json" ? jsonListing() : textListing();
  const formatted = await formatOf(options);
  let allKept = true;
  for await (const judged of judgments(trials, options)) {
    allKept &&= kept(judged);
    await add(formatted(judged));
  }
  await end();
  return allKept ? 0 : 1;
}

/** Plans the trials' services, unless a plan is given, and replays their traffic; in order, on so many threads. */
async function* judgments(trials: readonly Trial[], { plan, jobs }: BacktestOptions): AsyncGenerator<Judged> {
  const given = plan === undefined ? undefined : await givenPlan(plan, trials[0]!);
  const { STAND_IN } = await import("../policy/predictive-scaling.ts");
  const doing = given === undefined ? "planning and replaying" : "replaying";
  const tasks = trials.map(({ service, trace, traffic }) => ({
    title: `${doing} ${service.name}: ${traffic}`,
    input: { service, trace, ...(given === undefined ? {} : { given: given.controls }) },
  }));
  let next = 0;
  for await (const judgment of inOrder("judge", tasks, jobs, progressOf(tasks.length))) {
    const trial = trials[next++]!;
    const [first, ...usual] = judgment.contenders;
    const name = given === undefined ? "this plan" : "the plan given";
    const known = [...trial.notes, ...(given?.notes ?? [])];
    const notes = known.some((note) => note.includes(STAND_IN)) ? known : [...known, STAND_IN];
    yield {
      ...judgment,
      trial: { ...trial, notes, ...(given === undefined ? {} : { unseen: undefined }) },
      contenders: [{ ...first!, name }, ...usual],
    };
  }
}

/** Policies that fight are no fault here: judging what they do is the point. */
async function givenPlan(file: string, { service, trace }: Trial): Promise<GivenPlan> {
  const [{ readGivenPlan }, { yearsOf }, { fights }] = await Promise.all([
    import("../adapters/given-plan.ts"),
    import("../adapters/clock-change-notes.ts"),
    import("../policy/fights.ts"),
  ]);
  const { controls, notes } = readGivenPlan(file, service, yearsOf(service, trace));
  const found = fights(service, controls).map(
    ({ kind, why, wayOut }) => `${kind}: ${why}. Way out: ${wayOut}`,
  );
  return { controls, notes: [...notes, ...found] };
}

async function formatOf({ format, measures }: BacktestOptions): Promise<(judged: Judged) => string> {
  if (format === "json") return (judged) => JSON.stringify(plainData(judged), null, 2);
  const { backtestText } = await import("./render-backtest.ts");
  if (!measures) return backtestText;
  const { elasticityText } = await import("./render-elasticity.ts");
  return (judged) => `${backtestText(judged)}\n\n${elasticityText(judged)}`;
}

/** Whether the plan can keep its promises, and did. */
function kept({ feasibility, contenders }: Judged): boolean {
  return feasibility.possible && contenders[0]!.backtest.met;
}

function plainData({ trial, feasibility, contenders, bound }: Judged): object {
  const { service, trace, traffic, unseen, notes } = trial;
  const [from, to] = [trace.start, trace.start + trace.step * trace.rates.length].map((time) =>
    new Date(time * 1000).toISOString(),
  );
  return {
    service: service.name,
    traffic: { what: traffic, from, to, unseen: unseen ?? null },
    notes,
    feasibility,
    contenders,
    bound,
  };
}
