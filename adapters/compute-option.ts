import type { ComputeOption } from "../policy/compute-options.ts";
import { defaultCredits } from "../policy/credits.ts";
import { isBurstable } from "../policy/instance-types.ts";
import type { Compute } from "../policy/service.ts";
import { badInput, type Fault, nearest, shown } from "./bad-input.ts";
import { computeSchema } from "./declaration-schema.ts";
import { hourlyPrice } from "./prices.ts";
import { safeParse } from "./safe-parse.ts";
import { schemaFaults } from "./schema-faults.ts";

/** Options as a person writes them, `fargate:512/1024`, `ecs:m7i.large` or `ec2:t2.small`; all faults are reported together. */
export function computeOptions(texts: readonly string[]): readonly ComputeOption[] {
  const faults: Fault[] = [];
  const options = texts.flatMap((text) => computeOption(text, faults) ?? []);
  if (faults.length > 0) throw badInput(faults);
  return options;
}

const KINDS = ["fargate", "ecs", "ec2"] as const;

const FORM =
  "it takes `fargate:512/1024` (cpu/memory), `ecs:m7i.large`, `ec2:t2.small` or `ec2:t2.small/unlimited`";

function computeOption(text: string, faults: Fault[]): ComputeOption | undefined {
  const where = `--with ${text.slice(0, 60)}`;
  const refuse = (message: string) => void faults.push({ where, message });
  const [kindText = "", size, ...rest] = text.split(":");
  const kind = KINDS.find((known) => known === kindText.toLowerCase());
  if (kind === undefined) {
    const near = nearest(kindText, KINDS);
    return refuse(
      `it is ${shown("option", text)}; ${FORM}${near === undefined ? "." : `. Did you mean \`${near}\`?`}`,
    );
  }
  const parts = size?.split("/") ?? [];
  if (rest.length > 0 || parts.length < 1 || parts.length > 2 || parts.includes(""))
    return refuse(`it is ${shown("option", text)}; ${FORM}.`);
  const [first, second] = parts as [string, string | undefined];
  if ((kind === "fargate") !== (second !== undefined) && kind !== "ec2")
    return refuse(`it is ${shown("option", text)}; ${FORM}.`);
  const compute = parsed(
    kind === "fargate"
      ? { type: "fargate", cpu: first, memory: second }
      : { type: "ec2", instanceType: first, ...(second === undefined ? {} : { credits: second }) },
    where,
    faults,
  );
  if (compute === undefined) return undefined;
  const price = hourlyPrice(compute);
  if (compute.type === "fargate") return { kind: "fargate", compute, price };
  if (kind === "ecs" && isBurstable(compute.instanceType.split(".")[0]!))
    return refuse(
      `${compute.instanceType} lives on CPU credits, which the tasks on it would share in a way that is not modeled; take one of another family, such as ecs:m7i.large, or ec2:${compute.instanceType}.`,
    );
  return { kind: kind === "ecs" ? "ecs" : "ec2", compute, price };
}

function parsed(input: object, where: string, faults: Fault[]): Compute | undefined {
  const { success, data, error } = safeParse(computeSchema, input);
  if (!success) {
    faults.push(...schemaFaults(computeSchema, error.issues, [], () => where));
    return undefined;
  }
  if (data.type === "fargate") return data;
  const instanceType = data.instanceType.toLowerCase();
  const credits = data.credits ?? defaultCredits(instanceType); // as a declaration has it
  return { ...data, instanceType, ...(credits === undefined ? {} : { credits }) };
}
