import type { Fault } from "../adapters/bad-input.ts";
import type { EntrySettings } from "../adapters/entry-settings.ts";
import { isSound, soundRules } from "../adapters/sound.ts";
import { type AskedRule, askedRules, movesWeights, type Routed, rankedRules } from "./listener-rules.ts";
import { longestRequest } from "./request-timing.ts";
import { fits, ruleText, takesAllOf } from "./rule-conditions.ts";
import type { Tenant } from "./tenant.ts";

/** What services ask of the one load balancer that it cannot give together. */
export function entryConflicts(
  settings: { readonly entry: EntrySettings },
  tenants: readonly Tenant[],
): readonly Fault[] {
  const routed = tenants.filter(isSound((tenant) => askedRules([tenant])));
  const asked = askedRules(routed);
  const many = tooManyRules(asked);
  if (many.length > 0) return many;
  const wrong = [
    ...tooLong(asked),
    ...severalRules(routed),
    ...samePriorities(asked),
    ...sameRequests(asked),
  ];
  // Which rule comes first may follow from what is wrong.
  const ranked = wrong.length === 0 && routed.length === tenants.length;
  return soundRules([
    () => wrong,
    () => (ranked ? shadowed(asked, settings.entry) : []),
    ...tenants.map((tenant) => () => cutRequests(settings.entry, tenant)),
  ]);
}

function deployFault(service: string, message: string): Fault {
  return { where: `services.${service}.deploy`, message };
}

/** Elastic Load Balancing's quota, default rules aside. */
const MOST_RULES = 100;

function tooManyRules(asked: readonly AskedRule[]): readonly Fault[] {
  if (asked.length <= MOST_RULES) return [];
  const message = `paths and rules are ${asked.length} in all; a balancer takes ${MOST_RULES} rules (LB-3). Merge some, use a second stack, or share a balancer with a raised quota.`;
  return [{ where: "services", message }];
}

/** LB-4: five values and wildcards in a rule; what nothing splits, and what one priority cannot cover. */
function tooLong(asked: readonly AskedRule[]): readonly Fault[] {
  return asked.flatMap((rule, i) => {
    const { service, field, conditions, priority } = rule;
    if (!fits(conditions))
      return deployFault(
        service,
        `${field} needs more than 5 values or wildcards at once; AWS takes 5 in a rule (LB-4). Look at fewer headers or keys, or use fewer wildcards.`,
      );
    const first = asked.findIndex((other) => sameField(other, rule));
    const second = asked.findIndex((other, j) => j > first && sameField(other, rule));
    return priority !== undefined && i === second
      ? deployFault(
          service,
          `${field} has a priority and more than 5 values; they take several rules (LB-4), and a priority is one rule's. Write several rules, each with its own.`,
        )
      : [];
  });
}

function sameField(one: AskedRule, other: AskedRule): boolean {
  return one.service === other.service && one.field === other.field;
}

/** ECS moves the weights of one rule when it releases. */
export function severalRules(services: readonly Routed[]): readonly Fault[] {
  return services
    .filter(({ deployment }) => movesWeights(deployment))
    .flatMap((each) => {
      const { name } = each.service;
      const count = askedRules([each]).length;
      if (count === 1) return [];
      const message = `paths and rules make ${count} rules; release.strategy moves the traffic of one, which holds 5 values and wildcards. Name fewer paths, or release by rolling.`;
      return [deployFault(name, message)];
    });
}

function samePriorities(asked: readonly AskedRule[]): readonly Fault[] {
  const owners = new Map<number, AskedRule>();
  return asked.flatMap((rule) => {
    if (rule.priority === undefined) return [];
    const owner = owners.get(rule.priority);
    owners.set(rule.priority, owner ?? rule);
    if (owner === undefined || sameField(owner, rule)) return [];
    const message = `${rule.field}.priority is ${rule.priority}, as ${owner.field} of ${owner.service} has; a priority is one rule's (LB-2). Change one, or remove both.`;
    return [deployFault(rule.service, message)];
  });
}

/** A request belongs to one service. */
function sameRequests(asked: readonly AskedRule[]): readonly Fault[] {
  const owners = new Map<string, string>();
  return asked.flatMap(({ service, field, conditions }) => {
    const text = ruleText(conditions);
    const owner = owners.get(text);
    owners.set(text, owner ?? service);
    if (owner === undefined || owner === service) return [];
    const [only] = conditions;
    const holds = field === "paths" ? `hold ${only!.values.join(", ")}` : `is ${text}`;
    return [
      deployFault(
        service,
        `${field} ${holds}, as those of ${owner} do; a path leads to one service. Give each its own, such as [/${service}, /${service}/*].`,
      ),
    ];
  });
}

/** LB-7: a rule whose every request an earlier one takes. */
function shadowed(asked: readonly AskedRule[], { shared }: EntrySettings): readonly Fault[] {
  const ranked = rankedRules(asked, shared?.lane ?? 0).toSorted((a, b) => a.priority - b.priority);
  return ranked.flatMap((rule, i) => {
    const earlier = ranked.slice(0, i).find(({ conditions }) => takesAllOf(conditions, rule.conditions));
    if (earlier === undefined) return [];
    const message = `${rule.field} never gets a request: ${earlier.field} of ${earlier.service}, at priority ${earlier.priority}, takes all of them before its ${rule.priority} (LB-7). Give it a lower priority, or remove one of the two.`;
    return [deployFault(rule.service, message)];
  });
}

/** LB-16: a connection that falls silent sooner than the longest request answers 504. */
function cutRequests(
  { idleTimeout }: EntrySettings,
  { service: { name, capacity } }: Tenant,
): readonly Fault[] {
  if (idleTimeout === undefined) return [];
  const longest = longestRequest(capacity);
  if (idleTimeout >= longest) return [];
  const message = `idleTimeout is ${idleTimeout} s; the longest request of ${name} takes ${longest} s and would end with 504 (LB-16). Set ${longest} s or more, or remove it.`;
  return [{ where: "setpoint:deployment.entry", message }];
}
