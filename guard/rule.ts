import { shown } from "../adapters/bad-input.ts";
import { at, type Bag, type Resource, type Stack, UNKNOWN } from "./resource.ts";

export type Profile = "dev" | "prod";

interface About {
  /** As of awsguard, where it has the rule. */
  readonly name: string;
  /** The rule in one sentence. */
  readonly description: string;
  /** The controls it holds, of docs/security.md. */
  readonly controls?: readonly string[];
  /** Where only one profile is held to it. */
  readonly only?: Profile;
  /** Costs are remarked on; everything else is refused. */
  readonly advisory?: true;
}

/** Judges one resource by itself, before it is made or changed. */
export interface ResourceRule extends About {
  readonly types: readonly string[];
  readonly faults: (inputs: Bag, resource: Resource) => readonly string[];
}

/** Judges what resources are to each other, at the end of a preview. */
export interface StackRule extends About {
  readonly violations: (stack: Stack) => readonly Violation[];
}

export type Rule = ResourceRule | StackRule;

export interface Violation {
  readonly of: Resource;
  /** `<field> is <value>; <rule>. <way out>.` */
  readonly message: string;
}

/** A fault at `path` unless `holds`. */
export function fault(inputs: unknown, path: string, holds: (value: unknown) => boolean, rule: string) {
  const value = at(inputs, path);
  return holds(value) ? [] : [`${path} is ${named(path, value)}; ${rule}`];
}

/** A value as a message may show it. */
export function named(path: string, value: unknown): string {
  return value === UNKNOWN ? "not known yet" : shown(path, value);
}
