import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const { resolve } = createRequire(import.meta.url);
const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The package served as Pulumi's language host starts it (RunPlugin), from the folder of whoever uses it. */
export async function startPlugin(
  folder: string,
): Promise<{ readonly port: number; readonly stop: () => void }> {
  const launcher = resolve("@pulumi/pulumi/cmd/run-plugin");
  const plugin: ChildProcess = spawn(process.execPath, [launcher, ROOT], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [port] = (await once(plugin.stdout!, "data")) as [Buffer];
  return { port: Number(String(port)), stop: () => void plugin.kill() };
}
