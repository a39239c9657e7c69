import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** What a group launches. */
export interface Launched {
  readonly version: string;
  /** By their order; none where the template says which. */
  readonly types: readonly string[];
}

/**
 * The version of its template that a group launches once its refresh has ended. A rollback ends it too, so the group is asked,
 * and the update fails where it launches another version than the one asked for. A preview has nothing to ask.
 */
export function refreshOutcome(
  group: aws.autoscaling.Group,
  run: aws.ssm.Association,
  version: pulumi.Output<string>,
  types: readonly string[],
  parent: pulumi.Resource,
): pulumi.Output<string> {
  if (pulumi.runtime.isDryRun()) return version;
  const launches = aws.autoscaling.getGroupOutput({ name: group.name }, { parent, dependsOn: [run] });
  return pulumi
    .all([group.name, version, launches.launchTemplates, launches.mixedInstancesPolicies, run.urn])
    .apply(([name, asked, templates, mixed, urn]) => {
      const [policy] = mixed.flatMap(({ launchTemplates }) => launchTemplates);
      const launched = {
        version: (policy?.launchTemplateSpecifications[0] ?? templates[0])?.version ?? "",
        types: (policy?.overrides ?? []).map(({ instanceType }) => instanceType),
      };
      return refuseRefresh(name, { version: asked, types }, launched, urn);
    });
}

/** The version that the group launches, if it is what was asked for. */
export function refuseRefresh(group: string, asked: Launched, launched: Launched, urn: string): string {
  const [wanted, held] = [words(asked), words(launched)];
  if (wanted === held) return launched.version;
  throw new Error(
    `${group}: AWS did not take the group to ${wanted}; it launches ${held}, as before. An alarm was on, or new instances did not become healthy: "aws autoscaling describe-instance-refreshes --auto-scaling-group-name ${group}" says which. Mend it and deploy again; to try the same once more, pulumi up --replace '${urn}'.`,
  );
}

function words({ version, types }: Launched): string {
  return `version ${version} of its template${types.length === 0 ? "" : ` on ${types.join(", ")}`}`;
}
