import { join } from "node:path";
import { Command, Option } from "commander";
import type { DeclaredService } from "../adapters/declaration.ts";
import type { ScalingPlan } from "../policy/scaling-plan.ts";
import { chosenServices, onlyService, type WorkOptions, withInput } from "./input.ts";
import { jsonListing, textListing } from "./listing.ts";
import type { ExitCode } from "./main.ts";
import { progress, progressDone, progressOf } from "./terminal.ts";
import { inOrder } from "./worker-pool.ts";

interface PlanOptions extends WorkOptions {
  readonly format: "text" | "json" | "aws";
}

/** A service with its plan; what the declaration left open is among the plan's assumptions. */
export interface Planned {
  readonly declared: DeclaredService;
  readonly plan: ScalingPlan;
}

export function planCommand(answer: (code: ExitCode) => void): Command {
  return withInput(new Command("plan"))
    .description("Derive every autoscaling number of the services from their SLOs, each with its reason.")
    .addOption(
      new Option("--format <format>", "for people, for programs, or one service as requests of the AWS API")
        .choices(["text", "json", "aws"])
        .default("text"),
    )
    .addHelpText(
      "after",
      `
Examples:
  $ setpoint plan                                               the stack dev
  $ setpoint plan --stack prod --service cart
  $ setpoint plan -f services.yaml --format json | jq '.[].controls'
  $ setpoint plan --stack prod --service cart --format aws > plan.json`,
    )
    .action(async (options: PlanOptions) => answer(await plan(options)));
}

async function plan(options: PlanOptions): Promise<ExitCode> {
  progress("reading the declaration and its traffic");
  const declared = await chosenServices(options);
  if (options.format === "aws") onlyService(declared, "--format aws prints the plan of one service");
  const { add, end } = options.format === "json" ? jsonListing() : textListing();
  const formatted = await formatOf(options.format);
  let possible = true;
  for await (const planned of plans(declared, options.jobs)) {
    possible &&= planned.plan.feasibility.possible;
    await add(formatted(planned));
  }
  await end();
  return possible ? 0 : 1;
}

/** Plans the services on so many threads; they come in the order of the declaration. */
async function* plans(declared: readonly DeclaredService[], threads: number): AsyncGenerator<Planned> {
  const tasks = declared.map(({ service }) => ({ title: `planning ${service.name}`, input: service }));
  let next = 0;
  for await (const plan of inOrder("plan", tasks, threads, progressOf(tasks.length))) {
    const each = declared[next++]!;
    yield {
      declared: each,
      plan: { ...plan, assumptions: [...each.notes.map(fromHere), ...plan.assumptions] },
    };
  }
}

/** Files are named as seen from the working directory. */
function fromHere(text: string): string {
  return text.replaceAll(join(process.cwd(), "/"), "");
}

async function formatOf(format: PlanOptions["format"]): Promise<(planned: Planned) => string> {
  switch (format) {
    case "json":
      return ({ plan }) => JSON.stringify(plan, null, 2);
    case "aws": {
      const { awsPlan } = await import("../adapters/aws-plan.ts");
      return ({ plan }) => {
        progressDone();
        for (const note of notesOf(plan)) console.error(note);
        return JSON.stringify(awsPlan(plan), null, 2);
      };
    }
    case "text":
      return (await import("./render-plan.ts")).planText;
  }
}

/** What a reader of the bare JSON must still be told. */
function notesOf({ service, feasibility, assumptions }: ScalingPlan): readonly string[] {
  const obstacles = feasibility.possible
    ? []
    : feasibility.obstacles.flatMap(({ why, waysOut }) => [
        `${service}: cannot be met: ${why}`,
        ...waysOut.map((way) => `${service}: way out: ${way}`),
      ]);
  return [...obstacles, ...assumptions.map((assumption) => `${service}: ${assumption}`)];
}
