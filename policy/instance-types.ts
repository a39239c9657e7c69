import type { Compute } from "./service.ts";

/** What one task or instance has. */
export interface Resources {
  readonly vcpus: number;
  /** MiB. */
  readonly memory: number;
}

/** The resources of a task or instance; none for a type that is not known. */
export function resourcesOf(compute: Compute): Resources | undefined {
  if (compute.type === "fargate") return { vcpus: compute.cpu / 1024, memory: compute.memory };
  const [family = "", size = ""] = compute.instanceType.split(".");
  const vcpus = vcpusOf(family, size);
  const memory = isBurstable(family)
    ? BURSTABLE_GIB.get(size)
    : (vcpus ?? 0) * (GIB_PER_VCPU.get(family[0]!) ?? 0);
  return vcpus === undefined || !memory ? undefined : { vcpus, memory: 1024 * memory };
}

/** Whether instances of the family live on CPU credits. */
export function isBurstable(family: string): boolean {
  return BURSTABLE.includes(family);
}

const BURSTABLE: readonly string[] = ["t2", "t3", "t3a", "t4g"];

/**
 * Amazon EC2 User Guide, github.com/awsdocs/amazon-ec2-user-guide: general-purpose-instances.md and
 * compute-optimized-instances.md (vCPUs and memory), burstable-credits-baseline-concepts.md (vCPUs of T instances).
 */
const T2_VCPUS: ReadonlyMap<string, number> = new Map([
  ["nano", 1],
  ["micro", 1],
  ["small", 1],
  ["medium", 2],
  ["large", 2],
  ["xlarge", 4],
  ["2xlarge", 8],
]);

const BURSTABLE_GIB: ReadonlyMap<string, number> = new Map([
  ["nano", 0.5],
  ["micro", 1],
  ["small", 2],
  ["medium", 4],
  ["large", 8],
  ["xlarge", 16],
  ["2xlarge", 32],
]);

/** GiB for each vCPU by the family's first letter. */
const GIB_PER_VCPU: ReadonlyMap<string, number> = new Map([
  ["c", 2],
  ["m", 4],
  ["r", 8],
]);

/** T3, T3a and T4g have two vCPUs up to `large`; the other families one for `medium`, two for `large`, four for each `xlarge`. */
function vcpusOf(family: string, size: string): number | undefined {
  if (family === "t2") return T2_VCPUS.get(size);
  if (isBurstable(family)) return BURSTABLE_GIB.has(size) ? Math.max(2, T2_VCPUS.get(size)!) : undefined;
  if (size === "medium") return 1;
  if (size === "large") return 2;
  const times = /^(\d*)xlarge$/.exec(size)?.[1];
  return times === undefined ? undefined : 4 * Number(times || 1);
}
