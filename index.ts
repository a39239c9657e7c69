import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { accountArguments } from "./adapters/account-settings.ts";
import { keptPlan } from "./adapters/plan-cache.ts";
import { stackDeclaration } from "./adapters/stack-declaration.ts";
import { refuseConflicts, warnings } from "./components/conflicts.ts";
import { EcsCluster } from "./components/ecs-cluster.ts";
import { EncryptionKey } from "./components/encryption-key.ts";
import { LoadBalancer } from "./components/load-balancer.ts";
import { LogBucket } from "./components/log-bucket.ts";
import { Network } from "./components/network.ts";
import { rulePriorities } from "./components/rule-priorities.ts";
import { headline, ScaledService } from "./components/scaled-service.ts";
import { Security } from "./components/security.ts";
import { Storage } from "./components/storage.ts";

// Settings
const config = new pulumi.Config("setpoint");
const region = new pulumi.Config("aws").require("region");
const { settings, declared } = stackDeclaration((key) => config.requireObject(key), pulumi.getStack());
const { entry, protect, logRetention } = settings;

// Plans
const planned = declared.map((declaration) => ({ ...declaration, plan: keptPlan(declaration.service) }));
refuseConflicts(settings, region, planned);
for (const remark of warnings(settings, planned)) void pulumi.log.warn(remark);
const priorities = rulePriorities(planned.flatMap(({ deployment }) => deployment.paths));
const ports = (type: "fargate" | "ec2") =>
  planned.filter(({ service }) => service.compute.type === type).map(({ deployment }) => deployment.port);

// Components
const tags = {
  ...settings.tags,
  "setpoint:project": pulumi.getProject(),
  "setpoint:stack": pulumi.getStack(),
};
const where = { region: region as aws.Region, ...accountArguments(settings.account) };
const provider = new aws.Provider("aws", { ...where, defaultTags: { tags } });
const options = { providers: { aws: provider } };
const key = settings.customerKey
  ? new EncryptionKey("encryption", { region, protect, ...settings.key }, options)
  : undefined;
const logs = protect ? new LogBucket("logs", { retention: logRetention }, options) : undefined;
const storage = new Storage("storage", { ...settings.storage, region, key, logs, protect }, options);
const network = new Network("network", { ...settings.network, logRetention, key }, options);
const groups = { taskPorts: ports("fargate"), instancePorts: ports("ec2") };
const { allowFrom } = settings.network;
const security = new Security("security", { network, ...entry, allowFrom, ...groups }, options);
const capacities = planned.map(({ service }) => service.capacity);
const loadBalancer = new LoadBalancer(
  "entry",
  { network, security, ...entry, protect, logRetention, capacities, logs },
  options,
);
const fargate = groups.taskPorts.length > 0;
const cluster = fargate ? new EcsCluster("cluster", { insights: protect }, options) : undefined;
const place = { network, security, loadBalancer, cluster, priorities, tags, settings, key, storage };
for (const {
  service,
  deployment,
  plan: { controls },
} of planned)
  new ScaledService(service.name, { ...place, service, deployment, controls }, options);

// Outputs
export const url = loadBalancer.url;
export const services = planned.map(({ plan }) => headline(plan));
