import { DEFAULT_DEPLOYMENT, type Deployment } from "../../adapters/service-deployment.ts";
import { DEFAULT_TARGET } from "../../adapters/target-settings.ts";
import { EcsCluster, type EcsClusterArgs } from "../../components/ecs-cluster.ts";
import { EcsService } from "../../components/ecs-service.ts";
import { EncryptionKey } from "../../components/encryption-key.ts";
import { conditionsOf } from "../../components/rule-conditions.ts";
import { Target } from "../../components/target.ts";
import { asked, CAPACITY, DEV, deploy, foundation, type PROD } from "./deploy.ts";

/** What a test's service has that others have not. */
export interface Different {
  readonly deployment?: Partial<Deployment>;
  readonly settings?: typeof DEV | typeof PROD;
  readonly cluster?: Partial<EcsClusterArgs>;
  /** A stack with a key of its own. */
  readonly encrypted?: boolean;
  readonly rollbackAlarms?: readonly string[];
}

/** A service on a cluster of its own: `cart-ecs` on `shop`, with three tasks. */
export function ecsService({
  deployment = {},
  settings = DEV,
  cluster = {},
  encrypted = false,
  rollbackAlarms = [],
}: Different = {}) {
  const base = foundation(settings, "task");
  const { network, security, loadBalancer } = base;
  const { logRetention, protect } = settings;
  const key = encrypted ? new EncryptionKey("key", { region: "eu-west-1", protect }) : undefined;
  const common = { network, key, logRetention };
  const declared: Deployment = { ...DEFAULT_DEPLOYMENT, ...deployment };
  const shifts = declared.release.strategy !== "rolling";
  const place = { network, loadBalancer, kind: "task", port: 8080 } as const;
  const rule = { listenerRules: [{ conditions: conditionsOf({ paths: ["/new"] }), priority: 9 }] };
  const target = shifts
    ? new Target("new", { ...DEFAULT_TARGET, ...place, ...rule, capacity: CAPACITY, alternate: true })
    : base.target;
  const shop = new EcsCluster("shop", { execute: false, insights: protect, tags: {}, ...common, ...cluster });
  const service = new EcsService("cart-ecs", {
    ...{ ...common, security, target, cluster: shop, rollbackAlarms, protect },
    ...{ capacity: CAPACITY, tasks: 3, deployment: declared },
    compute: { type: "fargate", cpu: 512, memory: 1024 },
  });
  return { service, target };
}

/** The containers of its task definition. */
export async function containersOf(different: Different) {
  const registered = await deploy(() => ecsService(different));
  return JSON.parse(String(asked(registered, "cart-ecs-definition").containerDefinitions));
}

/** The statements of one of its inline policies. */
export async function statementsOf(different: Different, name: string) {
  const registered = await deploy(() => ecsService(different));
  return JSON.parse(String(asked(registered, name).policy)).Statement;
}
