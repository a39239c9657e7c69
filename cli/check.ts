import { Command, Option } from "commander";
import type { Fight } from "../policy/fights.ts";
import { chosenServices, type InputOptions, onlyService, stackOption } from "./input.ts";
import { hanging } from "./layout.ts";
import { jsonListing, textListing } from "./listing.ts";
import type { ExitCode } from "./main.ts";
import { bold, green, progress, warning } from "./terminal.ts";

interface CheckOptions extends InputOptions {
  readonly plan: string;
  readonly strict?: true;
  readonly format: "text" | "json";
}

/** A plan made elsewhere, and what its policies do to each other. */
interface Checked {
  readonly service: string;
  readonly plan: string;
  readonly fights: readonly Fight[];
  readonly notes: readonly string[];
}

export function checkCommand(answer: (code: ExitCode) => void): Command {
  return new Command("check")
    .description("Find scaling policies that work against each other, against themselves, or not at all.")
    .requiredOption("--plan <file>", "the plan to check, in the format of `plan --format aws`")
    .addOption(stackOption().conflicts("file"))
    .addOption(new Option("-f, --file <file>", "a declaration with a top-level `services:`"))
    .addOption(new Option("--service <name>", "the service that the plan is for"))
    .option("--strict", "exit with 1 for warnings as well")
    .addOption(
      new Option("--format <format>", "for people or for programs").choices(["text", "json"]).default("text"),
    )
    .addHelpText(
      "after",
      `
Nothing is planned and no traffic is replayed: what is found follows from the policies and from what
one task can do. Exits with 1 when policies fight.

Examples:
  $ setpoint check -f services.yaml --plan theirs.json
  $ setpoint check --stack prod --service cart --plan theirs.json --strict`,
    )
    .action(async (options: CheckOptions) => answer(await check(options)));
}

async function check(options: CheckOptions): Promise<ExitCode> {
  progress("reading the declaration and the plan");
  const { service } = onlyService(await chosenServices(options), "--plan is the plan of one service");
  const [{ readGivenPlan }, { yearsOf }, { fights }] = await Promise.all([
    import("../adapters/given-plan.ts"),
    import("../adapters/clock-change-notes.ts"),
    import("../policy/fights.ts"),
  ]);
  const { controls, notes } = readGivenPlan(options.plan, service, yearsOf(service));
  const found = fights(service, controls);
  const checked = { service: service.name, plan: options.plan, fights: found, notes };
  const { add, end } = options.format === "json" ? jsonListing() : textListing();
  await add(options.format === "json" ? JSON.stringify(checked, null, 2) : checkText(checked));
  await end();
  return found.some(({ severity }) => severity === "refuse" || options.strict === true) ? 1 : 0;
}

function checkText({ service, plan, fights, notes }: Checked): string {
  return [
    bold(`${service}: the policies of ${plan}`),
    ...fights.flatMap(({ kind, severity, why, wayOut }) => [
      hanging(`  ${severity === "refuse" ? warning("✗") : "!"} `, `${kind}: ${why}`),
      hanging("      way out: ", wayOut),
    ]),
    ...(fights.length === 0 ? [`  ${green("✓")} none works against another`] : []),
    ...notes.map((note) => hanging("  note: ", note)),
  ].join("\n");
}
