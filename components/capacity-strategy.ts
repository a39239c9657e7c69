import type { CapacityChoice } from "../adapters/task-settings.ts";
import type { EcsCluster } from "./ecs-cluster.ts";

/**
 * Where a service's tasks run, as ECS takes it. Beside Spot, tasks on demand carry the plan's minimum unless another
 * base is declared. Always a strategy, never a launch type: a strategy can change later without a new service.
 */
export function capacityStrategy(choice: CapacityChoice, minimum: number, cluster: EcsCluster) {
  if (choice.kind === "instances") return onInstances(cluster);
  const { onDemand, spot } = choice;
  const share = (capacityProvider: string, weight: number, base: number) => ({
    ...{ capacityProvider, weight },
    ...(base === 0 ? {} : { base }),
  });
  const carried = spot === undefined || spot.base ? 0 : minimum;
  return {
    platformVersion: "LATEST",
    capacityProviderStrategies: [
      share("FARGATE", onDemand.weight, onDemand.base ?? carried),
      ...(spot === undefined ? [] : [share("FARGATE_SPOT", spot.weight, spot.base ?? 0)]),
    ],
  };
}

/** Spread over zones first, then onto as few instances as memory allows. */
function onInstances({ instances }: EcsCluster) {
  if (instances === undefined)
    throw new Error("capacity is instances; the cluster has none. Declare cluster.instances.");
  return {
    capacityProviderStrategies: [{ capacityProvider: instances.provider.name, weight: 1 }],
    orderedPlacementStrategies: [
      { type: "spread", field: "attribute:ecs.availability-zone" },
      { type: "binpack", field: "memory" },
    ],
  };
}
