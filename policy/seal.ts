import type { ScalingPlan } from "./scaling-plan.ts";

/**
 * A digest of a plan's numbers, made with the plan: it tells them from numbers that were edited since.
 * It stops a slip of the hand, not a forger.
 */
export function seal({
  service,
  unit,
  controls,
}: Pick<ScalingPlan, "service" | "unit" | "controls">): string {
  const written = canonical([service, unit, controls]);
  return [OFFSET, OFFSET ^ 1].map((start) => fnv1a(written, start)).join("");
}

/** JSON with sorted keys; what is `null` and what is absent are one, as state files do not tell them apart. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined && inner !== null);
  const sorted = entries.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join()}}`;
}

/** Of the 32-bit FNV-1a hash (Fowler, Noll, Vo). */
const OFFSET = 0x811c9dc5;
const PRIME = 0x01000193;

function fnv1a(text: string, start: number): string {
  let hash = start;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), PRIME);
  return (hash >>> 0).toString(16).padStart(8, "0");
}
