import { existsSync, readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Command, InvalidArgumentError, Option } from "commander";
import { badInput, didYouMean } from "../adapters/bad-input.ts";
import type { DeclaredService } from "../adapters/declaration.ts";

/** Where the services come from. */
export interface InputOptions {
  readonly stack: string;
  readonly file?: string;
  readonly service?: string;
}

/** The input, and how many threads work on it. */
export interface WorkOptions extends InputOptions {
  readonly jobs: number;
}

/** The options by which `plan` and `backtest` choose their services, and share out the work. */
export function withInput(command: Command): Command {
  return command
    .addOption(stackOption().conflicts("file"))
    .addOption(new Option("-f, --file <file>", "a declaration with a top-level `services:`"))
    .addOption(new Option("--service <name>", "only the service of that name"))
    .addOption(jobsOption());
}

export function jobsOption(): Option {
  return new Option("-j, --jobs <count>", "services worked on at a time")
    .argParser(jobs)
    .default(availableParallelism(), "one a core");
}

function jobs(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 1024) return count;
  throw new InvalidArgumentError("It takes a whole number from 1 to 1024.");
}

export function stackOption(): Option {
  return new Option("--stack <name>", "the services of Pulumi.<name>.yaml").default("dev");
}

/** The declared services that the options choose. */
export async function chosenServices({
  stack,
  file,
  service,
}: InputOptions): Promise<readonly DeclaredService[]> {
  const { readDeclaration, readStack } = await import("../adapters/declaration.ts");
  const declared = file === undefined ? readStack(stack, stackRoot(stack)) : readDeclaration(file);
  if (service === undefined) return declared;
  const chosen = declared.filter((each) => each.service.name === service);
  if (chosen.length > 0) return chosen;
  const names = declared.map((each) => each.service.name);
  throw badInput([
    {
      where: "--service",
      message: `there is no service \`${service.slice(0, 60)}\`; ${didYouMean(service, names)}`,
    },
  ]);
}

/** The one service that a command is about; several are refused with their names. */
export function onlyService(declared: readonly DeclaredService[], why: string): DeclaredService {
  const [first, ...others] = declared;
  if (first !== undefined && others.length === 0) return first;
  const names = declared.map(({ service }) => service.name).join(", ");
  throw badInput([{ where: "--service", message: `${why}, and there are ${names}. Name one.` }]);
}

/** The folder whose settings file declares the stack. */
export function stackRoot(stack: string): string {
  const root = projectRoot(process.cwd());
  const stacks = readdirSync(root).flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []);
  if (stacks.includes(stack)) return root;
  throw badInput([
    {
      where: "--stack",
      message: `there is no stack \`${stack.slice(0, 60)}\` in ${root}; ${didYouMean(stack, stacks)}`,
    },
  ]);
}

/** The Pulumi project around a folder; elsewhere, the one that comes with this package. */
function projectRoot(from: string): string {
  if (existsSync(join(from, "Pulumi.yaml"))) return from;
  const parent = dirname(from);
  return parent === from ? dirname(dirname(fileURLToPath(import.meta.url))) : projectRoot(parent);
}
