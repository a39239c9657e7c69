/** Setpoint as a library: an environment as one component, its parts, and the engine that plans for them. */
export { type DeclaredService, readDeclaration } from "../adapters/declaration.ts";
export {
  platformDeclaration,
  type StackDeclaration,
  stackDeclaration,
} from "../adapters/stack-declaration.ts";
export type { Deployment } from "../plugin/deployment.ts";
export type { Service as ServiceDeclaration } from "../plugin/service.ts";
export { scalingPlan } from "../policy/plan.ts";
export type { ScalingControls, ScalingPlan } from "../policy/scaling-plan.ts";
export type { Service, Slo } from "../policy/service.ts";
export { Bucket, type BucketArgs } from "./bucket.ts";
export { Ec2Scaling, type Ec2ScalingArgs } from "./ec2-scaling.ts";
export { EcsCluster, type EcsClusterArgs } from "./ecs-cluster.ts";
export { EcsScaling, type EcsScalingArgs } from "./ecs-scaling.ts";
export { EcsService, type EcsServiceArgs } from "./ecs-service.ts";
export { EncryptionKey, type EncryptionKeyArgs } from "./encryption-key.ts";
export { LoadBalancer, type LoadBalancerArgs } from "./load-balancer.ts";
export { Network, type NetworkArgs } from "./network.ts";
export { Notifications, type NotificationsArgs } from "./notifications.ts";
export { Observability, type ObservabilityArgs } from "./observability.ts";
export { Platform, type PlatformArgs } from "./platform.ts";
export { ScaledService, type ScaledServiceArgs } from "./scaled-service.ts";
export { Security, type SecurityArgs } from "./security.ts";
export { Storage, type StorageArgs } from "./storage.ts";
export { Table, type TableArgs } from "./table.ts";
export { Target, type TargetArgs } from "./target.ts";
export { WebTier, type WebTierArgs } from "./web-tier.ts";
