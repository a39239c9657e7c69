import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { jsonText } from "./json-text.ts";
import type { Network } from "./network.ts";
import { account } from "./trust.ts";

const GATEWAY_ENDPOINTS = ["s3", "dynamodb"] as const;

/** The way to S3 and DynamoDB that costs nothing, for every route table given. */
export function gatewayEndpoints(
  parent: Network,
  name: string,
  tables: readonly aws.ec2.RouteTable[],
): readonly aws.ec2.VpcEndpoint[] {
  return GATEWAY_ENDPOINTS.map(
    (service) =>
      new aws.ec2.VpcEndpoint(
        `${name}-${service}`,
        {
          vpcId: parent.vpc.id,
          vpcEndpointType: "Gateway",
          serviceName: `com.amazonaws.${parent.region}.${service}`,
          routeTableIds: tables.map(({ id }) => id),
          ...(parent.nat ? {} : { policy: ownAccountOnly(service, parent) }),
          tags: { Name: `${name}-${service}` },
        },
        { parent },
      ),
  );
}

/**
 * Without NAT the gateways are the only way out, so somebody else's credentials must not carry data through them. Anybody may
 * read from S3: image layers and Amazon Linux's packages come from buckets of AWS's, unsigned. With NAT it would hold nothing back.
 */
function ownAccountOnly(service: (typeof GATEWAY_ENDPOINTS)[number], parent: Network): pulumi.Output<string> {
  const anybody = { Effect: "Allow", Principal: "*", Resource: "*" };
  const own = {
    ...anybody,
    Sid: "OwnPrincipals",
    Action: `${service}:*`,
    Condition: { StringEquals: { "aws:PrincipalAccount": account(parent).accountId } },
  };
  const read = { ...anybody, Sid: "Downloads", Action: "s3:GetObject" };
  const Statement = service === "s3" ? [own, read] : [own];
  return jsonText({ Version: "2012-10-17", Statement });
}

/** AWS's services at addresses of the private subnets, and the group that guards them. */
export interface InterfaceEndpoints {
  readonly group: aws.ec2.SecurityGroup | undefined;
  readonly endpoints: readonly aws.ec2.VpcEndpoint[];
}

export function interfaceEndpoints(
  parent: Network,
  name: string,
  services: readonly string[],
): InterfaceEndpoints {
  if (services.length === 0) return { group: undefined, endpoints: [] };
  const group = new aws.ec2.SecurityGroup(
    `${name}-endpoints`,
    {
      vpcId: parent.vpc.id,
      description: "AWS services inside the VPC",
      tags: { Name: `${name}-endpoints` },
    },
    { parent },
  );
  const endpoints = services.map(
    (service) =>
      new aws.ec2.VpcEndpoint(
        `${name}-${service.replace(".", "-")}`,
        {
          vpcId: parent.vpc.id,
          vpcEndpointType: "Interface",
          serviceName: `com.amazonaws.${parent.region}.${service}`,
          privateDnsEnabled: true,
          subnetIds: parent.privateSubnets.map(({ id }) => id),
          securityGroupIds: [group.id],
          tags: { Name: `${name}-${service}` },
        },
        { parent },
      ),
  );
  return { group, endpoints };
}
