import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

/** Sunday night, when few notice a restart; UTC. */
const NIGHT = "cron(0 3 ? * SUN *)";

/**
 * AWS's own patch baseline, compared weekly with what is installed. `scan` reports what is missing, and a group's next image brings it:
 * installing in place would restart instances that serve, and be gone with the next. `install` is for instances that stay.
 */
export function patching(
  name: string,
  targets: readonly { readonly key: string; readonly values: pulumi.Input<string>[] }[],
  operation: "scan" | "install",
  parent: pulumi.Resource,
): aws.ssm.Association {
  const installs = operation === "install";
  return new aws.ssm.Association(
    name,
    {
      name: "AWS-RunPatchBaseline",
      targets: [...targets],
      parameters: installs ? { Operation: "Install", RebootOption: "RebootIfNeeded" } : { Operation: "Scan" },
      scheduleExpression: NIGHT,
      applyOnlyAtCronInterval: installs, // else it might restart an instance that has just begun
      maxConcurrency: "10%",
      maxErrors: "10%",
      complianceSeverity: "HIGH",
    },
    { parent },
  );
}
