import type { Elasticity } from "../policy/elasticity.ts";
import type { Judged } from "./backtest.ts";
import { figure } from "./figures.ts";
import { type Column, hanging, table } from "./layout.ts";
import { bold } from "./terminal.ts";

/** The elasticity measures as a table: one contender a row, ours first. */
export function elasticityText({ trial, contenders }: Judged): string {
  return [
    bold(`${trial.service.name}: elasticity`),
    hanging(
      "  ",
      "Supply against the tasks that each minute needs in the long run: by how much and how much of the time too few (θU, τU) or too many (θO, τO), speed-up over a fleet fixed at the mean demand (ε; – where one of them is 0), time in which the two do not move alike (υ), changes beyond those of demand.",
    ),
    "",
    table(
      COLUMNS,
      contenders.map(({ name, elasticity }, i) => [i === 0 ? bold(name) : name, ...figures(elasticity)]),
      "  ",
    ),
  ].join("\n");
}

const COLUMNS: readonly Column[] = [
  { title: "", align: "left" },
  ...["θU\n%", "θO\n%", "τU\n%", "τO\n%", "ε", "υ\n%", "jitter\na minute", "scale events\na day"].map(
    (title): Column => ({ title, align: "right" }),
  ),
];

function figures(of: Elasticity): readonly string[] {
  return [
    percent(of.underProvisioning),
    percent(of.overProvisioning),
    percent(of.underTimeshare),
    percent(of.overTimeshare),
    of.elasticSpeedUp === null ? "–" : of.elasticSpeedUp.toFixed(2),
    percent(of.instability),
    of.jitter.toFixed(3),
    figure(of.scaleEventsADay),
  ];
}

function percent(ratio: number): string {
  return (100 * ratio).toFixed(2);
}
