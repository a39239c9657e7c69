import type { ScalingControls } from "./scaling-plan.ts";

/** With setpoints and thresholds of twelve digits: to a load of exactly 6, 5.999999999999999 is another setpoint than 6. */
export function rounded(controls: ScalingControls): ScalingControls {
  return {
    ...controls,
    tracking: controls.tracking.map((policy) => ({ ...policy, setpoint: twelveDigits(policy.setpoint) })),
    steps: controls.steps.map(({ alarm, ...policy }) => ({
      ...policy,
      alarm: { ...alarm, threshold: twelveDigits(alarm.threshold) },
    })),
  };
}

function twelveDigits(value: number): number {
  return Number(value.toPrecision(12));
}
