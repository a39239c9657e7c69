import { isDeepStrictEqual } from "node:util";
import type { Bag } from "./cloud.ts";

export interface Difference {
  readonly changes: boolean;
  /** Inputs whose change AWS does not take: another resource must take its place. */
  readonly replaces: string[];
  readonly deleteBeforeReplace: boolean;
}

/** What `news` asks of a resource that was asked for `asked`, and is `olds`. */
export function difference(type: string, asked: Bag, olds: Bag, news: Bag): Difference {
  const changed = [...new Set([...Object.keys(asked), ...Object.keys(news)])].filter(
    (key) => !isDeepStrictEqual(olds[key], news[key]),
  );
  const fixed = FIXED[type] ?? NAMES;
  const replaces = changed.filter((key) =>
    fixed === "all" ? !/^(tags|skipDestroy|trackLatest)$/.test(key) : fixed.includes(key),
  );
  // Two cannot have one name at a time (Pulumi's bridge does the same for what is named by hand).
  const named = news.name !== undefined && isDeepStrictEqual(olds.name, news.name);
  return { changes: changed.length > 0, replaces, deleteBeforeReplace: replaces.length > 0 && named };
}

const NAMES = ["name", "namePrefix"];
const TARGET = ["resourceId", "scalableDimension", "serviceNamespace"];

/**
 * Inputs that Terraform's provider marks `ForceNew` (hashicorp/terraform-provider-aws, internal/service/*, v6), for the
 * types that the program uses or may soon: a type that is not here is replaced for its name only.
 */
const FIXED: Readonly<Record<string, readonly string[] | "all">> = {
  "aws:acm/certificate:Certificate": [
    "domainName",
    "subjectAlternativeNames",
    "validationMethod",
    "keyAlgorithm",
  ],
  "aws:acm/certificateValidation:CertificateValidation": "all",
  "aws:appautoscaling/policy:Policy": [...NAMES, ...TARGET],
  "aws:appautoscaling/scheduledAction:ScheduledAction": [...NAMES, ...TARGET],
  "aws:appautoscaling/target:Target": TARGET,
  "aws:autoscaling/lifecycleHook:LifecycleHook": [...NAMES, "autoscalingGroupName"],
  "aws:autoscaling/policy:Policy": [...NAMES, "autoscalingGroupName"],
  "aws:autoscaling/schedule:Schedule": ["scheduledActionName", "autoscalingGroupName"],
  "aws:backup/plan:Plan": NAMES,
  "aws:backup/selection:Selection": "all",
  "aws:backup/vault:Vault": [...NAMES, "kmsKeyArn"],
  "aws:cloudwatch/compositeAlarm:CompositeAlarm": ["alarmName"],
  "aws:cloudwatch/dashboard:Dashboard": ["dashboardName"],
  "aws:cloudwatch/logGroup:LogGroup": [...NAMES, "logGroupClass"],
  "aws:dynamodb/table:Table": [...NAMES, "hashKey", "rangeKey", "localSecondaryIndexes"],
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": ["vpcId"],
  "aws:ec2/eip:Eip": ["domain", "networkBorderGroup", "publicIpv4Pool"],
  "aws:ec2/flowLog:FlowLog": "all",
  "aws:ec2/instance:Instance": ["ami", "availabilityZone", "keyName", "primaryNetworkInterface", "subnetId"],
  "aws:ec2/natGateway:NatGateway": ["subnetId", "allocationId", "connectivityType", "privateIp"],
  "aws:ec2/networkInterface:NetworkInterface": ["subnetId", "interfaceType"],
  "aws:ec2/route:Route": [
    "routeTableId",
    "destinationCidrBlock",
    "destinationIpv6CidrBlock",
    "destinationPrefixListId",
  ],
  "aws:ec2/routeTable:RouteTable": ["vpcId"],
  "aws:ec2/routeTableAssociation:RouteTableAssociation": ["subnetId", "gatewayId"],
  "aws:ec2/securityGroup:SecurityGroup": [...NAMES, "description", "vpcId"],
  "aws:ec2/subnet:Subnet": ["vpcId", "availabilityZone", "cidrBlock"],
  "aws:ec2/vpc:Vpc": ["cidrBlock"],
  "aws:ec2/vpcEndpoint:VpcEndpoint": ["vpcId", "serviceName", "vpcEndpointType"],
  "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders": ["clusterName"],
  "aws:ecs/service:Service": [...NAMES, "cluster", "iamRole", "launchType", "schedulingStrategy"],
  "aws:ecs/taskDefinition:TaskDefinition": "all",
  "aws:iam/instanceProfile:InstanceProfile": [...NAMES, "path"],
  "aws:iam/role:Role": [...NAMES, "path"],
  "aws:iam/rolePolicy:RolePolicy": [...NAMES, "role"],
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": "all",
  "aws:kms/key:Key": ["customKeyStoreId", "customerMasterKeySpec", "keyUsage", "multiRegion"],
  "aws:lb/listener:Listener": ["loadBalancerArn"],
  "aws:lb/listenerCertificate:ListenerCertificate": "all",
  "aws:lb/listenerRule:ListenerRule": ["listenerArn"],
  "aws:lb/loadBalancer:LoadBalancer": [...NAMES, "internal", "loadBalancerType", "customerOwnedIpv4Pool"],
  "aws:lb/targetGroup:TargetGroup": [
    ...NAMES,
    ...["ipAddressType", "port", "protocol", "protocolVersion", "targetType", "vpcId"],
  ],
  "aws:lb/targetGroupAttachment:TargetGroupAttachment": "all",
  "aws:route53/record:Record": ["name", "type", "zoneId"],
  "aws:s3/bucket:Bucket": ["bucket", "bucketPrefix", "objectLockEnabled"],
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": ["bucket"],
  "aws:s3/bucketLogging:BucketLogging": ["bucket"],
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": ["bucket"],
  "aws:s3/bucketPolicy:BucketPolicy": ["bucket"],
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": ["bucket"],
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": ["bucket"],
  "aws:s3/bucketVersioning:BucketVersioning": ["bucket"],
  "aws:ssm/association:Association": ["name", "instanceId"],
  "aws:ssm/document:Document": ["name", "documentType"],
  "aws:sns/topic:Topic": [...NAMES, "fifoTopic"],
  "aws:sns/topicPolicy:TopicPolicy": ["arn"],
  "aws:sns/topicSubscription:TopicSubscription": ["endpoint", "protocol", "topicArn"],
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": ["securityGroupId"],
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": ["securityGroupId"],
  "aws:wafv2/ipSet:IpSet": [...NAMES, "scope", "ipAddressVersion"],
  "aws:wafv2/webAcl:WebAcl": [...NAMES, "scope"],
  "aws:wafv2/webAclAssociation:WebAclAssociation": "all",
  "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": ["resourceArn"],
};
