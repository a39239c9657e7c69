import { z } from "zod";

/** What the application itself may do with AWS, beside nothing. */
export interface Permission {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

/** Actions on nothing that could be named (Service Authorization Reference); they alone may be allowed on `*`. */
const UNNAMEABLE = [
  "cloudwatch:PutMetricData",
  "xray:PutTraceSegments",
  "xray:PutTelemetryRecords",
  "ec2:DescribeInstances",
  "sts:GetCallerIdentity",
];

const ACTION = /^[a-z0-9-]+:[A-Z][A-Za-z0-9]+$/;
/** A resource of one service; its last part may hold wildcards, but not be one. */
const RESOURCE = /^arn:aws[\w-]*:[a-z0-9-]+:[a-z0-9-]*:\d{0,12}:(?!\*+(\/\*+)?$)[^\s]{1,1024}$/;

/** `permissions:` of a service. Least privilege (STO-18, IAM.1, IAM.21): actions by name, on resources by ARN. */
export const permissionsSchema = z
  .array(
    z
      .strictObject(
        {
          actions: z
            .array(
              z
                .string("must be an action. Write one such as s3:GetObject")
                .regex(
                  ACTION,
                  "must be one action, without wildcards (IAM.21). Write one such as s3:GetObject",
                ),
              "must be a list of actions. Write [s3:GetObject]",
            )
            .min(1, "must name at least one action. Write [s3:GetObject]"),
          resources: z
            .array(z.string("must be an ARN"), "must be a list of ARNs. Write [arn:aws:s3:::BUCKET/*]")
            .min(1, "must name at least one resource. Write [arn:aws:s3:::BUCKET/*]"),
        },
        "must be a map such as { actions: [s3:GetObject], resources: [arn:aws:s3:::BUCKET/*] }",
      )
      .check(({ value, issues }) => {
        value.resources.forEach((input, i) => {
          const message = wrongResource(input, value.actions);
          if (message !== undefined) issues.push({ code: "custom", path: ["resources", i], input, message });
        });
      }),
    "must be a list such as [{ actions: [s3:GetObject], resources: [arn:aws:s3:::BUCKET/*] }]",
  )
  .max(20, "must hold at most 20 statements, as a role's inline policies hold 10,240 characters. Merge some");

function wrongResource(resource: string, actions: readonly string[]): string | undefined {
  if (resource === "*")
    return actions.every((action) => UNNAMEABLE.includes(action))
      ? undefined
      : `may be * for ${UNNAMEABLE.join(", ")} only (STO-18). Name the ARN`;
  if (!RESOURCE.test(resource))
    return "must be an ARN that says which resource (STO-18). Write one such as arn:aws:s3:::BUCKET/*";
  return actions.includes("iam:PassRole") && resource.includes("*")
    ? "must be one role, as iam:PassRole on many hands out their rights (STO-18). Write its whole ARN"
    : undefined;
}
