import { badInput, type Fault, isBadInput } from "./bad-input.ts";
import { type DeclaredService, declaredServices } from "./declaration.ts";
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
  const settings = part(() => stackSettings(configured("deployment")));
  faults.push(...fixedNames(settings?.storage, stack));
  const services = configured("services");
  const declared = part(() => declaredServices({ services }, `Pulumi.${stack}.yaml`, readTrace));
  if (settings === undefined || declared === undefined || faults.length > 0) throw badInput(faults);
  return { settings, declared };
}
