import { PolicyPack } from "@pulumi/policy";
import { policies } from "./policies.ts";
import { RULES } from "./rules.ts";

/** Refuses, at preview, what the plan and the security controls forbid; see docs/guard.md. */
new PolicyPack("setpoint", { policies: policies(RULES, () => new Date().toISOString().slice(0, 10)) });
