import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** Pulumi's own packages have this script; the engine looks for it where there is no Node.js language host. Returns its folder, for the PATH. */
export function packStarter(): string {
  const bin = mkdtempSync(join(tmpdir(), "setpoint-guard-"));
  const script = join(bin, "pulumi-analyzer-policy-nodejs");
  const run = resolve("node_modules", "@pulumi", "pulumi", "cmd", "run-policy-pack");
  writeFileSync(script, `#!/bin/sh\nexec '${process.execPath}' '${run}' "$@"\n`);
  chmodSync(script, 0o755);
  return bin;
}
