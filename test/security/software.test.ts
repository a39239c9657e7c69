import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";

/** What users run. */
const FOLDERS = ["adapters", "cli", "components", "guard", "policy", "testing"];

const sources = FOLDERS.flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(ts|js|cjs)$/.test(name))
    .map((name) => join(folder, name)),
).concat("index.ts");

/** Ways to a shell, or to code from data. */
const SHELLS: readonly [what: string, found: RegExp, example: string][] = [
  [
    "child processes by anything but execFile and spawn",
    /import \{(?!\s*(execFile|spawn)\s*\})[^}]*\} from "(node:)?child_process"/,
    'import { exec } from "node:child_process"',
  ],
  [
    "child processes as a whole",
    /(import \* as \w+ from|require\(|import\()\s*"(node:)?child_process"/,
    'import * as child from "node:child_process"',
  ],
  ["a shell", /\bshell:/, "spawn(command, { shell: true })"],
  ["eval", /\beval\(|new Function\(|from "(node:)?vm"/, "eval(text)"],
];

describe("our own software", () => {
  for (const [what, found, example] of SHELLS)
    it(`SP-4: has no way to ${what}`, () => {
      expect(example).to.match(found);
      expect(sources.filter((path) => found.test(readFileSync(path, "utf8")))).to.deep.equal([]);
    });

  it("SP-4: starts nothing but node itself", () => {
    const starters = sources.filter((path) => /from "node:child_process"/.test(readFileSync(path, "utf8")));
    expect(starters).to.have.members(["cli/preview.ts", "cli/tour.ts"]);
    for (const path of starters)
      expect(readFileSync(path, "utf8")).to.match(/execFile\)?\(\s*process\.execPath,/);
  });

  it("SP-9: names few packages, and locks each of those that come with them by its hash", () => {
    const { dependencies } = JSON.parse(readFileSync("package.json", "utf8")) as { dependencies: object };
    expect(Object.keys(dependencies).length).to.be.at.most(15);
    const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8")) as {
      packages: Record<string, { integrity?: string; link?: boolean }>;
    };
    const loose = Object.entries(packages)
      .filter(([path, { integrity = "" }]) => path !== "" && !integrity.startsWith("sha512-"))
      .map(([path]) => path);
    expect(loose).to.deep.equal([]);
    expect(readFileSync(".ci/run", "utf8")).to.match(/^npm ci /m);
  });
});
