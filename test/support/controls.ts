import { findings } from "../../guard/offline-stack.ts";
import {
  at,
  type Bag,
  json,
  list,
  ofType,
  type Resource,
  referred,
  type Stack,
} from "../../guard/resource.ts";
import type { Change } from "./changes.ts";
import { type Deployed, rule } from "./guard.ts";

/** One row of docs/security.md: what is held, and how it would show if it were not. */
export interface Control {
  /** Of AWS Security Hub; `–` where none has one. */
  readonly ids: string;
  readonly control: string;
  /** Of checkov. */
  readonly checkov: string;
  /** Names what breaks it. */
  readonly faults: Check;
  /** Changes, after each of which it is broken. */
  readonly broken: Change | readonly Change[];
  /** Why development is without it. */
  readonly dev?: string;
  /** What alone is without it there; left out, anything may be. */
  readonly devAlone?: RegExp;
}

/** A row that no resource of ours can show, and why. */
export interface Elsewhere {
  readonly ids: string;
  readonly control: string;
  readonly checkov: string;
  readonly state: "not held by default" | "account" | "operations, later" | "not applicable";
  readonly why: string;
  /** Where a test shows what there is. */
  readonly test?: string;
}

export interface Table {
  readonly title: string;
  /** Its file, in test/security. */
  readonly file: string;
  readonly controls: readonly Control[];
  readonly elsewhere: readonly Elsewhere[];
}

export type Check = (stack: Stack) => readonly string[];

/** What rules of the guard find, each held to production. */
export function guard(...names: readonly string[]): Check {
  return ({ resources }) => names.flatMap((name) => findings(rule(name), resources, "prod"));
}

/** Those of the types that do not hold; and the types, if there is nothing of them to hold. */
export function each(
  types: string | readonly string[],
  holds: (inputs: Bag, resource: Deployed, stack: Stack) => boolean,
): Check {
  return (stack) => {
    const found = ofType(stack, ...[types].flat());
    if (found.length === 0) return [`there is no ${[types].flat().join(" or ")}`];
    return found
      .filter((resource) => !holds(resource.inputs, resource, stack))
      .map(({ type, name }) => `${type.split(":").at(-1)} ${name}`);
  };
}

/** As `each`, where having nothing of the types is well. */
export function every(...args: Parameters<typeof each>): Check {
  return (stack) => each(...args)(stack).filter((fault) => !fault.startsWith("there is no "));
}

/** Whatever has a type that matches. */
export function none(type: RegExp): Check {
  return ({ resources }) =>
    resources.filter((each) => type.test(each.type)).map((found) => `${found.type} ${found.name}`);
}

export function all(...checks: readonly Check[]): Check {
  return (stack) => checks.flatMap((check) => check(stack));
}

/** Whether an input of the resource was taken from something of that type. */
export function refersTo(stack: Stack, resource: Resource, input: string, type: string): boolean {
  return referred(stack, resource, input).some((each) => each.type === type);
}

/** Those of a type that were made for the resource. */
export function having(stack: Stack, type: string, input: string, resource: Resource): readonly Resource[] {
  return ofType(stack, type).filter((each) => referred(stack, each, input).includes(resource));
}

export interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Principal?: string | Readonly<Record<string, string | readonly string[]>>;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Of a policy that is written as a text. */
export function statements(policy: unknown): readonly Statement[] {
  return list(at(json(policy), "Statement")) as readonly Statement[];
}

export function allowed(policy: unknown): readonly Statement[] {
  return statements(policy).filter(({ Effect }) => Effect === "Allow");
}

/** Changes the statements of a policy. */
export function repoliced(name: string, change: (statement: Statement) => Statement, key = "policy"): Change {
  return (resources) =>
    resources.map((each) => {
      if (each.name !== name) return each;
      const policy = JSON.stringify({ Statement: statements(each.inputs[key]).map(change) });
      return { ...each, inputs: { ...each.inputs, [key]: policy } };
    });
}
