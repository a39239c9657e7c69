import { creditRules } from "./credits.ts";
import { resourcesOf } from "./instance-types.ts";
import { memoryFor, tasksAnInstance } from "./packing.ts";
import { provisioningTime } from "./provisioning.ts";
import { resized } from "./resized.ts";
import type { Compute, Service } from "./service.ts";
import { figure, seconds } from "./words.ts";

/** What a service could run on; `price` in US dollars an hour, of a task or of an instance. */
export type ComputeOption =
  | {
      readonly kind: "fargate";
      readonly compute: Compute & { readonly type: "fargate" };
      readonly price: number;
    }
  /** ECS tasks of the service's size on instances of their own; not burstable ones, whose credits tasks would share. */
  | { readonly kind: "ecs"; readonly compute: Compute & { readonly type: "ec2" }; readonly price: number }
  | { readonly kind: "ec2"; readonly compute: Compute & { readonly type: "ec2" }; readonly price: number };

/** A service as it would be on one of the options. */
export interface Alternative {
  readonly name: string;
  readonly option: ComputeOption;
  /** Whether it is what the declaration says. */
  readonly declared: boolean;
  /** One unit of it is what autoscaling counts: a task or an instance. */
  readonly service: Service;
  /** Tasks on one instance of ECS. */
  readonly tasksAnInstance?: number;
  /** US dollars a month, of all that is paid for. */
  readonly budget?: number;
  /** How the declared figures were translated, one sentence each. */
  readonly translated: readonly string[];
  /** Why it cannot be, if it cannot. */
  readonly unfit?: string;
}

/** The declared service first, then the same SLOs and traffic on each option. */
export function alternatives(service: Service, options: readonly ComputeOption[]): readonly Alternative[] {
  const { host } = service;
  const option = optionOf(service);
  const declared: Alternative = {
    name: host === undefined ? nameOf(option) : packedName(option, host.tasks),
    option,
    declared: true,
    ...(host === undefined ? {} : { tasksAnInstance: host.tasks }),
    service: withoutLimits(service),
    ...budgetOf(service),
    translated: [],
  };
  const others = options
    .map((option) => alternative(service, option))
    .filter((each, i, all) => all.findIndex(({ name }) => name === each.name) === i);
  return [declared, ...others.filter(({ name }) => name !== declared.name)];
}

/** What it is declared to run on. */
function optionOf({ compute, price, host }: Service): ComputeOption {
  return host === undefined
    ? ({ kind: compute.type, compute, price } as ComputeOption)
    : { kind: "ecs", compute: { type: "ec2", instanceType: host.instanceType }, price: host.price };
}

/** Without `max`, a count of another size, and without the budget, which is held against the cost of all that is paid for. */
function withoutLimits(service: Service): Service {
  const { min } = service.bounds;
  return { ...service, bounds: min === undefined ? {} : { min } };
}

function budgetOf({ bounds: { budget } }: Service): Pick<Alternative, "budget"> {
  return budget === undefined ? {} : { budget };
}

/** ECS tasks of a service that is declared on EC2: 1 vCPU and 2 GB. */
const TASK = { type: "fargate", cpu: 1024, memory: 2048 } as const;

function alternative(declared: Service, option: ComputeOption): Alternative {
  const compute = unitOf(declared, option);
  const [from, to] = [resourcesOf(declared.compute)!, resourcesOf(compute)!];
  const startup = startupOn(declared, option);
  const capacity = { ...resized(declared.capacity, from, to), startup };
  const packed = option.kind === "ecs" ? tasksAnInstance(to, resourcesOf(option.compute)!) : undefined;
  const price = packed === undefined ? option.price : option.price / Math.max(1, packed);
  const { host: _, ...elsewhere } = declared;
  const service = withoutLimits({ ...elsewhere, compute, capacity, price });
  const unfit = whyUnfit(service, packed);
  return {
    name: packed === undefined ? nameOf(option) : packedName(option, packed),
    option,
    declared: false,
    service,
    ...(packed === undefined ? {} : { tasksAnInstance: packed }),
    ...budgetOf(declared),
    translated: translation(declared, service, option),
    ...(unfit === undefined ? {} : { unfit }),
  };
}

function unitOf({ compute }: Service, option: ComputeOption): Compute {
  if (option.kind !== "ecs") return option.compute;
  return compute.type === "fargate" ? compute : TASK;
}

/** The declared start-up with the provisioning of one kind put in the place of the other's. */
function startupOn(declared: Service, { kind }: ComputeOption): number {
  const { startup } = declared.capacity;
  const now = optionOf(declared).kind;
  return kind === now ? startup : provisioningTime(kind) + Math.max(0, startup - provisioningTime(now));
}

function whyUnfit({ compute, capacity }: Service, packed: number | undefined): string | undefined {
  if (packed === 0) return "not one task fits on an instance";
  const memory = memoryFor(compute)!;
  const needed = capacity.memory && capacity.memory.base + capacity.memory.perRequest;
  return needed !== undefined && needed > memory
    ? `its first request takes ${figure(needed)} MiB, and there are ${figure(memory)}`
    : undefined;
}

function translation(
  declared: Service,
  { compute, capacity }: Service,
  option: ComputeOption,
): readonly string[] {
  const [from, to] = [resourcesOf(declared.compute)!, resourcesOf(compute)!];
  const { cpuTime, memory, startup, serviceTime, concurrency } = capacity;
  const same =
    cpuTime === undefined
      ? "cpuTime is not declared, so each vCPU is taken to serve what it serves now"
      : `${seconds(cpuTime)} of each request is CPU time, which scales with the vCPU that a thread gets; the rest takes as long as now`;
  return [
    ...(to.vcpus === from.vcpus
      ? []
      : [
          `${figure(to.vcpus)} vCPU instead of ${figure(from.vcpus)}: ${concurrency} at a time, ${seconds(serviceTime.mean)} each`,
          same,
        ]),
    ...(memory === undefined && to.memory < from.memory
      ? [
          `${figure(to.memory)} MiB instead of ${figure(from.memory)}: whether it fits is not known, as memory is not declared`,
        ]
      : []),
    ...(startup === declared.capacity.startup
      ? []
      : [
          `it starts in ${seconds(startup)}: ${seconds(provisioningTime(option.kind))} of provisioning instead of ${seconds(provisioningTime(optionOf(declared).kind))}, the rest as declared`,
        ]),
  ];
}

function packedName(option: ComputeOption, tasks: number): string {
  return `${nameOf(option)}, ${tasks} task${tasks === 1 ? "" : "s"} each`;
}

function nameOf({ kind, compute }: ComputeOption): string {
  if (compute.type === "fargate")
    return `Fargate, ${figure(compute.cpu / 1024)} vCPU, ${figure(compute.memory / 1024)} GB`;
  const mode = compute.credits !== undefined && creditRules(compute) ? ` ${compute.credits}` : "";
  return kind === "ecs" ? `ECS on ${compute.instanceType}` : `EC2 ${compute.instanceType}${mode}`;
}
