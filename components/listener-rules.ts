import { EVERY_REQUEST, type RoutingRule, type RoutingSettings } from "../adapters/routing-settings.ts";
import { type Conditions, conditionsOf, split } from "./rule-conditions.ts";
import { rulePriorities } from "./rule-priorities.ts";

/** One rule of a listener. */
export interface ListenerRule {
  readonly conditions: Conditions;
  readonly priority: number;
  /** Whether it has the priority of the one rule by which ECS would move the service's requests, or did so far. */
  readonly heir?: boolean;
}

/** A rule that a service asks for. */
export interface AskedRule {
  readonly service: string;
  /** Where it is written: `paths`, or `rules[0]`. */
  readonly field: string;
  readonly conditions: Conditions;
  readonly priority?: number;
}

/** A service among those of a listener. */
export interface Routed {
  readonly service: { readonly name: string };
  readonly deployment: RoutingSettings & { readonly release?: { readonly strategy: string } };
}

/** Each service's rules on the listener that they share; `lane` is the stack's among those on it. */
export function listenerRules(
  services: readonly Routed[],
  lane: number,
): ReadonlyMap<string, readonly ListenerRule[]> {
  const ranked = rankedRules(askedRules(services), lane);
  return new Map(
    services.map((routed) => {
      const own = ranked.filter(({ service }) => service === routed.service.name);
      return [routed.service.name, withHeir(routed, own, lane)];
    }),
  );
}

/** Of several rules of a service that rolls, at most one: its paths by themselves. */
function withHeir(routed: Routed, own: readonly ListenerRule[], lane: number): readonly ListenerRule[] {
  if (own.length === 1 || movesWeights(routed.deployment)) return own;
  const moved = { ...routed, deployment: { ...routed.deployment, release: { strategy: "blueGreen" } } };
  const asked = askedRules([moved]);
  if (asked.length !== 1) return own;
  const { priority } = rankedRules(asked, lane)[0]!;
  return own.map((rule) => (rule.priority === priority ? { ...rule, heir: true } : rule));
}

/** What services ask for, in rules that AWS takes; one for each path, so that each has a priority of its own. */
export function askedRules(services: readonly Routed[]): readonly AskedRule[] {
  return services.flatMap(({ service: { name }, deployment }) => {
    const { paths, rules = [] } = deployment;
    const plain = paths ?? (rules.length === 0 ? [EVERY_REQUEST] : []);
    const apart = [...new Set(plain)].map((path) => [path]);
    const lists = movesWeights(deployment) && plain.length > 0 ? [plain] : apart;
    const asked: readonly (RoutingRule & { readonly field: string })[] = [
      ...lists.map((each) => ({ field: "paths", paths: each })),
      ...rules.map((rule, i) => ({ field: `rules[${i}]`, ...rule })),
    ];
    return asked.flatMap(({ field, priority, ...rule }) =>
      split(conditionsOf(rule)).map((conditions) => ({
        service: name,
        field,
        conditions,
        ...(priority === undefined ? {} : { priority }),
      })),
    );
  });
}

/** Whether ECS moves a service's requests from one group to another: in one rule alone, so all paths are in it. */
export function movesWeights({ release }: Routed["deployment"]): boolean {
  return release !== undefined && release.strategy !== "rolling";
}

/** With a priority for each that has none. */
export function rankedRules(
  asked: readonly AskedRule[],
  lane: number,
): readonly (AskedRule & { readonly priority: number })[] {
  const taken = asked.flatMap(({ priority }) => priority ?? []);
  const automatic = asked.filter(({ priority }) => priority === undefined);
  const priorities = rulePriorities(
    automatic.map(({ conditions }) => conditions),
    { taken, lane },
  );
  const given = new Map(automatic.map((rule, i) => [rule, priorities[i]!]));
  return asked.map((rule) => ({ ...rule, priority: rule.priority ?? given.get(rule)! }));
}
