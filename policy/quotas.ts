import type { Service } from "./service.ts";

/** Tasks of one ECS service, unless AWS has raised it (Amazon ECS service quotas, "Tasks per service"). */
const TASKS_PER_SERVICE = 5000;

/** The most tasks that ECS runs for a service: as declared, else AWS's default; instances are under no such quota. */
export function taskQuota({ compute, quotas }: Service): number {
  if (compute.type === "ec2") return Number.POSITIVE_INFINITY;
  return quotas?.tasksPerService ?? TASKS_PER_SERVICE;
}

/** Whose word the quota of tasks is. */
export function quotaWords({ quotas }: Service): string {
  return quotas === undefined
    ? "AWS's default quota for one service"
    : `the quota declared, tasksPerService: ${quotas.tasksPerService}`;
}

/** What a quota of so many tasks takes. */
export function raisedQuota(tasks: number | "…"): string {
  return `\`quotas: { tasksPerService: ${tasks} }\` once AWS has raised yours`;
}

/** Targets of one target group and of one ALB; default quotas (Elastic Load Balancing quotas). */
const TARGETS = 1000;

/** That a balancer may not take all that may run: its quotas are not of the service alone, and so none is declared. */
export function targetRemarks(max: number): readonly string[] {
  if (max <= TARGETS) return [];
  return [
    `max is ${max}: the quotas "Targets per Application Load Balancer" and "Targets per target group" are ${TARGETS} by default`,
  ];
}
