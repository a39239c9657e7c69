import { type Resources, resourcesOf } from "./instance-types.ts";
import type { Compute } from "./service.ts";

/**
 * Memory that an instance registers with ECS ÷ what it has: 7985 of the 8192 MiB of an m4.large, the rest is the kernel's.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/memory-management.html
 */
const REGISTERED = 7985 / 8192;

/** Of that, for the system and what runs beside the service, such as the ECS agent: https://docs.aws.amazon.com/batch/latest/userguide/ecs-reserved-memory.html advises 5 %. */
const RESERVED = 0.05;

/** How many tasks of one size an ECS container instance holds, by CPU (which ECS hands out whole) and by memory. */
export function tasksAnInstance(task: Resources, instance: Resources): number {
  return Math.floor(Math.min(instance.vcpus / task.vcpus, left(instance) / task.memory) + 1e-9);
}

/** MiB for what serves: all of a task's, and of an instance what kernel and system leave. */
export function memoryFor(compute: Compute): number | undefined {
  const resources = resourcesOf(compute);
  return resources && (compute.type === "fargate" ? resources.memory : left(resources));
}

function left({ memory }: Resources): number {
  return memory * REGISTERED * (1 - RESERVED);
}
