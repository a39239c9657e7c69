import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { accountArguments } from "./adapters/account-settings.ts";
import { keptPlan } from "./adapters/plan-cache.ts";
import { stackDeclaration } from "./adapters/stack-declaration.ts";
import { alarmWarnings } from "./components/alarm-warnings.ts";
import { BackupPlan } from "./components/backup-plan.ts";
import { refuseConflicts, warnings } from "./components/conflicts.ts";
import { EcsCluster } from "./components/ecs-cluster.ts";
import { EncryptionKey } from "./components/encryption-key.ts";
import { EntryAlarms } from "./components/entry-alarms.ts";
import { JoinedNetwork } from "./components/joined-network.ts";
import { listenerRules } from "./components/listener-rules.ts";
import { LoadBalancer } from "./components/load-balancer.ts";
import { LogBucket } from "./components/log-bucket.ts";
import { Network } from "./components/network.ts";
import { Notifications } from "./components/notifications.ts";
import { headline, ScaledService } from "./components/scaled-service.ts";
import { Security } from "./components/security.ts";
import { Storage } from "./components/storage.ts";

// Settings
const config = new pulumi.Config("setpoint");
const region = new pulumi.Config("aws").require("region");
const { settings, declared } = stackDeclaration((key) => config.requireObject(key), pulumi.getStack());
const { entry, notify, protect, logRetention } = settings;

// Plans
const planned = declared.map((declaration) => ({ ...declaration, plan: keptPlan(declaration.service) }));
refuseConflicts(settings, region, planned);
const remarks = [...warnings(settings, planned), ...alarmWarnings(declared.map(({ service }) => service))];
for (const remark of remarks) void pulumi.log.warn(remark);
const rules = listenerRules(planned, entry.shared?.lane ?? 0);
const ports = (type: "fargate" | "ec2") =>
  planned.filter(({ service }) => service.compute.type === type).map(({ deployment }) => deployment.port);

// Components
const own = { "setpoint:project": pulumi.getProject(), "setpoint:stack": pulumi.getStack() };
const tags = { ...settings.tags, ...own, "setpoint:profile": settings.profile };
const where = { region: region as aws.Region, ...accountArguments(settings.account) };
const provider = new aws.Provider("aws", { ...where, defaultTags: { tags } });
const options = { providers: { aws: provider } };
const key = settings.customerKey
  ? new EncryptionKey("encryption", { region, protect, ...settings.key }, options)
  : undefined;
const logs = protect ? new LogBucket("logs", { retention: logRetention }, options) : undefined;
const storage = new Storage("storage", { ...settings.storage, region, key, logs, protect }, options);
const joined = entry.shared?.network;
const network =
  joined === undefined
    ? new Network("network", { ...settings.network, logRetention, key }, options)
    : new JoinedNetwork("network", { ...settings.network, joined }, options);
const groups = { taskPorts: ports("fargate"), instancePorts: ports("ec2") };
const { allowFrom } = settings.network;
const security = new Security("security", { network, ...entry, allowFrom, ...groups }, options);
const capacities = planned.map(({ service }) => service.capacity);
const loadBalancer = new LoadBalancer(
  "entry",
  { network, security, ...entry, protect, logRetention, key, capacities, logs },
  options,
);
const topics = new Notifications("notify", { region, notify, key, logRetention }, options);
const slos = planned.flatMap(({ service }) => service.slos);
new EntryAlarms(
  "entry-alarms",
  { loadBalancer, certificateArn: entry.certificateArn ?? loadBalancer.certificate?.arn, slos, topics },
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
const place = { network, security, loadBalancer, cluster, tags, settings, key, storage, topics };
for (const {
  service,
  deployment,
  plan: { controls, seal },
} of planned)
  new ScaledService(
    service.name,
    { ...place, listenerRules: rules.get(service.name)!, service, deployment, controls, seal },
    options,
  );

if (settings.backup !== undefined)
  new BackupPlan("backup", { region, backup: settings.backup, key, protect, tags: own }, options);

// Outputs
export const url = loadBalancer.url;
export const share = loadBalancer.share;
export const services = planned.map(({ plan }) => headline(plan));
