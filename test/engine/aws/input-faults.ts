import type { Bag } from "./cloud.ts";
import { type Member, nested, sdkType } from "./sdk-types.ts";

/** What the engine refuses before anything happens: inputs that are missing, and such as the type does not have. */
export function inputFaults(type: string, inputs: Bag): { property: string; reason: string }[] {
  return [...faultsIn(sdkType(type).inputs, inputs, ""), ...otherThanOne(type, inputs)];
}

/** Inputs of which Terraform's provider takes exactly one (`ExactlyOneOf`). */
const ONE_OF: Readonly<Record<string, readonly string[]>> = {
  "aws:autoscaling/group:Group": ["launchConfiguration", "launchTemplate", "mixedInstancesPolicy"],
};

function otherThanOne(type: string, inputs: Bag) {
  const names = ONE_OF[type] ?? [];
  const given = names.filter((name) => inputs[name] !== undefined);
  if (names.length === 0 || given.length === 1) return [];
  return [
    { property: names[0]!, reason: `one of ${names.join(", ")} must be specified, not ${given.length}` },
  ];
}

function faultsIn(declared: ReadonlyMap<string, Member>, given: Bag, where: string) {
  const faults = [...declared]
    .filter(([name, { required }]) => required && given[name] === undefined)
    .map(([name]) => ({ property: where + name, reason: `Missing required property '${where}${name}'` }));
  for (const [name, value] of Object.entries(given)) {
    const member = declared.get(name);
    if (member === undefined)
      faults.push({ property: where + name, reason: `Unsupported property '${where}${name}'` });
    else faults.push(...faultsBelow(member, value, where + name));
  }
  return faults;
}

function faultsBelow(member: Member, value: unknown, where: string): { property: string; reason: string }[] {
  if (value === null || typeof value !== "object") return []; // or not known before the deployment
  const declared = nested(member);
  if (declared === undefined) return [];
  if (Array.isArray(value)) return value.flatMap((each, i) => faultsBelow(member, each, `${where}[${i}]`));
  return faultsIn(declared, value as Bag, `${where}.`);
}
