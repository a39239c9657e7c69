import { isBadInput } from "../adapters/bad-input.ts";
import type { Registration } from "../adapters/offline-preview.ts";
import type { OfflineStack } from "../guard/offline-stack.ts";
import type { Rule } from "../guard/rule.ts";

/** A stack as it would be deployed: the subject of a stack test. */
export interface DeployedStack extends OfflineStack {
  readonly stack: string;
  /** What rules of the guard find in it, held to the profile of its own tag; `rule: resource: message`. */
  readonly violations: (rules: readonly Rule[]) => readonly string[];
}

/** A program's place and settings; what is left out is that of a stack `test` without settings. */
export interface ProgramSettings {
  readonly project?: string;
  readonly stack?: string;
  /** By `namespace:key`; what is no text becomes JSON, as in a stack's file. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** What `pulumi up` of a stack of the project in `root` would ask for, without a cloud, an account or the Pulumi CLI. */
export async function deployed(stack: string, root = "."): Promise<DeployedStack> {
  const { preview } = await import("../adapters/offline-preview.ts");
  return judging(stack, () => preview(stack, root));
}

/** The same of a program of the test's own, such as `() => new Bucket("images", {})`. */
export async function deployedBy(
  program: () => unknown,
  { project = "test", stack = "test", config = {} }: ProgramSettings = {},
): Promise<DeployedStack> {
  const { registrations } = await import("../adapters/offline-preview.ts");
  const texts = Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
  const silent = async () => {
    await program(); // what it returns is no output
  };
  const settings = { project, stack, config: texts, secrets: [] };
  return judging(stack, () =>
    registrations(silent, settings).catch((error: unknown) => {
      if (isBadInput(error)) throw error;
      return registrations(silent, { ...settings, traced: true }); // fails again, and says where
    }),
  );
}

/** The rules of the guard, for `expect(stack).to.obey(…)`: those that only remark on costs left out. */
export async function guardRules(): Promise<readonly Rule[]> {
  return (await import("../guard/rules.ts")).RULES.filter(({ advisory }) => !advisory);
}

/** Imports only here: Pulumi takes a second to load, which capacity tests need not wait for. */
async function judging(
  stack: string,
  previewing: () => Promise<readonly Registration[]>,
): Promise<DeployedStack> {
  const [{ findings, offlineStack }, { profileOf }] = await Promise.all([
    import("../guard/offline-stack.ts"),
    import("../guard/policies.ts"),
  ]);
  const { registered, resources } = await offlineStack(previewing);
  const profile = profileOf(resources);
  const violations = (rules: readonly Rule[]) => rules.flatMap((rule) => findings(rule, resources, profile));
  return { stack, registered, resources, violations };
}
