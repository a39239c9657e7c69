import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** What is no code, and belongs to what is: the documents, the policy pack's manifest, and the stacks of `setpoint tour`. */
const FILES = [
  ...["README.md", "CHANGELOG.md", "LICENSE", "docs/settings.md", "docs/declaration.md", "docs/guard.md"],
  ...["guard/PulumiPolicy.yaml", "guard/package.json", "Pulumi.dev.yaml", "Pulumi.prod.yaml", "traces"],
];

/**
 * Writes the package that npm publishes into `folder`, laid out as the sources are: Node runs no TypeScript below
 * node_modules, so it is compiled, with its types beside it. The repository itself stays private.
 */
export function build(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  execFileSync(process.execPath, [tsc, "-p", join(ROOT, "packaging"), "--outDir", folder], {
    stdio: "inherit",
  });
  for (const file of FILES) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(ROOT, file), join(folder, file), { recursive: true });
  }
  const project = readFileSync(join(ROOT, "Pulumi.yaml"), "utf8");
  writeFileSync(join(folder, "Pulumi.yaml"), project.replace("main: index.ts", "main: index.js"));
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(published(), null, 2)}\n`);
}

/** The repository's package.json, without what only its own development needs. */
function published(): Readonly<Record<string, unknown>> {
  const own = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const { private: _, main: __, scripts: ___, devDependencies: ____, exports, ...rest } = own;
  const compiled = Object.entries(exports as Record<string, string>).map(([name, file]) => {
    const stem = file.replace(/\.ts$/, "");
    return [name, stem === file ? file : { types: `${stem}.d.ts`, default: `${stem}.js` }];
  });
  return { ...rest, exports: Object.fromEntries(compiled) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) build(resolve(process.argv[2] ?? "dist"));
