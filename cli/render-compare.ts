import type { Count, Outcome } from "../policy/option-outcome.ts";
import { STAND_IN } from "../policy/predictive-scaling.ts";
import type { Service } from "../policy/service.ts";
import type { Compared, Comparison } from "./compare.ts";
import { duration, figure, percent, whole } from "./figures.ts";
import { type Column, hanging, table } from "./layout.ts";
import { bold, green, warning } from "./terminal.ts";

/** The alternatives of a service as a table, one a row, what is declared first. */
export function comparisonText({ service, compared, cheapest }: Comparison): string {
  const rows = compared.map((each) => row(each, each === cheapest));
  return [
    bold(`${service.name}: what it could run on`),
    hanging(
      "  ",
      `Each planned for ${service.slos.map(({ name, objective }) => `${name} ${percent(objective)}`).join(", ")} and replayed on the traffic declared, on which its plan was made.`,
    ),
    "",
    table(COLUMNS, rows, "  "),
    "",
    verdict(compared, cheapest),
    ...compared.flatMap(reasons),
    ...notes(compared, service),
  ].join("\n");
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

function verdict(compared: readonly Compared[], cheapest: Compared | undefined): string {
  if (cheapest === undefined) return hanging(`  ${warning("✗")} `, "none meets every SLO within the budget.");
  const { name, declared } = cheapest.alternative;
  const now = compared.find(({ alternative }) => alternative.declared)!.outcome;
  const { dollarsPerMonth } = cheapest.outcome!;
  const saving =
    declared || now === undefined
      ? ""
      : `, ${whole(Math.abs(100 * (1 - dollarsPerMonth / now.dollarsPerMonth)))} % ${dollarsPerMonth < now.dollarsPerMonth ? "less" : "more"} than what is declared${now.meets ? "" : ", which does not"}`;
  return hanging(
    `  ${green("✓")} `,
    `${name} is the cheapest that meets every SLO: ${whole(dollarsPerMonth)} USD a month${saving}.`,
  );
}

function reasons({ alternative, outcome }: Compared): readonly string[] {
  const why = outcome === undefined ? alternative.unfit : outcome.why;
  return why === undefined ? [] : [hanging(`  ${warning("✗")} `, `${alternative.name}: ${why}.`)];
}

/** What every reader of the table must know, then how each option's figures came about. */
function notes(compared: readonly Compared[], { bounds: { max }, policies }: Service): readonly string[] {
  const packed = compared.some(({ alternative }) => alternative.tasksAnInstance !== undefined);
  return [
    hanging(
      "  note: ",
      "* is declared. A vCPU counts as a vCPU, of whatever generation. Prices: on demand, us-east-1.",
    ),
    hanging(
      "  note: ",
      "It reacts to a step of the load in detection (datapoints and their publication) and start.",
    ),
    ...(max === undefined
      ? []
      : [
          hanging(
            "  note: ",
            `max, ${max}, is left aside for all of them, as it counts units of the size that is declared; \`setpoint plan\` keeps it.`,
          ),
        ]),
    ...(policies?.predictive === "forecastAndScale" ? [hanging("  note: ", `${STAND_IN}.`)] : []),
    ...(packed
      ? [
          hanging(
            "  note: ",
            "ECS tasks fill their instances, whose network interfaces allow as many (bridge mode or ENI trunking); each added task is taken to wait for a new instance.",
          ),
        ]
      : []),
    ...translations(compared).map(([text, names]) => hanging("  note: ", `${names.join("; ")}: ${text}.`)),
  ];
}

/** Each sentence once, with the alternatives that it is about. */
function translations(compared: readonly Compared[]): readonly (readonly [string, readonly string[]])[] {
  const about = new Map<string, string[]>();
  for (const { alternative } of compared)
    for (const text of alternative.translated)
      about.set(text, [...(about.get(text) ?? []), alternative.name]);
  return [...about];
}
