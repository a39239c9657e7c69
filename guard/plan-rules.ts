import { isAsDerived, type PlanRecord, planRecord } from "./plan-record.ts";
import { type Planned, plannedResources, UTC } from "./planned-resources.ts";
import { ancestor, at, type Bag, ofType, type Resource, type Stack, UNKNOWN } from "./resource.ts";
import { named, type Rule, type Violation } from "./rule.ts";
import {
  ALARM,
  capacities,
  EC2_POLICY,
  EC2_SCHEDULE,
  ECS_POLICY,
  ECS_SCHEDULE,
  GROUP,
  SCALED_SERVICE,
  scaledBy,
  servedBy,
  TARGET,
} from "./scaling-types.ts";

/** What the plan says is what is deployed: no service without one, no number beside it. */
export const PLAN_RULES: readonly Rule[] = [
  {
    name: "service-has-plan",
    description: "Every ECS service and Auto Scaling group is deployed with a scaling plan.",
    violations: unplanned,
  },
  {
    name: "plan-as-derived",
    description: "A plan's numbers are those that the engine derived from what the service owes its users.",
    violations: edited,
  },
  {
    name: "scaling-follows-plan",
    description:
      "Bounds, scaling policies, alarms and scheduled actions have the plan's numbers, each of them and no others.",
    violations: (stack) => plansOf(stack).flatMap(([component, plan]) => deviations(stack, component, plan)),
  },
];

function unplanned(stack: Stack): readonly Violation[] {
  return capacities(stack)
    .filter((of) => {
      const component = ancestor(stack, of, SCALED_SERVICE);
      return component === undefined || planRecord(component) === undefined;
    })
    .map((of) => ({
      of,
      message: `${of.name} has no plan; what serves users is scaled by one. Declare it under setpoint:services, or deploy it as a ScaledService.`,
    }));
}

function edited(stack: Stack): readonly Violation[] {
  return plansOf(stack)
    .filter(([component, plan]) => !isAsDerived(component, plan))
    .map(([of]) => ({
      of,
      message: `the plan of ${of.name} was edited after it was made; numbers follow from the declaration. Change what it owes its users, or declare policies of your own.`,
    }));
}

function plansOf(stack: Stack): readonly (readonly [Resource, PlanRecord])[] {
  return ofType(stack, SCALED_SERVICE).flatMap((component) => {
    const plan = planRecord(component);
    return plan === undefined ? [] : [[component, plan] as const];
  });
}

const SCALING = [TARGET, GROUP, ECS_POLICY, ECS_SCHEDULE, EC2_POLICY, EC2_SCHEDULE, ALARM];

function deviations(stack: Stack, component: Resource, plan: PlanRecord): readonly Violation[] {
  const left = new Set(
    ofType(stack, ...SCALING)
      .filter((each) => each.type === GROUP || scaledBy(stack, each).length > 0)
      .filter((each) => servedBy(stack, each) === component),
  );
  const wrong = plannedResources(plan).flatMap((planned) => {
    const found = closest(planned, [...left]);
    if (found === undefined)
      return [{ of: component, message: `${what(planned)} is missing; the plan has it. Deploy the plan's.` }];
    left.delete(found);
    return differences(asked(planned, found), found.inputs, "").map((message) => ({ of: found, message }));
  });
  const more = [...left].map((of) => ({
    of,
    message: `${of.name} is not in the plan of ${component.name}; nothing else moves its capacity. Remove it, or declare it.`,
  }));
  return [...wrong, ...more];
}

/**
 * The numbers that the program asks for. A bound that it leaves to scheduled actions is shown as it last was: the plan's, one that
 * an action has set or, until the next action comes, one of a former plan, which only what is there already can have.
 */
function asked({ numbers, scheduled = {} }: Planned, { inputs, ignoreChanges, made }: Resource): Bag {
  const left = (bound: string) => {
    const values = scheduled[bound] ?? [];
    if (values.length === 0 || !ignoreChanges.includes(bound)) return false;
    return made || values.some((value) => value === inputs[bound]);
  };
  return Object.fromEntries(Object.entries(numbers).filter(([bound]) => !left(bound)));
}

/** Of the resources so named, the one whose name says least besides. */
function closest({ type, ending }: Planned, among: readonly Resource[]): Resource | undefined {
  return among
    .filter((each) => each.type === type && each.name.endsWith(ending))
    .toSorted((a, b) => a.name.length - b.name.length)[0];
}

function what({ type, ending }: Planned): string {
  return `${type.split(":").at(-1)} ${ending.slice(1)}`.trim();
}

/** Where `actual` has other numbers than `planned`, which may be the smaller part of it. */
function differences(planned: unknown, actual: unknown, path: string): readonly string[] {
  if (actual === UNKNOWN) return [];
  if (planned !== null && typeof planned === "object") {
    const keys = Object.keys(planned);
    const extra = Array.isArray(planned) && Array.isArray(actual) ? actual.length - planned.length : 0;
    const inner = keys.flatMap((key) =>
      differences(at(planned, key), at(actual, key), path === "" ? key : `${path}.${key}`),
    );
    return extra > 0
      ? [...inner, `${path} has ${extra} more; the plan has ${keys.length}. Deploy the plan's.`]
      : inner;
  }
  if (isSame(planned, actual)) return [];
  return [`${path} is ${named(path, actual)}; the plan says ${named(path, planned)}. Deploy the plan's.`];
}

/** AWS's texts and numbers may differ in kind, and what is off, or UTC, may be left out. */
function isSame(planned: unknown, actual: unknown): boolean {
  const off = (value: unknown) => value === undefined || value === null || value === false;
  if (off(planned) && off(actual)) return true;
  if (planned === UTC) return off(actual) || actual === UTC || actual === "Etc/UTC";
  return typeof planned === "number" ? planned === Number(actual ?? Number.NaN) : planned === actual;
}
