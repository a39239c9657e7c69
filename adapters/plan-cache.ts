import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { scalingPlan } from "../policy/plan.ts";
import type { ScalingPlan } from "../policy/scaling-plan.ts";
import type { Service } from "../policy/service.ts";

/** Plans kept; beyond, those unused the longest go. */
const KEPT = 1000;

/**
 * The plan of a service, made once for a declaration and an engine: `pulumi up` plans at the preview and again at the
 * update, and most services are as they were yesterday. The same input gives the same plan, so what is kept is right as
 * long as neither the service nor any file of `policy/` changes. Without a `node_modules` folder nothing is kept.
 */
export function keptPlan(
  service: Service,
  folder = resolve("node_modules", ".cache", "setpoint", "plans"),
): ScalingPlan {
  if (!existsSync(resolve(folder, "..", "..", ".."))) return scalingPlan(service);
  const file = join(folder, `${digest(engine(), JSON.stringify(service))}.json`);
  const kept = read(file);
  if (kept !== undefined) return kept;
  const plan = scalingPlan(service);
  write(folder, file, plan);
  return plan;
}

function digest(...parts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\0");
  return hash.digest("hex");
}

let engineDigest: string | undefined;

/** What the engine is made of: the text of its files. */
function engine(): string {
  const root = new URL("../policy/", import.meta.url);
  engineDigest ??= digest(
    ...readdirSync(root)
      .toSorted()
      .map((file) => readFileSync(new URL(file, root), "utf8")),
  );
  return engineDigest;
}

/** What is not there, or not whole, is made anew. */
function read(file: string): ScalingPlan | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as ScalingPlan;
  } catch {
    return undefined;
  }
}

/** Written beside and renamed, so that no reader sees half a plan; a folder that cannot be written to keeps nothing. */
function write(folder: string, file: string, plan: ScalingPlan): void {
  const beside = `${file}.${process.pid}`;
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(beside, JSON.stringify(plan));
    renameSync(beside, file);
    prune(folder);
  } catch {
    rmSync(beside, { force: true });
  }
}

function prune(folder: string): void {
  const files = readdirSync(folder);
  if (files.length <= KEPT) return;
  const aged = files.map((name) => ({ name, used: statSync(join(folder, name)).mtimeMs }));
  for (const { name } of aged.toSorted((a, b) => a.used - b.used).slice(0, files.length - KEPT))
    rmSync(join(folder, name), { force: true });
}
