import { z } from "zod";
import { didYouMean } from "./bad-input.ts";

/** Without NAT a task starts only if these are in the VPC: its image and its log group. */
export const NEEDED_WITHOUT_NAT = ["ecr.api", "ecr.dkr", "logs"] as const;

/**
 * What `true` stands for: what tasks need to start, sessions and patches by Systems Manager, and the EC2 API (EC2.10,
 * .55–.57). Each costs some 7 USD a month and zone; those that only some services call are for the list to name.
 */
const USUAL = [...NEEDED_WITHOUT_NAT, "ssm", "ssmmessages", "ec2messages", "ec2"];

/** Regions opened since 2024, where agents use `ssmmessages` alone (Systems Manager user guide, "ec2messages, ssmmessages"). */
const WITHOUT_EC2_MESSAGES = [
  "ap-southeast-5",
  "ap-southeast-6",
  "ap-southeast-7",
  "ap-east-2",
  "mx-central-1",
];

/** AWS services with an endpoint of the name `com.amazonaws.REGION.SERVICE` that a service or its agents may call. */
const SERVICES = [
  ...USUAL,
  ...["autoscaling", "elasticloadbalancing", "application-autoscaling", "ecs", "ecs-agent", "ecs-telemetry"],
  ...["secretsmanager", "kms", "sts", "monitoring", "events", "xray", "sqs", "sns", "states", "lambda"],
  ...["execute-api", "kinesis-streams", "kinesis-firehose", "athena", "glue", "rds", "rds-data", "backup"],
];

/** Endpoints of their own kind, which every network has. */
const GATEWAYS = ["s3", "dynamodb"];

/** Which services have an interface endpoint: all that are usual, none, or those of a list. */
export type Endpoints = boolean | readonly string[];

const RULE = "must be true, false or a list of services. Write one of the three";

export const endpointsSchema = z
  .union([z.boolean(), z.array(z.string())], RULE)
  .check(({ value, issues }) => {
    if (typeof value === "boolean") return;
    const complain = (message: string, path: (string | number)[], input: unknown) =>
      issues.push({ code: "custom", message, input, path });
    if (value.length === 0) complain("must name a service. Write false for none", [], value);
    value.forEach((service, i) => {
      if (GATEWAYS.includes(service))
        complain("must be no gateway: it is always there, and costs nothing. Remove it", [i], service);
      else if (!SERVICES.includes(service))
        complain(`must be a service with an endpoint; ${didYouMean(service, SERVICES)}`, [i], service);
      if (value.indexOf(service) < i) complain("must not repeat a service. Name each once", [i], service);
    });
  });

/** The services in question, in one region. */
export function endpointServices(endpoints: Endpoints, region: string): readonly string[] {
  if (endpoints === false) return [];
  if (endpoints !== true) return endpoints;
  return USUAL.filter((service) => service !== "ec2messages" || !WITHOUT_EC2_MESSAGES.includes(region));
}
