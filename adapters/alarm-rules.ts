import { shown } from "./bad-input.ts";

/** An alarm as it is to be put, before AWS sees it. */
export interface AlarmShape {
  readonly name: string;
  /** Seconds, of each of its metrics. */
  readonly period: number;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm?: number;
  readonly statistics: readonly string[];
  readonly namespaces: readonly string[];
  readonly treatMissingData: string;
  readonly actions: number;
  /** Most dimensions of one metric. */
  readonly dimensions: number;
  readonly queries: readonly { readonly id: string; readonly expression?: string }[];
}

const DAY = 86_400;
const HOUR = 3600;
/** Characters that the Pulumi provider takes of an expression; CloudWatch itself takes 2,048. */
const LONGEST_EXPRESSION = 1024;
/** Statistics as CloudWatch writes them (user guide, "CloudWatch statistics definitions"), with the provider's two decimals of a percentile. */
const STATISTIC =
  /^(SampleCount|Average|Sum|Minimum|Maximum|IQM|(p|tm|wm|tc|ts)(\d{1,2}(\.\d{1,2})?|100)|(TM|WM|PR|TC|TS)\((\d+(\.\d+)?%?)?:(\d+(\.\d+)?%?)?\))$/;
const MISSING = ["breaching", "notBreaching", "ignore", "missing"];

/** What CloudWatch would refuse of an alarm, or accept and never evaluate: one sentence each. */
export function alarmFaults(alarm: AlarmShape): readonly string[] {
  const faults: string[] = [];
  const wrong = (field: string, value: unknown, rule: string) =>
    faults.push(`${alarm.name.slice(0, 60)}: ${field} is ${shown(field, value)}; ${rule}.`);
  const { name, period, evaluationPeriods, datapointsToAlarm } = alarm;
  if (name.length < 1 || name.length > 255) wrong("name", name, "1 to 255 characters. Shorten it");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
  if (/[\x00-\x1f\x7f]/.test(name)) wrong("name", name, "it takes no control characters. Remove them");
  if (![10, 20, 30].includes(period) && !(period >= 60 && period % 60 === 0))
    wrong("period", period, "10, 20, 30 or a multiple of 60 s. Write 60");
  else if (period < 60 && alarm.namespaces.some((namespace) => MINUTELY.test(namespace)))
    wrong("period", period, "these metrics have one-minute data (INSUFFICIENT_DATA). Write 60");
  const whole = period < HOUR ? DAY : 7 * DAY;
  if (period * evaluationPeriods > whole)
    wrong(
      "evaluationPeriods",
      evaluationPeriods,
      `× ${period} s are ${period * evaluationPeriods} s, at most ${whole} s. Take a longer period or fewer of them`,
    );
  if (!Number.isInteger(evaluationPeriods) || evaluationPeriods < 1)
    wrong("evaluationPeriods", evaluationPeriods, "a whole number of at least 1. Write 1");
  if (datapointsToAlarm !== undefined && (datapointsToAlarm < 1 || datapointsToAlarm > evaluationPeriods))
    wrong("datapointsToAlarm", datapointsToAlarm, `1 to evaluationPeriods, ${evaluationPeriods}. Lower it`);
  for (const statistic of alarm.statistics.filter((each) => !STATISTIC.test(each)))
    wrong("statistic", statistic, "such as Sum, Average, p99, p99.9 or TC(:0.5). Write one of them");
  if (alarm.actions < 1 || alarm.actions > 5)
    wrong("alarmActions", alarm.actions, "1 to 5 (CloudWatch.15). Name a topic");
  if (!MISSING.includes(alarm.treatMissingData))
    wrong("treatMissingData", alarm.treatMissingData, `one of ${MISSING.join(", ")}. Write one of them`);
  if (alarm.namespaces.includes("AWS/DynamoDB") && alarm.treatMissingData !== "ignore")
    wrong("treatMissingData", alarm.treatMissingData, "AWS/DynamoDB always has ignore. Write ignore");
  if (alarm.queries.length > 10)
    wrong("metricQueries", alarm.queries.length, "at most 10 metrics and expressions. Split the alarm");
  if (alarm.dimensions > 30) wrong("dimensions", alarm.dimensions, "at most 30. Leave some out");
  for (const { id, expression = "" } of alarm.queries) {
    if (!/^[a-z][A-Za-z0-9_]{0,254}$/.test(id))
      wrong("id", id, "a lower-case letter, then letters, digits and _. Rename it");
    if (expression.length > LONGEST_EXPRESSION)
      wrong("expression", expression, `at most ${LONGEST_EXPRESSION} characters. Split it`);
  }
  return faults;
}

/** Published once a minute. */
const MINUTELY = /^AWS\/(ApplicationELB|ECS|AutoScaling|CertificateManager)$/;
