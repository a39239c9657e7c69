import { REHEARSED_DAYS } from "../policy/choice.ts";
import { LOOKED_AT } from "../policy/demand.ts";
import type { Count, Outcome } from "../policy/option-outcome.ts";
import type { Service } from "../policy/service.ts";
import { dollars } from "../policy/words.ts";
import type { Compared, SideBySide } from "./compare.ts";
import { duration, figure, percent, whole } from "./figures.ts";
import { type Column, hanging, table } from "./layout.ts";
import { bold, green, warning } from "./terminal.ts";

/** The alternatives of a service as a table, one a row, what is declared first. */
export function comparisonText(comparison: SideBySide): string {
  const { service, compared, cheapest } = comparison;
  const rows = compared.map((each) => row(each, each === cheapest));
  return [
    bold(`${service.name}: what it could run on`),
    hanging(
      "  ",
      `Each planned for ${service.slos.map(({ name, objective }) => `${name} ${percent(objective)}`).join(", ")} and replayed on ${traffic(service)}, on which its plan was made${rehearsed(service)}.`,
    ),
    "",
    table(COLUMNS, rows, "  "),
    "",
    verdict(compared, cheapest, service),
    ...compared.flatMap(reasons),
    ...notesOn(comparison),
  ].join("\n");
}

function traffic({ demand }: Service): string {
  if (demand.kind === "peak") return "a day assumed from the peak declared";
  const longer = demand.trace.rates.length * demand.trace.step > 60 * LOOKED_AT;
  return longer ? `the newest ${LOOKED_AT / 1440} days of the traffic declared` : "the traffic declared";
}

/** A plan may miss what came before the days that it was rehearsed on. */
function rehearsed({ demand }: Service): string {
  const longer =
    demand.kind === "history" && demand.trace.rates.length * demand.trace.step > 86_400 * REHEARSED_DAYS;
  return longer ? ` (its newest ${REHEARSED_DAYS} days counting most)` : "";
}

const COLUMNS: readonly Column[] = [
  { title: "", align: "left" },
  { title: "mean", align: "right" },
  { title: "most", align: "right" },
  { title: "USD a\nmonth", align: "right" },
  { title: "error\nbudget", align: "right" },
  { title: "reacts\nin", align: "right" },
  { title: "binds", align: "left" },
  { title: "", align: "left" },
];

const BINDS: Readonly<Record<Outcome["binds"], string>> = {
  queue: "queue",
  cpu: "CPU",
  memory: "memory",
  credits: "CPU credits",
  serviceTime: "service time",
};

function row({ alternative, outcome }: Compared, cheapest: boolean): readonly string[] {
  const name = alternative.declared ? `${alternative.name} *` : alternative.name;
  if (outcome === undefined) return [name, "", "", "", "", "", "", warning("✗ unfit")];
  const { units, instances, dollarsPerMonth, budgetUsed, reaction, binds, meets } = outcome;
  return [
    cheapest ? bold(name) : name,
    both(units, instances, ({ mean }) => figure(mean)),
    both(units, instances, ({ peak }) => whole(peak)),
    whole(dollarsPerMonth),
    `${whole(100 * budgetUsed)} %`,
    duration(Math.round(reaction.detection + reaction.start)),
    BINDS[binds],
    cheapest ? green("✓ cheapest") : meets ? green("✓") : warning("✗"),
  ];
}

/** Tasks, and the instances under them. */
function both(units: Count, instances: Count | undefined, text: (count: Count) => string): string {
  return instances === undefined ? text(units) : `${text(units)} on ${text(instances)}`;
}

function verdict(
  compared: readonly Compared[],
  cheapest: Compared | undefined,
  { bounds: { budget } }: Service,
): string {
  const all = `every SLO${budget === undefined ? "" : " within the budget"}`;
  if (cheapest === undefined) return hanging(`  ${warning("✗")} `, `none meets ${all}.`);
  const { name, declared } = cheapest.alternative;
  const now = compared.find(({ alternative }) => alternative.declared)!.outcome;
  const { dollarsPerMonth } = cheapest.outcome!;
  const beside = declared || now === undefined ? "" : `, ${against(dollarsPerMonth, now)}`;
  return hanging(
    `  ${green("✓")} `,
    `${name} is the cheapest that meets ${all}: ${whole(dollarsPerMonth)} USD a month${beside}.`,
  );
}

/** What keeps no promise has no price to save on. */
function against(dollarsPerMonth: number, now: Outcome): string {
  if (!now.meets) return "and what is declared does not";
  return `${whole(100 * (1 - dollarsPerMonth / now.dollarsPerMonth))} % less than what is declared`;
}

function reasons({ alternative, outcome }: Compared): readonly string[] {
  const why = outcome === undefined ? alternative.unfit : outcome.why;
  return why === undefined ? [] : [hanging(`  ${warning("✗")} `, `${alternative.name}: ${why}.`)];
}

/** What every reader of the table must know, then how each option's figures came about. */
function notesOn({ service: { resilience }, compared, notes }: SideBySide): readonly string[] {
  const packed = compared.some(({ alternative }) => alternative.tasksAnInstance !== undefined);
  return [
    hanging(
      "  note: ",
      "* is declared. A vCPU counts as a vCPU, of whatever generation. Prices: on demand, us-east-1.",
    ),
    hanging(
      "  note: ",
      "It reacts to a step of the load in detection (the minute in which it comes, datapoints, their publication) and start, at most.",
    ),
    ...notes.map((note) => hanging("  note: ", `${note}.`)),
    ...compared.flatMap(({ alternative, outcome }) =>
      outcome?.surplusPerMonth === undefined
        ? []
        : [
            hanging(
              "  note: ",
              `${alternative.name}: ${dollars(outcome.surplusPerMonth)} a month of it are for surplus CPU credits.`,
            ),
          ],
    ),
    ...(packed
      ? [
          hanging(
            "  note: ",
            `ECS tasks fill their instances${resilience === undefined ? "" : ` in each of the ${resilience.zones} zones`}, whose network interfaces allow as many (bridge mode or ENI trunking); each added task is taken to wait for a new instance.`,
          ),
        ]
      : []),
    ...sentences(compared).map(([text, names]) => hanging("  note: ", `${names.join("; ")}: ${text}.`)),
  ];
}

/** How figures were translated and what plans notice: each sentence once, with the alternatives that it is about. */
function sentences(compared: readonly Compared[]): readonly (readonly [string, readonly string[]])[] {
  const about = new Map<string, string[]>();
  for (const { alternative, outcome } of compared)
    for (const text of [...alternative.translated, ...(outcome?.noticed ?? [])])
      about.set(text, [...(about.get(text) ?? []), alternative.name]);
  return [...about];
}
