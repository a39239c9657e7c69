import { EVERY_REQUEST, type RoutingSettings } from "../adapters/routing-settings.ts";
import { type Conditions, conditionsOf, split } from "./rule-conditions.ts";
import { rulePriorities } from "./rule-priorities.ts";

/** One rule of a listener. */
export interface ListenerRule {
  readonly conditions: Conditions;
  readonly priority: number;
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
  readonly deployment: RoutingSettings;
}

export interface ListenerRulesOptions {
  /** Of the stack among those on the listener. */
  readonly lane?: number;
  /** Services with all their paths in one rule: ECS moves the weights of one alone (blue/green). */
  readonly merged?: (service: string) => boolean;
}

/** Each service's rules on the listener that they share. */
export function listenerRules(
  services: readonly Routed[],
  options: ListenerRulesOptions = {},
): ReadonlyMap<string, readonly ListenerRule[]> {
  const ranked = rankedRules(askedRules(services, options), options.lane);
  return new Map(
    services.map(({ service: { name } }) => [name, ranked.filter(({ service }) => service === name)]),
  );
}

/** What services ask for, in rules that AWS takes; one for each path, so that each has a priority of its own. */
export function askedRules(
  services: readonly Routed[],
  { merged = () => false }: ListenerRulesOptions = {},
): readonly AskedRule[] {
  return services.flatMap(({ service: { name }, deployment: { paths, rules = [] } }) => {
    const plain = paths ?? (rules.length === 0 ? [EVERY_REQUEST] : []);
    const lists = merged(name) && plain.length > 0 ? [plain] : [...new Set(plain)].map((path) => [path]);
    return [
      ...lists.map((each) => ({ field: "paths", ...{ paths: each } })),
      ...rules.map((rule, i) => ({ field: `rules[${i}]`, ...rule })),
    ].flatMap(({ field, ...rule }) => {
      const priority = "priority" in rule && rule.priority !== undefined ? { priority: rule.priority } : {};
      return split(conditionsOf(rule)).map((conditions) => ({
        service: name,
        field,
        conditions,
        ...priority,
      }));
    });
  });
}

/** With a priority for each that has none. */
export function rankedRules(
  asked: readonly AskedRule[],
  lane = 0,
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
