import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { declaredServices } from "./adapters/declaration.ts";
import { stackSettings } from "./adapters/stack-settings.ts";
import { readTrace } from "./adapters/trace-csv.ts";
import { refuseConflicts, warnings } from "./components/conflicts.ts";
import { EcsCluster } from "./components/ecs-cluster.ts";
import { EncryptionKey } from "./components/encryption-key.ts";
import { LoadBalancer } from "./components/load-balancer.ts";
import { Network } from "./components/network.ts";
import { rulePriorities } from "./components/rule-priorities.ts";
import { headline, ScaledService } from "./components/scaled-service.ts";
import { Security } from "./components/security.ts";
import { scalingPlan } from "./policy/plan.ts";

// Settings
const config = new pulumi.Config("setpoint");
const region = new pulumi.Config("aws").require("region");
const settings = stackSettings(config.requireObject("deployment"));
const { entry, protect, logRetention } = settings;
const declared = declaredServices(
  { services: config.requireObject("services") },
  `Pulumi.${pulumi.getStack()}.yaml`,
  readTrace,
);

// Plans
const planned = declared.map((declaration) => ({ ...declaration, plan: scalingPlan(declaration.service) }));
refuseConflicts(settings, region, planned);
for (const remark of warnings(settings, planned)) void pulumi.log.warn(remark);
const priorities = rulePriorities(planned.flatMap(({ deployment }) => deployment.paths));
const ports = (type: "fargate" | "ec2") =>
  planned.filter(({ service }) => service.compute.type === type).map(({ deployment }) => deployment.port);

// Components
const tags = { "setpoint:project": pulumi.getProject(), "setpoint:stack": pulumi.getStack() };
const provider = new aws.Provider("aws", { region: region as aws.Region, defaultTags: { tags } });
const options = { providers: { aws: provider } };
const key = settings.customerKey ? new EncryptionKey("encryption", { region, protect }, options) : undefined;
const network = new Network("network", { ...settings.network, logRetention, key }, options);
const groups = { taskPorts: ports("fargate"), instancePorts: ports("ec2") };
const security = new Security("security", { network, ...entry, ...groups }, options);
const capacities = planned.map(({ service }) => service.capacity);
const loadBalancer = new LoadBalancer(
  "entry",
  { network, security, ...entry, protect, logRetention, capacities },
  options,
);
const fargate = groups.taskPorts.length > 0;
const cluster = fargate
  ? new EcsCluster(
      "cluster",
      { network, ...settings.cluster, insights: protect, logRetention, key, tags },
      options,
    )
  : undefined;
const place = { network, security, loadBalancer, cluster, priorities, tags, settings, key };
for (const {
  service,
  deployment,
  plan: { controls },
} of planned)
  new ScaledService(service.name, { ...place, service, deployment, controls }, options);

// Outputs
export const url = loadBalancer.url;
export const services = planned.map(({ plan }) => headline(plan));
