import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { InstanceSettings } from "../adapters/instance-settings.ts";
import type { ScalingControls } from "../policy/scaling-plan.ts";

export interface GroupLaunchArgs {
  readonly template: aws.ec2.LaunchTemplate;
  /** All types that instances may be of, the declared one first. */
  readonly types: readonly string[];
  readonly settings: InstanceSettings;
  readonly controls: Pick<ScalingControls, "min">;
}

/** What a group launches: one type from its template, or several by their order, on demand and Spot. */
export function groupLaunch(
  { template, types, settings: { spot }, controls }: GroupLaunchArgs,
  version: pulumi.Input<string>,
) {
  if (types.length === 1) return { launchTemplate: { id: template.id, version } };
  return {
    mixedInstancesPolicy: {
      launchTemplate: {
        launchTemplateSpecification: { launchTemplateId: template.id, version },
        overrides: types.map((instanceType) => ({ instanceType })),
      },
      instancesDistribution: {
        onDemandAllocationStrategy: "prioritized", // the declared type, as long as it is to be had
        onDemandBaseCapacity: spot === undefined ? 0 : (spot.base ?? controls.min),
        onDemandPercentageAboveBaseCapacity: Math.round(100 * (1 - (spot?.share ?? 0))),
        ...(spot === undefined ? {} : { spotAllocationStrategy: "price-capacity-optimized" }),
      },
    },
  };
}

/** The same as `StartInstanceRefresh` takes it: names with capitals, the template by `LaunchTemplateId`. */
export function desiredConfiguration(args: GroupLaunchArgs, version: pulumi.Input<string>) {
  const { launchTemplate, mixedInstancesPolicy } = groupLaunch(args, version);
  if (launchTemplate !== undefined)
    return { LaunchTemplate: { LaunchTemplateId: launchTemplate.id, Version: version } };
  const { launchTemplate: launched, instancesDistribution: shared } = mixedInstancesPolicy;
  return {
    MixedInstancesPolicy: {
      LaunchTemplate: {
        LaunchTemplateSpecification: { LaunchTemplateId: args.template.id, Version: version },
        Overrides: launched.overrides.map(({ instanceType }) => ({ InstanceType: instanceType })),
      },
      InstancesDistribution: {
        OnDemandAllocationStrategy: shared.onDemandAllocationStrategy,
        OnDemandBaseCapacity: shared.onDemandBaseCapacity,
        OnDemandPercentageAboveBaseCapacity: shared.onDemandPercentageAboveBaseCapacity,
        ...(shared.spotAllocationStrategy === undefined
          ? {}
          : { SpotAllocationStrategy: shared.spotAllocationStrategy }),
      },
    },
  };
}
