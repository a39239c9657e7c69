import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";

/** What `engine/build-languages` makes: hosts of languages, generators of SDKs, and Python's Pulumi. */
const BIN = resolve("engine", "bin");
const GENERATOR = join(BIN, "pulumi-sdk");
const PYTHON = resolve(".cache", "python", "bin");

export const UNBUILT =
  "other languages: need Pulumi's hosts and generators; engine/build-languages makes them, with Go and Python";

/** Whether they are there. In CI, where nothing is skipped, they are made. */
export function hasLanguages(): boolean {
  if (process.env.CI === "true") execFileSync(resolve("engine", "build-languages"), { stdio: "inherit" });
  return existsSync(GENERATOR) && existsSync(PYTHON);
}

/** The environment in which Pulumi finds the hosts, and they their languages and an SDK beside the program. */
export function languagesFor(program: string) {
  return {
    PATH: [PYTHON, BIN, process.env.PATH].join(delimiter),
    PYTHONPATH: join(program, "site"),
    CGO_ENABLED: "0", // as the engine was built: most of what a Go program needs is compiled
    GOFLAGS: "-trimpath -mod=mod",
  };
}

/** The package's SDK for a language, by Pulumi's own generator. */
export function writeSdk(language: "dotnet" | "go" | "python", folder: string): void {
  execFileSync(GENERATOR, [language, resolve("plugin", "schema.json"), folder]);
}

/** Does to a program what `pulumi package add` does: generates the SDK beside it, and lets it find that. */
export const addPackage = {
  python: (program: string): void => {
    writeSdk("python", join(program, SDK));
    const pip = join(PYTHON, "pip");
    const site = join(program, "site");
    // What the SDK requires is installed beside pip: `check` says whether that suffices.
    const alone = ["--no-deps", "--no-build-isolation", "--target", site];
    execFileSync(pip, ["install", ...QUIETLY, ...alone, join(program, SDK)]);
    execFileSync(pip, ["check", ...QUIETLY], { env: { ...process.env, PYTHONPATH: site } });
  },
  go: (program: string): void => {
    writeSdk("go", join(program, SDK));
    const engine = resolve("engine"); // for its versions: they are downloaded, and mostly compiled
    copyFileSync(join(engine, "go.sum"), join(program, "go.sum"));
    const replaced = { "example.com/pulumi-setpoint/sdk/go": `./${SDK}`, "setpoint/engine": engine };
    const edits = Object.entries(replaced).flatMap(([module, folder]) => [
      `-require=${module}@v0.1.0`,
      `-replace=${module}=${folder}`,
    ]);
    execFileSync("go", ["mod", "edit", ...edits], { cwd: program });
  },
} as const;

const SDK = "sdks/setpoint";
const QUIETLY = ["--quiet", "--disable-pip-version-check"];
