import type { Feasibility, Reason, ScalingMetric, StepScaling } from "../policy/scaling-plan.ts";
import type { Demand, Service } from "../policy/service.ts";
import { span } from "../policy/words.ts";
import { duration, percent, rate, whole } from "./figures.ts";
import { columns, grid, hanging, padded } from "./layout.ts";
import type { Planned } from "./plan.ts";
import { scheduleLines } from "./render-schedule.ts";
import { bold, warning } from "./terminal.ts";

type Obstacles = Extract<Feasibility, { possible: false }>["obstacles"];

/** A plan for people: what cannot be met first, then every number with its reason. */
export function planText({ declared: { service }, plan }: Planned): string {
  const { unit, controls, feasibility, assumptions } = plan;
  const told = plan.reasons;
  const width = Math.max(...told.map(({ of }) => columns(labelOf(of))), columns("traffic"));
  const why = (name: Section) =>
    told
      .filter((reason) => sectionOf(reason) === name)
      .map(({ of, value, because }) => row(labelOf(of), width, value, because));
  // Where no number of tasks keeps the SLOs no number has a reason, and none is shown.
  const surges = why("steps");
  return [
    bold(`${service.name}: ${ranOn(service)}`),
    ...(feasibility.possible ? [] : ["", ...obstacleLines(service.name, feasibility.obstacles)]),
    ...section("Promised", [...why("slo"), row("traffic", width, ...traffic(service.demand))]),
    ...section("What the history shows", why("history")),
    ...section(`What one ${unit} serves`, why("capacity")),
    ...section(`Target tracking${on(controls.tracking)}`, why("tracking")),
    ...section(`Step scaling${on(controls.steps.map(({ alarm }) => alarm))}`, [
      ...surges,
      ...(surges.length === 0 ? [] : controls.steps.flatMap(stepLines)),
    ]),
    ...section("Floor and ceiling", why("bounds")),
    ...section(unit === "instance" ? "Warm-up" : "Cooldowns", why("pace")),
    ...section("Schedule", [...why("schedule"), ...scheduleLines(controls.schedule)]),
    ...section("Predictive scaling", why("predictive")),
    ...section("Cost", why("rest")),
    ...section(
      "Assumed and noticed",
      assumptions.map((assumption) => hanging("    · ", assumption)),
    ),
  ].join("\n");
}

/** Why promises cannot be kept, each with every way out. */
export function obstacleLines(service: string, obstacles: Obstacles): readonly string[] {
  return [
    warning(`  ✗ ${service} cannot keep its promises:`),
    ...obstacles.flatMap(({ why, waysOut }) => [
      hanging("    ", why),
      ...waysOut.map((way) => hanging("      way out: ", way)),
    ]),
  ];
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ["", `  ${bold(title)}`, ...lines];
}

function ranOn({ compute, price, host }: Service): string {
  const on = host === undefined ? "Fargate" : `${host.instanceType} (${host.tasks} tasks each)`;
  const size =
    compute.type === "ec2"
      ? `EC2 ${compute.instanceType}`
      : `ECS on ${on}, ${compute.cpu / 1024} vCPU and ${compute.memory / 1024} GB a task`;
  return `${size}, ${price.toFixed(4)} USD/h each`;
}

/** In figures, and whence. */
function traffic(demand: Demand): readonly [value: string, because: string] {
  const change = `${percent(Math.abs(demand.growth))} ${demand.growth > 0 ? "more" : "less"}`;
  const growth = demand.growth === 0 ? "" : `; planned for ${change}, as declared`;
  if (demand.kind === "peak") return [rate(demand.peak), `the declared peak${growth}`];
  const { rates, step } = demand.trace;
  const mean = rates.reduce((sum, each) => sum + each, 0) / rates.length;
  const most = rates.reduce((a, b) => Math.max(a, b), 0);
  return [
    `${rate(mean)} on average, ${rate(most)} at most`,
    `${span(rates.length * step)} of history in steps of ${duration(step)}${growth}`,
  ];
}

const METRICS: Readonly<Record<ScalingMetric, string>> = {
  requestRatePerTask: "requests per target",
  cpuUtilization: "mean CPU",
  requestRate: "requests",
  responseTime: "mean response time",
};

/** ` on requests per target`, where something follows a metric. */
function on(policies: readonly { readonly metric: ScalingMetric }[]): string {
  const metrics = [...new Set(policies.map(({ metric }) => METRICS[metric]))];
  return metrics.length === 0 ? "" : ` on ${metrics.join(" and ")}`;
}

/** The bands, each by the level that it begins at. */
function stepLines({ name, alarm, adjustment, minAdjustment, steps }: StepScaling): readonly string[] {
  const { metric, threshold, period, datapoints, evaluationPeriods } = alarm;
  const least = minAdjustment === undefined ? "" : `, at least ${minAdjustment}`;
  const bands = steps.map(({ lower, change }) => {
    const from = lower === null ? "below" : level(metric, threshold + lower);
    return `${from} ${changeOf(adjustment, change)}`;
  });
  const after = `${datapoints} of ${evaluationPeriods} datapoints of ${duration(period)}`;
  return [hanging("    ", `${name}: from each level on${least} (after ${after})`), ...grid(bands, "      ")];
}

function level(metric: ScalingMetric, value: number): string {
  if (metric === "cpuUtilization") return percent(Number(value.toPrecision(3)));
  return metric === "responseTime" ? duration(Number(value.toPrecision(3))) : rate(value);
}

function changeOf(adjustment: StepScaling["adjustment"], change: number): string {
  const sign = change < 0 ? "−" : "+";
  const size = Math.abs(change);
  if (adjustment === "exact") return `=${whole(change)}`;
  return adjustment === "percent" ? `${sign}${percent(size)}` : `${sign}${whole(size)}`;
}

/** Where a reason is told, by the path of the number it is of; what none claims is told at the end. */
const SECTIONS = [
  ["pace", /cooldown|warm-?up/i],
  ["schedule", /^schedule/i],
  ["predictive", /^predictive/i],
  ["tracking", /^(tracking|setpoint|utilization|headroom)/i],
  ["steps", /^(steps?|surge|alarm)/i],
  ["bounds", /^(min|max|floor|ceiling|bounds)/i],
  ["slo", /^slo/i],
  ["history", /^history/i],
  ["capacity", /^(capacity|task|instance|service|busiest|load)/i],
  ["rest", /^/],
] as const;

type Section = (typeof SECTIONS)[number][0];

function sectionOf({ of }: Reason): Section {
  return SECTIONS.find(([, pattern]) => pattern.test(of))![0];
}

/** `label  value – because`, the text hanging to the right of the labels. */
function row(label: string, width: number, value: string, because?: string): string {
  const text = because === undefined ? value : `${value} – ${because}`;
  return hanging(`    ${padded(label, width, "left")}  `, text).replace(value, () => bold(value));
}

const NAMES: Readonly<Record<string, string>> = {
  min: "floor",
  max: "ceiling",
  busiest: "at most",
  warmup: "warm-up",
  predictive: "setpoint",
};

/** `scale-in cooldown` for `tracking.scaleInCooldown`. */
function labelOf(path: string): string {
  const name = path.replace(/^(slo|history|capacity|tracking|bounds)\./, "");
  return (
    NAMES[name] ??
    name.replace(/scale(In|Out)C/, (_, way: string) => `scale-${way.toLowerCase()} c`).replaceAll(".", " ")
  );
}
