import type { Resources } from "./instance-types.ts";

/**
 * Memory that an instance registers with ECS ÷ what it has: 7985 of the 8192 MiB of an m4.large, the rest is the kernel's.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/memory-management.html
 */
const REGISTERED = 7985 / 8192;

/** Of that, for the ECS agent and the system: https://docs.aws.amazon.com/batch/latest/userguide/ecs-reserved-memory.html advises 5 %. */
const RESERVED = 0.05;

/** How many tasks of one size an ECS container instance holds, by CPU (which ECS hands out whole) and by memory. */
export function tasksAnInstance(task: Resources, instance: Resources): number {
  const memory = instance.memory * REGISTERED * (1 - RESERVED);
  return Math.floor(Math.min(instance.vcpus / task.vcpus, memory / task.memory) + 1e-9);
}
