import * as pulumi from "@pulumi/pulumi";
import { badInput, type Fault } from "../adapters/bad-input.ts";
import { fieldOf } from "../adapters/schema-faults.ts";
import { dotted } from "../adapters/source-document.ts";

/** What a consumer passes, without outputs: plans are made before anything is, so all of it must be known, and no secret. */
export async function knownInputs(inputs: unknown): Promise<Readonly<Record<string, unknown>>> {
  const faults: Fault[] = [];
  const known = (await plain(inputs, [], faults)) as Readonly<Record<string, unknown>>;
  if (faults.length > 0) throw badInput(faults);
  return known;
}

type Path = readonly PropertyKey[];

async function plain(value: unknown, path: Path, faults: Fault[]): Promise<unknown> {
  if (pulumi.Output.isInstance(value)) return resolved(value as Opened, path, faults);
  if (Array.isArray(value)) return Promise.all(value.map((each, i) => plain(each, [...path, i], faults)));
  if (value === null || typeof value !== "object") return value;
  const members = Object.entries(value).map(async ([key, inner]) => [
    key,
    await plain(inner, [...path, key], faults),
  ]);
  return Object.fromEntries(await Promise.all(members));
}

/** What Pulumi leaves out of an output's type. */
type Opened = pulumi.Output<unknown> & {
  readonly isKnown: Promise<boolean>;
  readonly promise: () => Promise<unknown>;
};

async function resolved(output: Opened, path: Path, faults: Fault[]): Promise<unknown> {
  const refuse = (message: string) => {
    faults.push({ where: dotted(path), message: `${fieldOf(path)} is ${message}` });
    return undefined;
  };
  if (await pulumi.isSecret(output))
    return refuse(
      "a secret; a declaration holds none. Write the ARN of it in Secrets Manager or Parameter Store.",
    );
  if (!(await output.isKnown))
    return refuse(
      "known only after a deployment; plans are made before. Write it out, or take it from a stack that is deployed (a StackReference).",
    );
  return plain(await output.promise(), path, faults);
}
