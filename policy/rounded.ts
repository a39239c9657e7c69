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

function twelveDigits(value: number): number {
  return Number(value.toPrecision(12));
}
