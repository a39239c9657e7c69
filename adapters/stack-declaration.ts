import type { Fault } from "./bad-input.ts";
import { type DeclaredService, judgedServices } from "./declaration.ts";
import { readLoadTest } from "./load-test-csv.ts";
import { judgedSettings, type StackSettings } from "./stack-settings.ts";
import { fixedNames } from "./storage-settings.ts";
import { readTrace } from "./trace-csv.ts";

/** What a stack's configuration says: of the stack, and of each service. */
export interface StackDeclaration {
  readonly settings: StackSettings;
  readonly declared: readonly DeclaredService[];
}

/** The same as far as it is sound (adapters/sound.ts), and all that is wrong with it. */
export interface JudgedStack extends StackDeclaration {
  readonly faults: readonly Fault[];
}

/** Reads both parts of a stack's configuration: texts as Pulumi has them, or what they hold. */
export function judgedStack(configured: Configured, stack: string): JudgedStack {
  const { settings, faults } = judgedSettings(held(configured("deployment")));
  const judged = judgedServices(
    { services: held(configured("services")) },
    `Pulumi.${stack}.yaml`,
    readTrace,
    readLoadTest,
    stack,
    () => settings.cluster.instances,
  );
  return {
    settings,
    declared: judged.services,
    faults: [...faults, ...fixedNames(settings, stack), ...judged.faults],
  };
}

type Configured = (key: "deployment" | "services") => unknown;

/** What a text of Pulumi's configuration holds: JSON, or else itself. */
function held(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** Reads the same of a program that holds it itself; files are named relative to the working directory. */
export function judgedPlatform({ deployment, services }: Declared): JudgedStack {
  const profile =
    (deployment as { readonly profile?: unknown } | undefined)?.profile === "dev" ? "dev" : null;
  const { settings, faults } = judgedSettings(deployment, "deployment");
  const judged = judgedServices(
    { services },
    "",
    readTrace,
    readLoadTest,
    profile,
    () => settings.cluster.instances,
  );
  return { settings, declared: judged.services, faults: [...faults, ...judged.faults] };
}

export interface Declared {
  readonly deployment: unknown;
  readonly services: unknown;
}
