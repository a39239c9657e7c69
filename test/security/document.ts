import type { Control, Elsewhere } from "../support/controls.ts";
import type { Promised } from "../support/promises.ts";
import { FAULTS, PROMISES } from "./reliability.ts";
import { SOFTWARE } from "./software.ts";
import { TABLES } from "./tables.ts";

/** As docs/security.md has it, section by section. */
export const SECTIONS: readonly (readonly [title: string, rows: readonly string[]])[] = [
  ...TABLES.map(
    ({ title, file, controls, elsewhere }) =>
      [
        `### ${title}\nShown by \`test/security/${file}\`.\n\n| id | control | checkov | prod | dev |`,
        [...controls.map(held), ...elsewhere.map(unheld)],
      ] as const,
  ),
  ["## Our own software", SOFTWARE.map(promised)],
  ["## Promises", PROMISES.map(promised)],
  ["## Faults", FAULTS.map(promised)],
];

function held({ ids, control, checkov, dev }: Control): string {
  return `| ${ids} | ${control} | ${checkov} | held | ${dev === undefined ? "held" : `no: ${dev}`} |`;
}

function unheld({ ids, control, checkov, state, why, test }: Elsewhere): string {
  const shown = test === undefined ? "" : ` (\`${test}\`)`;
  return `| ${ids} | ${control} | ${checkov} | **${state}**: ${why}${shown} | – |`;
}

function promised({ id, says, state, note, by }: Promised): string {
  const tests = [...new Set(by.map(([file]) => `\`${file}\``))].join(", ") || "–";
  return `| ${id} | ${says} | ${state}${note === "" ? "" : `: ${note}`} | ${tests} |`;
}
