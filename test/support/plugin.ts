import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const { resolve } = createRequire(import.meta.url);
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const LAUNCHER = resolve("@pulumi/pulumi/cmd/run-plugin");

/** The package served as Pulumi's language host starts it (RunPlugin), from the folder of whoever uses it. */
export async function startPlugin(
  folder: string,
): Promise<{ readonly port: number; readonly stop: () => void }> {
  const plugin: ChildProcess = spawn(process.execPath, [LAUNCHER, ROOT], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [port] = (await once(plugin.stdout!, "data")) as [Buffer];
  return { port: Number(String(port)), stop: () => void plugin.kill() };
}

/** The package as a binary in a folder, which Pulumi's command line starts itself. */
export function writePluginBinary(folder: string): string {
  const binary = join(folder, "pulumi-resource-setpoint");
  const command = [process.execPath, LAUNCHER, ROOT].map((part) => `'${part}'`).join(" ");
  writeFileSync(binary, `#!/bin/sh\nexec ${command} "$@"\n`, { mode: 0o755 });
  return binary;
}
