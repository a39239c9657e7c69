import { AWS_LOOP } from "./aws-loop.ts";
import { backtest } from "./backtest.ts";
import { power } from "./power.ts";
import { LONGEST_BUFFER, STAND_IN } from "./predictive-scaling.ts";
import { rounded } from "./rounded.ts";
import type { PredictiveScaling, ScalingControls, StepScaling } from "./scaling-plan.ts";
import type { Service } from "./service.ts";
import type { Trace } from "./trace.ts";

/** Factor by which a CPU setpoint is lowered until the SLOs are kept, and how often at most. */
const [LOWER, TRIES] = [0.95, 12];

/**
 * The controls on the metric that the owner declares. A task that serves requests at its setpoint is busy for rate × service
 * time ÷ slots. CPU stops at 100 % however great the overload, where requests keep counting, so that the loop adds fewer tasks
 * at a time: the setpoint is lowered until the history's SLOs are kept as they were.
 */
export function onDeclaredMetric(service: Service, chosen: ScalingControls, history: Trace): ScalingControls {
  const { metric, highResolution } = service.policies ?? {};
  if (metric !== "cpuUtilization") return chosen;
  const { serviceTime, concurrency } = service.capacity;
  const aim = backtest(service, chosen, history).met;
  let controls = chosen;
  for (let i = 0; i < TRIES; i++) {
    controls = onCpu(chosen, (power(LOWER, i) * serviceTime.mean) / concurrency, highResolution === true);
    if (!aim || backtest(service, controls, history).met) return controls;
  }
  return controls;
}

function onCpu(controls: ScalingControls, factor: number, highResolution: boolean): ScalingControls {
  return rounded({
    ...controls,
    tracking: controls.tracking.map((policy) => ({
      ...policy,
      metric: "cpuUtilization",
      setpoint: policy.setpoint * factor,
      ...(highResolution ? { highResolution } : {}),
    })),
    steps: controls.steps
      .map((policy) => stepOnCpu(policy, factor))
      .filter(({ alarm }) => alarm.threshold < 1),
  });
}

/** Bands from 100 % on are never reached; the last below is open. */
function stepOnCpu(policy: StepScaling, factor: number): StepScaling {
  const threshold = policy.alarm.threshold * factor;
  const scaled = (bound: number | null) => (bound === null ? null : bound * factor);
  const within = policy.steps.filter(({ lower }) => threshold + (lower ?? 0) * factor < 1);
  return {
    ...policy,
    alarm: { ...policy.alarm, metric: "cpuUtilization", statistic: "Average", threshold },
    steps: within.map((step, i) => ({
      ...step,
      lower: scaled(step.lower),
      upper: i === within.length - 1 ? null : scaled(step.upper),
    })),
  };
}

/** The predictive policy that the owner declares, at the setpoint of target tracking, early by the longest start-up. */
export function predictiveScaling(
  service: Service,
  controls: ScalingControls,
): PredictiveScaling | undefined {
  const [followed] = controls.tracking;
  const mode = service.policies?.predictive;
  if (mode === undefined || followed === undefined) return undefined;
  const longest = Math.ceil(service.capacity.startup * (1 + AWS_LOOP.startupSpread));
  const { metric, setpoint } = followed;
  return { name: "forecast", metric, setpoint, mode, buffer: Math.min(LONGEST_BUFFER, longest) };
}

/** What a reader must know of the policies declared, as the back-test does not show it. */
export function policyRemarks({ policies }: Service): readonly string[] {
  const { predictive, highResolution } = policies ?? {};
  const mode = {
    forecastOnly: "predictive scaling only forecasts and changes nothing",
    forecastAndScale: `predictive scaling adds capacity, and its cost, before AWS's forecast. ${STAND_IN}`,
  };
  return [
    ...(predictive === undefined ? [] : [mode[predictive]]),
    ...(highResolution === true
      ? [
          "the ECS service must publish metrics every 20 s (monitoring.metricConfigurations, resolutionSeconds: 20); the back-test replays the slower ones of 60 s",
        ]
      : []),
  ];
}
