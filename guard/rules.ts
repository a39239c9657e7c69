import { BALANCER_RULES } from "./balancer-rules.ts";
import { COMPUTE_RULES } from "./compute-rules.ts";
import { IDENTITY_RULES } from "./identity-rules.ts";
import { NETWORK_RULES } from "./network-rules.ts";
import { PLAN_RULES } from "./plan-rules.ts";
import type { Rule } from "./rule.ts";
import { SCALING_RULES } from "./scaling-rules.ts";
import { STACK_RULES } from "./stack-rules.ts";
import { STORAGE_RULES } from "./storage-rules.ts";
import { WATCH_RULES } from "./watch-rules.ts";

/** Everything that the guard refuses or remarks on. */
export const RULES: readonly Rule[] = [
  ...PLAN_RULES,
  ...SCALING_RULES,
  ...NETWORK_RULES,
  ...BALANCER_RULES,
  ...COMPUTE_RULES,
  ...STORAGE_RULES,
  ...IDENTITY_RULES,
  ...WATCH_RULES,
  ...STACK_RULES,
];
