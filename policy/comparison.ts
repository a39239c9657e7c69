import { type Autoscaler, awsAutoscaler } from "./autoscaler.ts";
import { type Backtest, firstTasks, initialTasks, judged } from "./backtest.ts";
import { clairvoyantTaskHours } from "./clairvoyant.ts";
import { controlsAutoscaler, past } from "./controls-autoscaler.ts";
import { asMeasured } from "./counting.ts";
import { demandOverTime } from "./demand-over-time.ts";
import { type Elasticity, elasticity } from "./elasticity.ts";
import { hpaAutoscaler } from "./hpa.ts";
import { kedaAutoscaler } from "./keda.ts";
import { knativeAutoscaler } from "./knative.ts";
import { HOURS_A_MONTH } from "./month.ts";
import { predictiveAutoscaler } from "./predictive-scaling.ts";
import { replay } from "./replay.ts";
import type { ScalingControls } from "./scaling-plan.ts";
import type { Service } from "./service.ts";
import { steadyPlant } from "./steady-plant.ts";
import type { Trace } from "./trace.ts";

export interface Contender {
  /** As a person reads it: "this plan", "CPU 50 %", "fixed at the peak". */
  readonly name: string;
  /** Whose autoscaling it is: what runs on ECS or EC2 alone has AWS's, and no other. */
  readonly platform: "AWS" | "Kubernetes";
  readonly backtest: Backtest;
  readonly elasticity: Elasticity;
}

/** What no autoscaler can go below and keep every SLO. Where none can keep them it says so, as JSON has no infinity. */
export type ClairvoyantBound =
  | { readonly possible: true; readonly taskHours: number; readonly dollarsPerMonth: number }
  | { readonly possible: false };

export interface Comparison {
  /** Ours first, then the usual settings. */
  readonly contenders: readonly Contender[];
  readonly bound: ClairvoyantBound;
}

/** AWS's default scale-out and scale-in cooldown for ECS services, seconds (TargetTrackingScalingPolicyConfiguration). */
const DEFAULT_COOLDOWN = 300;

/** Share of its slots that KEDA and predictive scaling keep a task at: the usual 50 % of CPU in requests. */
const HALF = 0.5;

/** None of the usual settings starts a first task again on its own metric: a HPA's minReplicas is at least 1. */
const FEWEST = 1;

/** The same traffic against `controls` and against each usual setting, and the bound below them all. */
export function comparison(service: Service, controls: ScalingControls, trace: Trace): Comparison {
  const minutes = asMeasured(trace, service.capacity.serviceTime);
  const demand = demandOverTime(service, minutes);
  const atPeak = demand.reduce((most, tasks) => Math.max(most, tasks), 1);
  const fixed = Number.isFinite(atPeak) ? atPeak : controls.max;
  const min = Math.max(FEWEST, service.bounds.min ?? FEWEST);
  // The usual settings get all the room they ask for: a ceiling is not what is compared.
  const max = Math.max(controls.max, 10 * fixed);
  const initial = initialTasks(service, minutes, min, max);
  const { concurrency, serviceTime, startup } = service.capacity;
  const rateEach = (HALF * concurrency) / serviceTime.mean;

  const contender = (name: string, autoscaler: Autoscaler, from = initial): Contender => {
    const result = replay(autoscaler, steadyPlant(service), minutes, startup, from);
    const backtest = judged(service, result);
    return { name, platform: "AWS", backtest, elasticity: elasticity(result.minutes, demand) };
  };
  const onKubernetes = (name: string, autoscaler: Autoscaler): Contender => ({
    ...contender(name, autoscaler),
    platform: "Kubernetes",
  });
  const cpu = (utilization: number) => awsAutoscaler(usualTracking(service, utilization, min, max));
  const predictive = predictiveAutoscaler(
    usualTracking(service, HALF, min, max),
    rateEach,
    past(service, trace.start),
  );
  const fleet: ScalingControls = { min: fixed, max: fixed, tracking: [], steps: [], schedule: [] };
  const ours = firstTasks(service, controls, minutes);
  return {
    contenders: [
      contender("this plan", controlsAutoscaler(service, controls, minutes.start), ours),
      contender("CPU 50 %", cpu(0.5)),
      contender("CPU 60 %", cpu(0.6)),
      contender("CPU 70 %", cpu(0.7)),
      contender("predictive, 50 %", predictive),
      onKubernetes("HPA, CPU 50 %", hpaAutoscaler(0.5, min, max)),
      onKubernetes("HPA, CPU 70 %", hpaAutoscaler(0.7, min, max)),
      onKubernetes("KEDA, 50 %", kedaAutoscaler(rateEach, min, max)),
      onKubernetes("Knative KPA", knativeAutoscaler(concurrency, serviceTime.mean, min, max)),
      contender("fixed at the peak", awsAutoscaler(fleet), fixed),
    ],
    bound: boundOf(service, minutes),
  };
}

function boundOf(service: Service, minutes: Trace): ClairvoyantBound {
  const taskHours = clairvoyantTaskHours(service, minutes);
  if (!Number.isFinite(taskHours)) return { possible: false };
  const mean = taskHours / (minutes.rates.length / 60);
  return { possible: true, taskHours, dollarsPerMonth: mean * service.price * HOURS_A_MONTH };
}

/** AWS's usual setting for what the service runs on: instances have no cooldowns, and no warm-up unless one is set. */
function usualTracking({ compute }: Service, utilization: number, min: number, max: number): ScalingControls {
  const controls = cpuTracking(utilization, min, max);
  if (compute.type !== "ec2") return controls;
  return {
    ...controls,
    tracking: controls.tracking.map(({ scaleOutCooldown: _, scaleInCooldown: __, ...policy }) => policy),
  };
}

/** AWS's usual setting for ECS: target tracking on CPU with the default cooldowns. */
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
