import { z } from "zod";
import { looksSecret } from "./bad-input.ts";

/** What a container reads from its environment. */
export interface EnvironmentSettings {
  /** Plain values: whoever may read the task definition reads them. */
  readonly environment: Readonly<Record<string, string>>;
  /** Values that ECS reads when a task starts, and that no declaration, state or task definition holds. */
  readonly secrets: Readonly<Record<string, SecretSource>>;
}

/** A secret of Secrets Manager, whole or one key of its JSON, or a parameter of Systems Manager. */
export interface SecretSource {
  readonly service: "secretsmanager" | "ssm";
  /** What the execution role may read. */
  readonly arn: string;
  /** What ECS takes: the ARN, and which part of the secret. */
  readonly valueFrom: string;
}

/** Names that a shell takes. */
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]{0,254}$/;

/** Its last six characters are Secrets Manager's own; a partial ARN would grant more than the one secret. */
const SECRET =
  /^(arn:aws[\w-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]{1,505}-[A-Za-z0-9]{6})(?::([^:\s]{1,256}))?$/;
const PARAMETER = /^arn:aws[\w-]*:ssm:[a-z0-9-]+:\d{12}:parameter\/[\w./-]{1,1011}$/;

const variables = z.record(z.string(), z.unknown(), "must be a map of variables. Write { LOG_LEVEL: info }");

const environment = variables.transform((declared, context): Readonly<Record<string, string>> => {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(declared)) {
    const text = ["string", "number", "boolean"].includes(typeof value) ? String(value) : undefined;
    const wrong = (message: string) =>
      context.addIssue({ code: "custom", path: [name], input: text ?? value, message });
    if (!VARIABLE.test(name)) wrong("a variable's name is letters, digits and _. Rename it");
    else if (text === undefined) wrong("must be a text, a number or true or false. Write one value");
    else if (looksSecret(name, text))
      wrong(
        "looks like a secret, and whoever may read the task definition reads it (ECS.8). Store it in Secrets Manager or SSM and name its ARN under secrets",
      );
    else texts[name] = text;
  }
  return texts;
});

const secrets = variables.transform((declared, context): Readonly<Record<string, SecretSource>> => {
  const sources: Record<string, SecretSource> = {};
  for (const [name, value] of Object.entries(declared)) {
    const wrong = (message: string) =>
      context.addIssue({ code: "custom", path: [name], input: value, message });
    const source = secretSource(value);
    if (!VARIABLE.test(name)) wrong("a variable's name is letters, digits and _. Rename it");
    else if (source === undefined)
      wrong(
        "must be the whole ARN of a secret, with its six last characters and perhaps :jsonKey, or of a parameter. Write arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-AbCdEf:KEY",
      );
    else sources[name] = source;
  }
  return sources;
});

function secretSource(value: unknown): SecretSource | undefined {
  if (typeof value !== "string") return undefined;
  if (PARAMETER.test(value)) return { service: "ssm", arn: value, valueFrom: value };
  const [, arn, key] = SECRET.exec(value) ?? [];
  if (arn === undefined) return undefined;
  return { service: "secretsmanager", arn, valueFrom: key === undefined ? arn : `${arn}:${key}::` };
}

/** Members of a container's settings that say what it reads. */
export const environmentShape = {
  environment: environment.exactOptional(),
  secrets: secrets.exactOptional(),
};

export const NO_ENVIRONMENT: EnvironmentSettings = { environment: {}, secrets: {} };
