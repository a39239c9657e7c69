import { creditRules } from "../policy/credits.ts";
import { resourcesOf } from "../policy/instance-types.ts";
import type { Compute } from "../policy/service.ts";
import type { InstanceSettings } from "./instance-settings.ts";
import { hourlyPrice, pricedTypes } from "./prices.ts";

type Instance = Extract<Compute, { type: "ec2" }>;

/** All types that a group may launch, the declared one first: those named beside it, or in production its equals. */
export function launchTypes(
  compute: Instance,
  { types, warmPool, single }: InstanceSettings,
  profile: "dev" | "prod",
): readonly string[] {
  const derived = profile === "prod" && warmPool === undefined && !single;
  const others = types ?? (derived ? equalTypes(compute) : []);
  return [...new Set([compute.instanceType, ...others])];
}

/** Others that stand in for a type; two, as each is one more that must be tried. */
const EQUALS = 2;

/** Types with the same architecture, vCPUs, memory and CPU credits: dearer ones first, as they are newer. */
function equalTypes(compute: Instance): readonly string[] {
  const price = hourlyPrice(compute);
  return pricedTypes()
    .map((instanceType) => ({ ...compute, instanceType }))
    .filter(
      (other) => other.instanceType !== compute.instanceType && differences(compute, other).length === 0,
    )
    .map((other) => ({ type: other.instanceType, dearer: hourlyPrice(other) - price }))
    .toSorted(
      (a, b) => Number(a.dearer < 0) - Number(b.dearer < 0) || Math.abs(a.dearer) - Math.abs(b.dearer),
    )
    .slice(0, EQUALS)
    .map(({ type }) => type);
}

/** In what a type is not what the plan counts on, in words. */
export function differences(compute: Instance, other: Instance): readonly string[] {
  const [own, its] = [resourcesOf(compute), resourcesOf(other)];
  const [credits, itsCredits] = [creditRules(compute), creditRules(other)];
  const said: string[] = [];
  if (isArm(compute.instanceType) !== isArm(other.instanceType)) said.push("architecture");
  if (own?.vcpus !== its?.vcpus) said.push(`vCPUs (${its?.vcpus} for ${own?.vcpus})`);
  if (own?.memory !== its?.memory) said.push(`memory (${its?.memory} MiB for ${own?.memory} MiB)`);
  if (credits?.earned !== itsCredits?.earned) said.push("CPU credits an hour");
  else if (credits?.launch !== itsCredits?.launch) said.push(LAUNCH_CREDITS);
  return said;
}

/** T2 in standard mode starts with credits, T3 with none. */
export const LAUNCH_CREDITS = "CPU credits at the launch";

/** AWS's Arm families: a `g` after the generation, and the first of them, `a1`. */
export function isArm(instanceType: string): boolean {
  return /^(a1|[a-z]+\d+g[a-z-]*)\./.test(instanceType);
}
