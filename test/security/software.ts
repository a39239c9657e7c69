import type { Promised } from "../support/promises.ts";

const AUTOMATION = "comes with automation";

/** Of our own software. */
export const SOFTWARE: readonly Promised[] = [
  {
    id: "SP-1",
    says: "secrets never in clear text",
    state: "partly",
    note: "settings take references only, and refuse what looks like a secret before it is printed; the search of state, logs and answers for a known token comes with automation",
    by: [
      ["test/adapters/plain-secrets.test.ts", "STO-21: holds for a stack's settings"],
      ["test/adapters/bad-input.test.ts", "never holds the value of a field named like a secret"],
      ["test/components/offline-preview.test.ts", "masks secrets wherever they flow"],
    ],
  },
  {
    id: "SP-2",
    says: "constant-time token check, token of 32 characters from a file or the environment",
    state: "later",
    note: AUTOMATION,
    by: [],
  },
  {
    id: "SP-3",
    says: "loopback by default, TLS or a proxy elsewhere",
    state: "later",
    note: AUTOMATION,
    by: [],
  },
  {
    id: "SP-4",
    says: "no shell",
    state: "held",
    note: "arguments are arrays, of our own node alone",
    by: [["test/security/software.test.ts", "SP-4"]],
  },
  {
    id: "SP-5",
    says: "paths stay in the workspace",
    state: "partly",
    note: "names of stacks and folders to build do; a workspace comes with automation",
    by: [["test/components/offline-preview.test.ts", "with a name that leaves the folder"]],
  },
  {
    id: "SP-6",
    says: "untrusted JSON, YAML and CSV are bounded",
    state: "held",
    note: "size, aliases, depth, prototype keys; any text is read or refused, by property tests",
    by: [
      ["test/adapters/declaration.test.ts", "CAP-17 with 101 aliases"],
      [
        "test/adapters/declaration.test.ts",
        "CAP-18 is refused when it is missing, a directory, a pipe or too large",
      ],
      ["test/adapters/declaration.test.ts", "throws nothing but BadInput, whatever the text"],
      ["test/adapters/aws-plan.test.ts", "PLN-3 __proto__"],
      ["test/adapters/trace-csv.test.ts", "TRC-18 block by block"],
    ],
  },
  { id: "SP-7", says: "reports escape", state: "later", note: "comes with the report as a page", by: [] },
  {
    id: "SP-8",
    says: "logs hold no control characters",
    state: "held",
    note: "errors about inputs show them as codes; names that reach AWS have none",
    by: [["test/adapters/bad-input.test.ts", "SP-8"]],
  },
  {
    id: "SP-9",
    says: "dependencies are few, locked and installed as locked",
    state: "partly",
    note: "`.ci/run` installs by `npm ci` from a lock file with the hash of each package; it runs no audit, and install scripts",
    by: [["test/security/software.test.ts", "SP-9"]],
  },
  {
    id: "SP-10",
    says: "releases with provenance",
    state: "later",
    note: "comes with the first release",
    by: [],
  },
  { id: "SP-11", says: "an audit line for each change", state: "later", note: AUTOMATION, by: [] },
];
