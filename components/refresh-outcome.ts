import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** What a group launches. */
export interface Launched {
  readonly version: string;
  /** By their order; none where the template says which. */
  readonly types: readonly string[];
}

/**
 * The version to go to, of a group that goes on launching one type, or several. From the one to the other Pulumi must know
 * of the change: of what it ignores, a `pulumi refresh` keeps those inputs that it had before, and AWS would have neither.
 */
export function ofOneKind(
  group: aws.autoscaling.Group,
  version: pulumi.Output<string>,
  types: readonly string[],
  parent: pulumi.Resource,
): pulumi.Output<string> {
  const launched = launchedBy(group, { parent, dependsOn: [group] });
  const refused = pulumi
    .all([group.name, launched])
    .apply(([name, known]) => refuseKind(name, types, known.types)); // also where a preview does not know the version yet
  return pulumi.all([version, refused]).apply(([asked]) => asked);
}

export function refuseKind(group: string, types: readonly string[], launched: readonly string[]): void {
  if ((types.length === 0) === (launched.length === 0)) return;
  const kind = (of: readonly string[]) => (of.length === 0 ? "one type" : of.join(", "));
  throw new Error(
    `${group}: it launches ${kind(launched)}; ${kind(types)} cannot be rolled back to that. Set deploy.instances.refresh.rollback to false for this one update, and remove it after.`,
  );
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
  return pulumi
    .all([group.name, version, run.urn])
    .apply(([name, asked, urn]) =>
      launchedBy(group, { parent, dependsOn: [run] }).apply((launched) =>
        refuseRefresh(name, { version: asked, types }, launched, urn),
      ),
    );
}

function launchedBy(
  group: aws.autoscaling.Group,
  options: pulumi.InvokeOutputOptions,
): pulumi.Output<Launched> {
  const { launchTemplates, mixedInstancesPolicies } = aws.autoscaling.getGroupOutput(
    { name: group.name },
    options,
  );
  return pulumi.all([launchTemplates, mixedInstancesPolicies]).apply(([templates, mixed]) => {
    const [policy] = mixed.flatMap((each) => each.launchTemplates);
    return {
      version: (policy?.launchTemplateSpecifications[0] ?? templates[0])?.version ?? "",
      types: (policy?.overrides ?? []).map(({ instanceType }) => instanceType),
    };
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
