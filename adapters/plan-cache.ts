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
import { dirname, join } from "node:path";
import { scalingPlan } from "../policy/plan.ts";
import type { ScalingPlan } from "../policy/scaling-plan.ts";
import type { Service } from "../policy/service.ts";

/** Plans kept; beyond, those unused the longest go. */
const KEPT = 1000;

/** Where plans are kept, in a project's folder. */
const FOLDER = join("node_modules", ".cache", "setpoint", "plans");

/**
 * The plan of a service, made once for a declaration and an engine: `pulumi up` plans at the preview and again at the
 * update, and most services are as they were yesterday. The same input gives the same plan, so what is kept is right as
 * long as neither the service nor any file of `policy/` changes. Without a `node_modules` folder nothing is kept.
 */
export function keptPlan(service: Service, project = process.cwd()): ScalingPlan {
  if (!keeps(project)) return scalingPlan(service);
  const file = fileOf(service, project);
  const kept = read(file);
  if (kept !== undefined) return kept;
  const plan = scalingPlan(service);
  write(file, plan);
  return plan;
}

/** The services whose plans could be kept and are not yet. */
export function notKept(services: readonly Service[], project: string): readonly Service[] {
  return keeps(project) ? services.filter((service) => !existsSync(fileOf(service, project))) : [];
}

function keeps(project: string): boolean {
  return existsSync(join(project, "node_modules"));
}

function fileOf(service: Service, project: string): string {
  return join(project, FOLDER, `${digest(engine(), JSON.stringify(service))}.json`);
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
    const kept = JSON.parse(readFileSync(file, "utf8")) as ScalingPlan | null;
    return kept?.controls === undefined ? undefined : kept;
  } catch {
    return undefined;
  }
}

/** Written beside and renamed, so that no reader sees half a plan; a folder that cannot be written to keeps nothing. */
function write(file: string, plan: ScalingPlan): void {
  const folder = dirname(file);
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
