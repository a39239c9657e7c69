#!/usr/bin/env node
// In plain JavaScript: an old Node reads it far enough to say which version is needed.
import { createRequire } from "node:module";

const { engines } = createRequire(import.meta.url)("../package.json");
const needed = Number(/\d+/.exec(engines.node)?.[0]);

if (Number(process.versions.node.split(".")[0]) < needed) {
  console.error(`setpoint needs Node ${needed} or newer; this is Node ${process.versions.node}.`);
  process.exitCode = 2;
} else {
  const { register } = await import("tsx/esm/api");
  register({ tsconfig: false }); // whatever tsconfig.json lies in the working directory is not ours
  const { main, endWhenCutOff } = await import("./main.ts");
  endWhenCutOff();
  process.exitCode = await main(process.argv.slice(2));
}
