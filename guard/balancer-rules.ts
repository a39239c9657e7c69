import {
  at,
  isGiven,
  isOn,
  list,
  ofType,
  type Resource,
  referred,
  type Stack,
  text,
  UNKNOWN,
} from "./resource.ts";
import { fault, type Rule, type Violation } from "./rule.ts";

const BALANCER = "aws:lb/loadBalancer:LoadBalancer";
const LISTENER = "aws:lb/listener:Listener";
const LISTENER_RULE = "aws:lb/listenerRule:ListenerRule";

/** Security policies with TLS 1.2 at least, and 1.3 (ELB.17). */
const MODERN_TLS = /^ELBSecurityPolicy-TLS13-1-[23]-(?!Ext[12]-)/;

/** A rule's priority (ELBv2 CreateRule). */
const PRIORITIES = { least: 1, most: 50_000 };

export const BALANCER_RULES: readonly Rule[] = [
  {
    name: "alb-http-to-https-redirection",
    description: "Plain HTTP is redirected to HTTPS and never forwarded.",
    controls: ["ELB.1", "ELB.18"],
    only: "prod",
    violations: plainTraffic,
  },
  {
    name: "elb-tls-policy",
    description: "TLS listeners pin a security policy of TLS 1.2 and 1.3.",
    controls: ["ELB.17"],
    types: [LISTENER],
    faults: (inputs) =>
      ["HTTPS", "TLS"].includes(text(inputs.protocol))
        ? fault(
            inputs,
            "sslPolicy",
            (policy) => policy === UNKNOWN || MODERN_TLS.test(text(policy)),
            "TLS is 1.2 at least. Write ELBSecurityPolicy-TLS13-1-2-2021-06 or newer.",
          )
        : [],
  },
  {
    name: "elb-logging-enabled",
    description: "Load balancers keep access logs.",
    controls: ["ELB.5"],
    only: "prod",
    types: [BALANCER],
    faults: (inputs) =>
      fault(inputs, "accessLogs.enabled", isOn, "access logs are kept. Give it a bucket, and true."),
  },
  {
    name: "elb-deletion-protection-enabled",
    description: "Load balancers are protected from deletion.",
    controls: ["ELB.6"],
    only: "prod",
    types: [BALANCER],
    faults: (inputs) =>
      fault(
        inputs,
        "enableDeletionProtection",
        isOn,
        "a balancer cannot be deleted by accident. Set it to true.",
      ),
  },
  {
    name: "elb-drops-invalid-headers",
    description: "Application load balancers drop headers that are not valid.",
    controls: ["ELB.4"],
    types: [BALANCER],
    faults: (inputs) =>
      isApplication(inputs)
        ? fault(inputs, "dropInvalidHeaderFields", isOn, "invalid headers are dropped. Set it to true.")
        : [],
  },
  {
    name: "elb-several-zones",
    description: "A load balancer stands in two zones at least.",
    controls: ["ELB.13"],
    types: [BALANCER],
    faults: ({ subnets, subnetMappings }) => {
      if (subnets === UNKNOWN || subnetMappings === UNKNOWN) return [];
      const count = Math.max(list(subnets).length, list(subnetMappings).length);
      return count >= 2 ? [] : [`subnets is ${count}; 2 zones at least. Add a subnet in another zone.`];
    },
  },
  {
    name: "target-group-health-check",
    description: "Target groups ask their targets whether they are healthy.",
    types: ["aws:lb/targetGroup:TargetGroup"],
    faults: (inputs) =>
      inputs.targetType === "lambda"
        ? []
        : [
            ...fault(inputs, "healthCheck", isGiven, "a health check is defined. Write one."),
            ...fault(
              inputs,
              "healthCheck.enabled",
              (on) => on === undefined || isOn(on),
              "it stays on. Remove it.",
            ),
          ],
  },
  {
    name: "listener-rule-priority",
    description: "A listener rule has a priority from 1 to 50000.",
    types: [LISTENER_RULE],
    faults: (inputs) =>
      fault(
        inputs,
        "priority",
        (priority) =>
          priority === UNKNOWN ||
          priority === undefined ||
          (Number.isInteger(priority) &&
            Number(priority) >= PRIORITIES.least &&
            Number(priority) <= PRIORITIES.most),
        `${PRIORITIES.least} to ${PRIORITIES.most}. Choose another.`,
      ),
  },
  {
    name: "listener-rule-priorities-unique",
    description: "No two rules of a listener have one priority.",
    violations: sharedPriorities,
  },
];

function isApplication(inputs: unknown): boolean {
  return [undefined, "application"].includes(at(inputs, "loadBalancerType") as string | undefined);
}

/** Listeners of plain HTTP that do anything but redirect, and rules of theirs that do. */
function plainTraffic(stack: Stack): readonly Violation[] {
  const plain = ofType(stack, LISTENER).filter(
    ({ inputs }) => inputs.protocol === "HTTP" || inputs.protocol === undefined,
  );
  const rules = ofType(stack, LISTENER_RULE).filter((rule) =>
    referred(stack, rule, "listenerArn").some((listener) => plain.includes(listener)),
  );
  const found = (of: Resource, actions: unknown) =>
    list(actions)
      .filter((action) => !redirects(action))
      .map((action) => ({
        of,
        message: `action is ${text(at(action, "type"))} over plain HTTP; HTTP is only redirected to HTTPS. Give the entry a certificate.`,
      }));
  return [
    ...plain.flatMap((each) => found(each, each.inputs.defaultActions)),
    ...rules.flatMap((each) => found(each, each.inputs.actions)),
  ];
}

function redirects(action: unknown): boolean {
  return at(action, "type") === "redirect" && at(action, "redirect.protocol") === "HTTPS";
}

function sharedPriorities(stack: Stack): readonly Violation[] {
  const first = new Map<string, Resource>();
  return ofType(stack, LISTENER_RULE).flatMap((rule) => {
    const { priority, listenerArn } = rule.inputs;
    if (typeof priority !== "number") return [];
    const listener =
      referred(stack, rule, "listenerArn")
        .map(({ urn }) => urn)
        .join() || text(listenerArn);
    const key = `${listener} ${priority}`;
    const other = first.get(key);
    if (other === undefined) first.set(key, rule);
    const message = `priority is ${priority}; ${other?.name} has it already. Choose another.`;
    return other === undefined ? [] : [{ of: rule, message }];
  });
}
