import { badInput, type Fault, isBadInput } from "./bad-input.ts";
import type { InstanceSettings } from "./cluster-settings.ts";
import { type DeclaredService, declaredServices } from "./declaration.ts";
import { readLoadTest } from "./load-test-csv.ts";
import { type StackSettings, stackSettings } from "./stack-settings.ts";
import { fixedNames } from "./storage-settings.ts";
import { readTrace } from "./trace-csv.ts";

/** What a stack's configuration says: of the stack, and of each service. */
export interface StackDeclaration {
  readonly settings: StackSettings;
  readonly declared: readonly DeclaredService[];
}

/** Reads both parts of a stack's configuration; the faults of both come in one error. */
export function stackDeclaration(
  configured: (key: "deployment" | "services") => unknown,
  stack: string,
): StackDeclaration {
  return bothParts(
    () => stackSettings(configured("deployment")),
    (instances) =>
      declaredServices(
        { services: configured("services") },
        `Pulumi.${stack}.yaml`,
        readTrace,
        readLoadTest,
        stack,
        instances,
      ),
    stack,
  );
}

/** Reads the same of a program that holds it itself; files are named relative to the working directory. */
export function platformDeclaration({ deployment, services }: Declared): StackDeclaration {
  const profile =
    (deployment as { readonly profile?: unknown } | undefined)?.profile === "dev" ? "dev" : null;
  return bothParts(
    () => stackSettings(deployment, "deployment"),
    (instances) => declaredServices({ services }, "", readTrace, readLoadTest, profile, instances),
  );
}

interface Declared {
  readonly deployment: unknown;
  readonly services: unknown;
}

function bothParts(
  ofStack: () => StackSettings,
  ofServices: (instances: InstanceSettings | undefined) => readonly DeclaredService[],
  stack?: string,
): StackDeclaration {
  const faults: Fault[] = [];
  const part = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!isBadInput(error)) throw error;
      faults.push(...error.faults);
      return undefined;
    }
  };
  const settings = part(ofStack);
  if (stack !== undefined) faults.push(...fixedNames(settings?.storage, stack));
  const declared = part(() => ofServices(settings?.cluster.instances));
  if (settings === undefined || declared === undefined || faults.length > 0) throw badInput(faults);
  return { settings, declared };
}
