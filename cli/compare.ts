import { Command, Option } from "commander";
import type { DeclaredService } from "../adapters/declaration.ts";
import { isArm } from "../adapters/launch-types.ts";
import { hourlyPrice, type Platform } from "../adapters/prices.ts";
import { type Alternative, alternatives, type ComputeOption } from "../policy/compute-options.ts";
import { demandHistory } from "../policy/demand.ts";
import type { Outcome } from "../policy/option-outcome.ts";
import { STAND_IN } from "../policy/predictive-scaling.ts";
import type { Service } from "../policy/service.ts";
import { chosenServices, type WorkOptions, withInput } from "./input.ts";
import { jsonListing, textListing } from "./listing.ts";
import type { ExitCode } from "./main.ts";
import { progress, progressOf } from "./terminal.ts";
import { inOrder } from "./worker-pool.ts";

interface CompareOptions extends WorkOptions {
  readonly with?: readonly string[];
  readonly format: "text" | "json";
}

/** One alternative, and what came of it; nothing did where it does not fit. */
export interface Compared {
  readonly alternative: Alternative;
  readonly outcome: Outcome | undefined;
}

/** A service on each alternative, the declared one first, and the cheapest that meets all. */
export interface SideBySide {
  readonly service: Service;
  readonly compared: readonly Compared[];
  readonly cheapest: Compared | undefined;
  readonly notes: readonly string[];
}

/** The articles' sizes, t2.small and t2.large, beside what people choose today; x86, as an image is not built for both. */
const USUAL: readonly string[] = [
  "fargate:512/1024",
  "fargate:1024/2048",
  "ecs:m7i.large",
  "ec2:t2.small",
  "ec2:t2.large",
  "ec2:t3.large",
  "ec2:m7i.large",
];

export function compareCommand(answer: (code: ExitCode) => void): Command {
  return withInput(new Command("compare"))
    .description("Put Fargate, ECS on EC2 and EC2 alone side by side for the same SLOs and traffic.")
    .addOption(
      new Option("--with <option>", "fargate:CPU/MEMORY, ecs:TYPE or ec2:TYPE; may be repeated").argParser(
        (text: string, before: readonly string[] | undefined) => [...(before ?? []), text],
      ),
    )
    .addOption(
      new Option("--format <format>", "for people or for programs").choices(["text", "json"]).default("text"),
    )
    .addHelpText(
      "after",
      `
Without --with: ${USUAL.slice(0, 4).join(", ")},
${USUAL.slice(4).join(", ")}. What is declared is always there.

Examples:
  $ setpoint compare --stack prod --service cart
  $ setpoint compare -f services.yaml --with ecs:m7i.large --with ec2:t2.small
  $ setpoint compare --stack prod --service cart --format json | jq '.[].cheapest'`,
    )
    .action(async (options: CompareOptions) => answer(await compare(options)));
}

async function compare(options: CompareOptions): Promise<ExitCode> {
  const { computeOptions } = await import("../adapters/compute-option.ts");
  const asked = computeOptions(options.with ?? USUAL);
  progress("reading the declaration and its traffic");
  const declared = await chosenServices(options);
  const { add, end } = options.format === "json" ? jsonListing() : textListing();
  const formatted = await formatOf(options.format);
  let found = true;
  for await (const comparison of comparisons(declared, asked, options.jobs)) {
    found &&= comparison.cheapest !== undefined;
    await add(formatted(comparison));
  }
  await end();
  return found ? 0 : 1;
}

/** Plans and replays every alternative of every service, on so many threads; in the order of the declaration. */
async function* comparisons(
  services: readonly DeclaredService[],
  options: readonly ComputeOption[],
  threads: number,
): AsyncGenerator<SideBySide> {
  const each = services.map((declared) => ({
    declared,
    all: alternatives(declared.service, pricedFor(platformOf(declared), options)),
  }));
  const tasks = each.flatMap(({ declared: { service }, all }) =>
    all
      .filter(({ unfit }) => unfit === undefined)
      .map((input) => ({ title: `planning ${service.name} on ${input.name}`, input })),
  );
  const outcomes = inOrder("compare", tasks, threads, progressOf(tasks.length));
  for (const { declared, all } of each) {
    const compared: Compared[] = [];
    for (const alternative of all) {
      const outcome = alternative.unfit === undefined ? (await outcomes.next()).value : undefined;
      compared.push({ alternative, outcome });
    }
    const notes = [...notesOn(declared.service), ...ofPlatform(platformOf(declared), all)];
    yield { service: declared.service, compared, cheapest: cheapestOf(compared), notes };
  }
  await outcomes.return(undefined); // its threads end with it
}

function cheapestOf(compared: readonly Compared[]): Compared | undefined {
  return compared
    .filter(({ outcome }) => outcome?.meets)
    .toSorted((a, b) => a.outcome!.dollarsPerMonth - b.outcome!.dollarsPerMonth)[0];
}

async function formatOf(format: CompareOptions["format"]): Promise<(comparison: SideBySide) => string> {
  if (format === "json") return (comparison) => JSON.stringify(plainData(comparison), null, 2);
  return (await import("./render-compare.ts")).comparisonText;
}

/** What of the declaration does not hold as it stands for other sizes, what the traffic is, and what stands in for AWS's forecast. */
function notesOn({ bounds: { min, max }, demand, policies }: Service): readonly string[] {
  const kept = min === undefined ? "" : `min, ${min}, is kept for each of them, whatever its size`;
  const aside =
    max === undefined
      ? ""
      : `max, ${max}, is left aside, as it counts units of the size that is declared; \`setpoint plan\` keeps it`;
  const bounds = [kept, aside].filter((text) => text !== "").join("; ");
  return [
    ...(bounds === "" ? [] : [bounds]),
    ...demandHistory(demand).assumptions,
    ...(policies?.predictive === "forecastAndScale" ? [STAND_IN] : []),
  ];
}

/** What the image of a service is built for: on instances, what these are. */
function platformOf({ service: { compute }, deployment }: DeclaredService): Platform {
  if (compute.type !== "ec2") return deployment;
  return { ...deployment, cpuArchitecture: isArm(compute.instanceType) ? "arm64" : "x86_64" };
}

function pricedFor(platform: Platform, options: readonly ComputeOption[]): readonly ComputeOption[] {
  return options.map((option) => ({ ...option, price: hourlyPrice(option.compute, platform) }));
}

/** On what options the image does not run, and what the others cost beside. */
function ofPlatform(
  { cpuArchitecture, operatingSystem }: Platform,
  all: readonly Alternative[],
): readonly string[] {
  const instances = all.flatMap(({ name, declared, option: { compute } }) =>
    declared || compute.type === "fargate" ? [] : [{ name, arm: isArm(compute.instanceType) }],
  );
  if (operatingSystem !== "LINUX")
    return instances.length === 0
      ? []
      : [
          `operatingSystem is ${operatingSystem}: instances are priced with Linux, and Windows' licence comes on top`,
        ];
  const [own, other] = cpuArchitecture === "arm64" ? ["arm64", "x86"] : ["x86", "arm64"];
  const others = instances.filter(({ arm }) => arm === (other === "arm64")).map(({ name }) => name);
  return others.length === 0
    ? []
    : [`${others.join("; ")}: ${other}, for which an image for ${own} must be built anew`];
}

function plainData({ service, compared, cheapest, notes }: SideBySide): object {
  return {
    service: service.name,
    cheapest: cheapest?.alternative.name ?? null,
    notes,
    options: compared.map(({ alternative, outcome }) => {
      const { name, option, declared, tasksAnInstance, translated, unfit } = alternative;
      const { serviceTime, concurrency, startup } = alternative.service.capacity;
      return {
        name,
        ...option,
        declared,
        ...(tasksAnInstance === undefined ? {} : { tasksAnInstance }),
        capacity: { serviceTime, concurrency, startup },
        translated,
        ...(outcome ?? { meets: false, why: unfit }),
      };
    }),
  };
}
