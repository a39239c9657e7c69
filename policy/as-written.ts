import type { ScalingControls } from "./scaling-plan.ts";

/** To the twelve digits that a plan's document has: a load that is exactly a setpoint or a threshold is judged as it is when deployed. */
export function asWritten(controls: ScalingControls): ScalingControls {
  const { predictive } = controls;
  return {
    ...controls,
    tracking: controls.tracking.map(withSetpoint),
    steps: controls.steps.map(({ alarm, ...policy }) => ({
      ...policy,
      alarm: { ...alarm, threshold: twelveDigits(alarm.threshold) },
    })),
    ...(predictive === undefined ? {} : { predictive: withSetpoint(predictive) }),
  };
}

function withSetpoint<P extends { readonly setpoint: number }>(policy: P): P {
  return { ...policy, setpoint: twelveDigits(policy.setpoint) };
}

function twelveDigits(value: number): number {
  return Number(value.toPrecision(12));
}
