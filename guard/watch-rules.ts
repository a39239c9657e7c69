import { isGiven, isOn, ofType, referred, type Stack, UNKNOWN } from "./resource.ts";
import { fault, type Rule, type Violation } from "./rule.ts";

const ALARMS = ["aws:cloudwatch/metricAlarm:MetricAlarm", "aws:cloudwatch/compositeAlarm:CompositeAlarm"];
const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";

/** Days (CloudWatch.16). */
const A_YEAR = 365;

export const WATCH_RULES: readonly Rule[] = [
  {
    name: "alarms-act",
    description: "Every alarm does something, or is part of what does.",
    controls: ["CloudWatch.15"],
    violations: idleAlarms,
  },
  {
    name: "alarm-actions-enabled",
    description: "No alarm's actions are switched off.",
    controls: ["CloudWatch.17"],
    types: ALARMS,
    faults: (inputs) =>
      fault(inputs, "actionsEnabled", (on) => on === undefined || isOn(on), "alarms act. Remove it."),
  },
  {
    name: "log-retention",
    description: "Every log group says how long it keeps what it holds.",
    types: [LOG_GROUP],
    faults: (inputs) =>
      fault(
        inputs,
        "retentionInDays",
        (days) => days === UNKNOWN || Number(days) > 0,
        "a number of days. Write one.",
      ),
  },
  {
    name: "log-retention-a-year",
    description: `Logs are kept for ${A_YEAR} days.`,
    controls: ["CloudWatch.16"],
    only: "prod",
    types: [LOG_GROUP],
    faults: (inputs) =>
      fault(
        inputs,
        "retentionInDays",
        (days) => typeof days !== "number" || days >= A_YEAR,
        `${A_YEAR} days at least. Write ${A_YEAR}.`,
      ),
  },
  {
    name: "log-group-encrypted",
    description: "Log groups are encrypted with a key of the account.",
    only: "prod",
    types: [LOG_GROUP],
    faults: (inputs) => fault(inputs, "kmsKeyId", isGiven, "logs have a KMS key. Name it."),
  },
];

/** An alarm without actions may be what a composite alarm, a deployment or an instance refresh looks at. */
function idleAlarms(stack: Stack): readonly Violation[] {
  const watched = new Set(stack.resources.flatMap((each) => referred(stack, each)));
  return ofType(stack, ...ALARMS)
    .filter(
      ({ inputs }) =>
        !["alarmActions", "okActions", "insufficientDataActions"].some((key) => isGiven(inputs[key])),
    )
    .filter((alarm) => !watched.has(alarm))
    .map((of) => ({
      of,
      message: "alarmActions is empty; an alarm tells somebody. Name a topic or a scaling policy.",
    }));
}
