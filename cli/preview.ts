import { Command } from "commander";
import { stackOption, stackRoot } from "./input.ts";
import type { ExitCode } from "./main.ts";
import { progress, progressDone } from "./terminal.ts";

export function previewCommand(answer: (code: ExitCode) => void): Command {
  return new Command("preview")
    .description("Show what `pulumi up` would create, offline: no cloud account and no Pulumi CLI.")
    .addOption(stackOption())
    .option("--json", "print every resource with its type, name, parent and inputs")
    .addHelpText(
      "after",
      `
An output that only a deployment will know reads \${NAME.output} in the inputs.

Examples:
  $ setpoint preview                        the tree of the stack dev
  $ setpoint preview --stack prod --json | jq '.[] | select(.type == "aws:ecs/service:Service")'`,
    )
    .action(async ({ stack, json }: { readonly stack: string; readonly json?: true }) => {
      const root = stackRoot(stack);
      progress(`running the program of the stack ${stack} offline`);
      const { preview, resourceTree } = await import("../adapters/offline-preview.ts");
      const registrations = await preview(stack, root);
      progressDone();
      process.stdout.write(
        json
          ? `${JSON.stringify(registrations, null, 2)}\n`
          : `${resourceTree(registrations)}\n\n${registrations.length} resources\n`,
      );
      answer(0);
    });
}
