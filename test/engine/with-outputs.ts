import type { Stated } from "../support/engine.ts";

/** The offline preview's inputs with each `${name.output}` replaced by what the deployment has for it. */
export function withOutputs(state: readonly Stated[]): (inputs: unknown) => unknown {
  const value = (path: string): unknown => {
    const [name, output] = path.split(".") as [string, string];
    if (name in LOOKED_UP) return LOOKED_UP[name as keyof typeof LOOKED_UP];
    const owner = state.find((each) => each.custom && each.name === name);
    return output === "id" ? owner?.id : owner?.outputs[output];
  };
  const filled = (inputs: unknown): unknown => {
    if (typeof inputs === "string")
      return inputs.replace(/\$\{([^}]+)\}/g, (_, path: string) => String(value(path)));
    if (Array.isArray(inputs)) return inputs.map(filled);
    if (inputs === null || typeof inputs !== "object") return inputs;
    return Object.fromEntries(Object.entries(inputs).map(([key, inner]) => [key, filled(inner)]));
  };
  return filled;
}

/** What the program asks of the cloud before it creates: the account, and the newest machine image. */
const LOOKED_UP = { aws: "123456789012", ssm: "ami-0123456789abcdef0" };
