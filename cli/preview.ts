import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { Command, Option } from "commander";
import type { DeclaredService } from "../adapters/declaration.ts";
import type { Registration } from "../adapters/offline-preview.ts";
import type { Trace } from "../policy/trace.ts";
import { chosenServices, jobsOption, stackRoot } from "./input.ts";
import type { Kept } from "./jobs.ts";
import type { ExitCode } from "./main.ts";
import { progress, progressDone, progressOf } from "./terminal.ts";
import { inOrder } from "./worker-pool.ts";

interface PreviewOptions {
  readonly stack: readonly string[];
  readonly json?: true;
  readonly jobs: number;
}

export function previewCommand(answer: (code: ExitCode) => void): Command {
  return new Command("preview")
    .description("Show what `pulumi up` would create, offline: no cloud account and no Pulumi CLI.")
    .addOption(
      new Option("--stack <names...>", "the stacks to preview, one after the other").default(["dev"]),
    )
    .option(
      "--json",
      "print every resource with its type, name, parent and inputs; of several stacks, by name",
    )
    .addOption(jobsOption())
    .addHelpText(
      "after",
      `
An output that only a deployment will know reads \${NAME.output} in the inputs.

Examples:
  $ setpoint preview                        the tree of the stack dev
  $ setpoint preview --stack dev prod       both trees
  $ setpoint preview --stack prod --json | jq '.[] | select(.type == "aws:ecs/service:Service")'`,
    )
    .action(async ({ stack: stacks, json, jobs }: PreviewOptions) => {
      const roots = stacks.map((stack) => [stack, stackRoot(stack)] as const);
      if (jobs > 1) await planAhead(roots, jobs);
      const previews: Record<string, unknown> = {};
      for (const [stack, root] of roots) {
        progress(`running the program of the stack ${stack} offline`);
        const { preview, resourceTree } = await import("../adapters/offline-preview.ts");
        const first = Object.keys(previews).length === 0;
        const seen = await preview(stack, root);
        const registrations = seen.length === 0 && !first ? await aside(stack, root) : seen;
        progressDone();
        previews[stack] = registrations;
        if (!json) {
          const title = stacks.length > 1 ? `${stack}\n` : "";
          process.stdout.write(
            `${title}${resourceTree(registrations)}\n\n${registrations.length} resources\n`,
          );
        }
      }
      const all = stacks.length > 1 ? previews : previews[stacks[0]!];
      if (json) process.stdout.write(`${JSON.stringify(all, null, 2)}\n`);
      answer(0);
    });
}

/** A thread takes a second until it plans: so many plans made on histories of days, or so many of any kind, are worth it. */
const [LONG_PLANS, PLANS] = [2, 50];

/** Minutes beyond which a plan takes about a second. */
const LONG = 3 * 1440;

/**
 * Makes, on so many threads, the plans that the programs would make one after the other. A program of another kind declares no
 * services there, and what is wrong with a declaration its program tells.
 */
async function planAhead(roots: readonly (readonly [string, string])[], threads: number): Promise<void> {
  const { notKept } = await import("../adapters/plan-cache.ts");
  const inputs: Kept[] = [];
  for (const [stack, project] of roots) {
    const declared = await chosenServices({ stack }).catch((): readonly DeclaredService[] => []);
    const services = declared.map(({ service }) => service);
    inputs.push(...notKept(services, project).map((service) => ({ service, project })));
  }
  const long = inputs.filter(
    ({ service: { demand } }) => demand.kind === "history" && minutesOf(demand) > LONG,
  );
  if (long.length < LONG_PLANS && inputs.length < PLANS) return;
  const tasks = inputs.map((input) => ({ title: `planning ${input.service.name}`, input }));
  for await (const _ of inOrder("keep", tasks, threads, progressOf(tasks.length)));
}

function minutesOf({ trace }: { readonly trace: Trace }): number {
  return (trace.rates.length * trace.step) / 60;
}

/** In a process of its own: a program that only re-exports another's module runs once in a process. */
async function aside(stack: string, root: string): Promise<readonly Registration[]> {
  const command = [...process.execArgv, process.argv[1]!, "preview", "--stack", stack, "--json"];
  const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: root, maxBuffer: 2 ** 30 });
  return JSON.parse(stdout);
}
