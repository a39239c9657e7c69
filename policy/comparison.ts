import { type Backtest, backtest, backtestOf, initialTasks } from "./backtest.ts";
import { tasksNeeded } from "./demand-curve.ts";
import { hpaAutoscaler } from "./hpa.ts";
import { byMinute } from "./minutes.ts";
import type { ScalingControls } from "./scaling-plan.ts";
import type { Service } from "./service.ts";
import type { Trace } from "./trace.ts";

export interface Contender {
  /** As a person reads it: "this plan", "CPU 50 %", "fixed at the peak". */
  readonly name: string;
  readonly backtest: Backtest;
}

/** AWS's default scale-out and scale-in cooldown for ECS services, seconds (TargetTrackingScalingPolicyConfiguration). */
const DEFAULT_COOLDOWN = 300;

/** The same traffic against `controls` and against each usual setting, ours first. */
export function comparison(service: Service, controls: ScalingControls, trace: Trace): readonly Contender[] {
  const minutes = byMinute(trace);
  const peak = minutes.rates.reduce((most, rate) => Math.max(most, rate), 0);
  const atPeak = tasksNeeded(service, peak);
  const fixed = Number.isFinite(atPeak) ? atPeak : controls.max;
  const min = service.bounds.min ?? 1;
  // The usual settings get all the room they ask for: a ceiling is not what is compared.
  const max = Math.max(controls.max, 10 * fixed);
  const hpa = (utilization: number) =>
    backtestOf(
      service,
      hpaAutoscaler(utilization, min, max),
      minutes,
      initialTasks(service, minutes, min, max),
    );
  return [
    { name: "this plan", backtest: backtest(service, controls, minutes) },
    { name: "CPU 50 %", backtest: backtest(service, cpuTracking(0.5, min, max), minutes) },
    { name: "CPU 70 %", backtest: backtest(service, cpuTracking(0.7, min, max), minutes) },
    { name: "HPA, CPU 50 %", backtest: hpa(0.5) },
    { name: "HPA, CPU 70 %", backtest: hpa(0.7) },
    {
      name: "fixed at the peak",
      backtest: backtest(service, { min: fixed, max: fixed, tracking: [], steps: [], schedule: [] }, minutes),
    },
  ];
}

/** AWS's usual setting: target tracking on CPU with the default cooldowns. */
export function cpuTracking(utilization: number, min: number, max: number): ScalingControls {
  const tracking = {
    name: "cpu",
    metric: "cpuUtilization",
    setpoint: utilization,
    disableScaleIn: false,
    scaleOutCooldown: DEFAULT_COOLDOWN,
    scaleInCooldown: DEFAULT_COOLDOWN,
  } as const;
  return { min, max, tracking: [tracking], steps: [], schedule: [] };
}
