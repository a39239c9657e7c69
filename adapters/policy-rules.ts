import { resourcesOf } from "../policy/instance-types.ts";
import type { Service } from "../policy/service.ts";
import type { Say } from "./demand.ts";
import { sixDigits } from "./six-digits.ts";
import { whereSound } from "./sound.ts";

/** Seconds of history that predictive scaling needs (Application Auto Scaling user guide, "How predictive scaling works"). */
const FORECAST_NEEDS = 24 * 3600;

/** How far CPU time and service time may be apart before CPU is no measure of the slots. */
const CLOSE = 0.05;

/** Holds the policies that the owner asks for against the service. */
export function policyRules(service: Service, { say }: { readonly say: Say }): void {
  for (const rule of [fineMetrics, enoughToForecast, cpuIsBusySlots]) whereSound(() => rule(service, say));
}

function fineMetrics(service: Service, say: Say): void {
  const { metric, highResolution } = service.policies ?? {};
  if (highResolution === true && metric !== "cpuUtilization")
    say(
      ["policies", "highResolution"],
      `highResolution is true; of the metrics tracked only CPU has datapoints every 20 s, and metric is ${metric ?? "requestRatePerTask, the default"}. Write \`metric: cpuUtilization\`, or remove it.`,
    );
  if (highResolution === true && service.compute.type !== "fargate")
    say(
      ["policies", "highResolution"],
      "highResolution is true; only ECS services have it, and compute is ec2. Remove it.",
    );
}

function enoughToForecast(service: Service, say: Say): void {
  const predictive = service.policies?.predictive;
  if (predictive === undefined) return;
  const { demand } = service;
  if (demand.kind === "peak")
    say(
      ["policies", "predictive"],
      `predictive is ${predictive}; a forecast needs at least 24 h of history, and demand is a peak. Declare \`history\`, or remove it.`,
    );
  else {
    const { rates, step } = demand.trace;
    if (rates.length * step < FORECAST_NEEDS)
      say(
        ["policies", "predictive"],
        `predictive is ${predictive}; a forecast needs at least 24 h of history, and there are ${sixDigits((rates.length * step) / 3600)} h. Record more, or remove it.`,
      );
  }
}

/** CPU is taken to be as busy as the slots; a declared CPU time that says otherwise contradicts it. */
function cpuIsBusySlots({ policies, compute, capacity }: Service, say: Say): void {
  if (policies?.metric !== "cpuUtilization") return;
  const { cpuTime, serviceTime, concurrency } = capacity;
  const vcpus = resourcesOf(compute)?.vcpus;
  if (cpuTime === undefined || vcpus === undefined) return;
  const [cpu, slots] = [cpuTime / vcpus, serviceTime.mean / concurrency];
  if (Math.abs(cpu / slots - 1) <= CLOSE) return;
  say(
    ["policies", "metric"],
    `metric is cpuUtilization; a task's CPU is taken to be as busy as its slots, and cpuTime makes it ${sixDigits(cpu / slots)} times as busy (${sixDigits(cpuTime)} s ÷ ${sixDigits(vcpus)} vCPU, against ${sixDigits(serviceTime.mean)} s ÷ ${concurrency} slots). Track requestRatePerTask.`,
  );
}
