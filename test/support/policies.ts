import type { ScalingAlarm, StepScaling, TargetTracking } from "../../policy/scaling-plan.ts";

/** Target tracking on CPU with AWS's default cooldowns, unless it is said otherwise. */
export function tracks(name: string, setpoint: number, other: Partial<TargetTracking> = {}): TargetTracking {
  const defaults = { disableScaleIn: false, scaleOutCooldown: 300, scaleInCooldown: 300 };
  return { name, metric: "cpuUtilization", setpoint, ...defaults, ...other };
}

/** A step policy with one band: `change` tasks whenever CPU is beyond the threshold for three minutes, unless it is said otherwise. */
export function steps(
  name: string,
  comparison: ScalingAlarm["comparison"],
  threshold: number,
  change: number,
  { alarm, ...other }: Partial<Omit<StepScaling, "alarm">> & { readonly alarm?: Partial<ScalingAlarm> } = {},
): StepScaling {
  const above = comparison.startsWith(">");
  return {
    name,
    alarm: {
      metric: "cpuUtilization",
      statistic: "Average",
      comparison,
      threshold,
      period: 60,
      evaluationPeriods: 3,
      datapoints: 3,
      ...alarm,
    },
    adjustment: "change",
    steps: [{ lower: above ? 0 : null, upper: above ? null : 0, change }],
    cooldown: 300,
    ...other,
  };
}
