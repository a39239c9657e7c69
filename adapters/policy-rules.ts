import { resourcesOf } from "../policy/instance-types.ts";
import type { Service } from "../policy/service.ts";
import type { Say } from "./demand.ts";
import { sixDigits } from "./six-digits.ts";

/** Seconds of history that predictive scaling needs (Application Auto Scaling user guide, "How predictive scaling works"). */
const FORECAST_NEEDS = 24 * 3600;

/** How far CPU time and service time may be apart before CPU is no measure of the slots. */
const CLOSE = 0.05;

/** Holds the policies that the owner asks for against the service. */
export function policyRules(service: Service, { say }: { readonly say: Say }): void {
  const { policies = {}, compute, demand } = service;
  const { metric, predictive, highResolution } = policies;
  if (highResolution === true && metric !== "cpuUtilization")
    say(
      ["policies", "highResolution"],
      `highResolution is true; of the metrics tracked only CPU has datapoints every 20 s, and metric is ${metric ?? "requestRatePerTask, the default"}. Write \`metric: cpuUtilization\`, or remove it.`,
    );
  if (highResolution === true && compute.type !== "fargate")
    say(
      ["policies", "highResolution"],
      "highResolution is true; only ECS services have it, and compute is ec2. Remove it.",
    );
  if (predictive !== undefined && demand.kind === "peak")
    say(
      ["policies", "predictive"],
      `predictive is ${predictive}; a forecast needs at least 24 h of history, and demand is a peak. Declare \`history\`, or remove it.`,
    );
  if (predictive !== undefined && demand.kind === "history") {
    const { rates, step } = demand.trace;
    if (rates.length * step < FORECAST_NEEDS)
      say(
        ["policies", "predictive"],
        `predictive is ${predictive}; a forecast needs at least 24 h of history, and there are ${sixDigits((rates.length * step) / 3600)} h. Record more, or remove it.`,
      );
  }
  if (metric === "cpuUtilization") cpuIsBusySlots(service, say);
}

/** CPU is taken to be as busy as the slots; a declared CPU time that says otherwise contradicts it. */
function cpuIsBusySlots({ compute, capacity }: Service, say: Say): void {
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
