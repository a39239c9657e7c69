import { ApplicationAutoScaling } from "@aws-sdk/client-application-auto-scaling";
import { AutoScaling } from "@aws-sdk/client-auto-scaling";
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { DynamoDB } from "@aws-sdk/client-dynamodb";
import { EC2 } from "@aws-sdk/client-ec2";
import { ECS } from "@aws-sdk/client-ecs";
import { ElasticLoadBalancingV2 } from "@aws-sdk/client-elastic-load-balancing-v2";
import { S3 } from "@aws-sdk/client-s3";
import { REGION } from "../computed.ts";

/** AWS's own SDK, pointed at moto. */
export interface Clients {
  readonly endpoint: string;
  readonly applicationScaling: ApplicationAutoScaling;
  readonly autoScaling: AutoScaling;
  readonly balancing: ElasticLoadBalancingV2;
  readonly cloudWatch: CloudWatch;
  readonly dynamo: DynamoDB;
  readonly ec2: EC2;
  readonly ecs: ECS;
  readonly s3: S3;
}

export function clientsOf(endpoint: string): Clients {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true"; // as in adapters/cloudwatch-client.ts
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const at = { endpoint, region: REGION, credentials, maxAttempts: 1 };
  return {
    endpoint,
    applicationScaling: new ApplicationAutoScaling(at),
    autoScaling: new AutoScaling(at),
    balancing: new ElasticLoadBalancingV2(at),
    cloudWatch: new CloudWatch(at),
    dynamo: new DynamoDB(at),
    ec2: new EC2(at),
    ecs: new ECS(at),
    s3: new S3({ ...at, forcePathStyle: true }),
  };
}
