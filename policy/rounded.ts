import type { ScalingControls } from "./scaling-plan.ts";

/** With setpoints, thresholds and bounds of twelve digits: to a load of exactly 6, 5.999999999999999 is another setpoint than 6. */
export function rounded(controls: ScalingControls): ScalingControls {
  return {
    ...controls,
    tracking: controls.tracking.map((policy) => ({ ...policy, setpoint: twelveDigits(policy.setpoint) })),
    steps: controls.steps.map(({ alarm, steps, ...policy }) => ({
      ...policy,
      alarm: { ...alarm, threshold: twelveDigits(alarm.threshold) },
      steps: steps.map(({ lower, upper, change }) => ({
        lower: lower && twelveDigits(lower),
        upper: upper && twelveDigits(upper),
        change,
      })),
    })),
  };
}

/** Twelve significant digits: 99.9 ÷ 100 becomes 0.999, not 0.9990000000000001. */
export function twelveDigits(value: number): number {
  return Number(value.toPrecision(12));
}
