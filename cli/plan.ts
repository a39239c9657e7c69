import { join } from "node:path";
import { Command, Option } from "commander";
import type { DeclaredService } from "../adapters/declaration.ts";
import type { ScalingPlan } from "../policy/scaling-plan.ts";
import { chosenServices, type InputOptions, onlyService, withInput } from "./input.ts";
import type { ExitCode } from "./main.ts";
import { progress, progressDone } from "./terminal.ts";

interface PlanOptions extends InputOptions {
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
  const planned = await plans(declared);
  process.stdout.write(await formatted(planned, options.format));
  return planned.every(({ plan }) => plan.feasibility.possible) ? 0 : 1;
}

/** Plans each service in turn, saying so. */
async function plans(declared: readonly DeclaredService[]): Promise<readonly Planned[]> {
  const { scalingPlan } = await import("../policy/plan.ts");
  const planned = declared.map((each): Planned => {
    progress(`planning ${each.service.name}`);
    const plan = scalingPlan(each.service);
    return {
      declared: each,
      plan: { ...plan, assumptions: [...each.notes.map(fromHere), ...plan.assumptions] },
    };
  });
  progressDone();
  return planned;
}

/** Files are named as seen from the working directory. */
function fromHere(text: string): string {
  return text.replaceAll(join(process.cwd(), "/"), "");
}

async function formatted(planned: readonly Planned[], format: PlanOptions["format"]): Promise<string> {
  switch (format) {
    case "json":
      return `${JSON.stringify(
        planned.map(({ plan }) => plan),
        null,
        2,
      )}\n`;
    case "aws": {
      const { awsPlan } = await import("../adapters/aws-plan.ts");
      const { plan } = planned[0]!;
      for (const note of notesOf(plan)) console.error(note);
      return `${JSON.stringify(awsPlan(plan), null, 2)}\n`;
    }
    case "text": {
      const { planText } = await import("./render-plan.ts");
      return planned.map((each) => `${planText(each)}\n`).join("\n");
    }
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
