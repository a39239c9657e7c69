import * as aws from "@pulumi/aws";
import type { Network } from "./network.ts";

/** What tasks and instances reach without the internet: image pulls, logs, Systems Manager, the EC2 API (EC2.10, .55–.57). */
const INTERFACE_ENDPOINTS = ["ecr.api", "ecr.dkr", "logs", "ssm", "ssmmessages", "ec2messages", "ec2"];
const GATEWAY_ENDPOINTS = ["s3", "dynamodb"];

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
        },
        { parent },
      ),
  );
}

/** AWS's services at addresses of the private subnets; returns the group that guards them. */
export function interfaceEndpoints(parent: Network, name: string): aws.ec2.SecurityGroup {
  const group = new aws.ec2.SecurityGroup(
    `${name}-endpoints`,
    { vpcId: parent.vpc.id, description: "AWS services inside the VPC" },
    { parent },
  );
  for (const service of INTERFACE_ENDPOINTS)
    new aws.ec2.VpcEndpoint(
      `${name}-${service.replace(".", "-")}`,
      {
        vpcId: parent.vpc.id,
        vpcEndpointType: "Interface",
        serviceName: `com.amazonaws.${parent.region}.${service}`,
        privateDnsEnabled: true,
        subnetIds: parent.privateSubnets.map(({ id }) => id),
        securityGroupIds: [group.id],
      },
      { parent },
    );
  return group;
}
