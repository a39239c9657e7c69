import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { accountArguments } from "../adapters/account-settings.ts";
import type { StackDeclaration } from "../adapters/stack-declaration.ts";
import type { StackSettings } from "../adapters/stack-settings.ts";
import { BackupPlan } from "./backup-plan.ts";
import { EcsCluster } from "./ecs-cluster.ts";
import { EncryptionKey } from "./encryption-key.ts";
import { EntryAlarms } from "./entry-alarms.ts";
import { JoinedNetwork } from "./joined-network.ts";
import { LoadBalancer } from "./load-balancer.ts";
import { LogBucket } from "./log-bucket.ts";
import { Network } from "./network.ts";
import { Notifications } from "./notifications.ts";
import { partName } from "./part-name.ts";
import { plannedTenants } from "./planned-tenants.ts";
import { headline, ScaledService } from "./scaled-service.ts";
import { Security } from "./security.ts";
import { Storage } from "./storage.ts";

export interface PlatformArgs extends StackDeclaration {
  /** Of AWS, where its zones are. */
  readonly region: string;
}

/**
 * One environment, whole: network, way in, services with what scales them, storage, alarms and backup. Its plans are
 * made, and whatever its settings rule out is refused, before anything is registered. Named for its project, its parts
 * bear plain names (`network`, `cart`); any further one's begin with its own (`blue-network`). Unless it is given a
 * provider it makes one, in its region, for its account and with its tags.
 */
export class Platform extends pulumi.ComponentResource {
  /** Its own; undefined if it was given one. */
  readonly provider: aws.Provider | undefined;
  readonly key: EncryptionKey | undefined;
  readonly logs: LogBucket | undefined;
  readonly storage: Storage;
  readonly network: Network | JoinedNetwork;
  readonly security: Security;
  readonly loadBalancer: LoadBalancer;
  /** Where somebody hears alarms; where nobody does, none are made but those that releases roll back on. */
  readonly topics: Notifications | undefined;
  readonly entryAlarms: EntryAlarms | undefined;
  /** Where there are Fargate services. */
  readonly cluster: EcsCluster | undefined;
  /** By the names under which they were declared. */
  readonly services: Readonly<Record<string, ScaledService>>;
  readonly backup: BackupPlan | undefined;
  /** Where users come in. */
  readonly url: pulumi.Output<string>;
  /** What another stack needs for a place on this balancer. */
  readonly share: LoadBalancer["share"];
  /** What scales each service. */
  readonly scaling: pulumi.Output<ReturnType<typeof headline>[]>;

  constructor(
    name: string,
    args: PlatformArgs,
    opts?: pulumi.ComponentResourceOptions,
    pace: (steps: Steps) => void = atOnce,
  ) {
    const { settings, declared, region } = args;
    const part = partName(name);
    const { tenants, rules } = plannedTenants(settings, region, declared, part);
    super("setpoint:index:Platform", name, {}, opts);
    const { entry, notify, protect, logRetention } = settings;
    const own = { "setpoint:project": pulumi.getProject(), "setpoint:stack": pulumi.getStack() };
    const tags = { ...settings.tags, ...own, "setpoint:profile": settings.profile };
    this.provider =
      this.getProvider(AWS) === undefined ? providerOf(this, part("aws"), settings, region, tags) : undefined;
    const options = {
      parent: this,
      ...(this.provider === undefined ? {} : { providers: { aws: this.provider } }),
    };
    this.key = settings.customerKey
      ? new EncryptionKey(part("encryption"), { region, protect, ...settings.key }, options)
      : undefined;
    const { key } = this;
    this.logs = protect ? new LogBucket(part("logs"), { retention: logRetention }, options) : undefined;
    const { logs } = this;
    this.storage = new Storage(part("storage"), { ...settings.storage, region, key, logs, protect }, options);
    const joined = entry.shared?.network;
    this.network =
      joined === undefined
        ? new Network(part("network"), { ...settings.network, logRetention, key }, options)
        : new JoinedNetwork(part("network"), { ...settings.network, joined }, options);
    const { network } = this;
    const ports = (type: "fargate" | "ec2") =>
      tenants.filter(({ service }) => service.compute.type === type).map(({ deployment }) => deployment.port);
    const groups = { taskPorts: ports("fargate"), instancePorts: ports("ec2") };
    const { allowFrom } = settings.network;
    this.security = new Security(part("security"), { network, ...entry, allowFrom, ...groups }, options);
    const { security } = this;
    const capacities = tenants.map(({ service }) => service.capacity);
    this.loadBalancer = new LoadBalancer(
      part("entry"),
      { network, security, ...entry, protect, logRetention, key, capacities, logs },
      options,
    );
    const { loadBalancer } = this;
    this.topics =
      notify.page.length + notify.ticket.length > 0
        ? new Notifications(part("notify"), { region, notify, key, logRetention }, options)
        : undefined;
    const { topics } = this;
    const slos = tenants.flatMap(({ service }) => service.slos);
    const certificateArn = entry.certificateArn ?? loadBalancer.certificate?.arn;
    this.entryAlarms =
      topics === undefined
        ? undefined
        : new EntryAlarms(part("entry-alarms"), { loadBalancer, certificateArn, slos, topics }, options);
    this.cluster =
      groups.taskPorts.length > 0
        ? new EcsCluster(
            part("cluster"),
            { network, ...settings.cluster, insights: protect, logRetention, key, tags },
            options,
          )
        : undefined;
    const { cluster, storage } = this;
    this.backup =
      settings.backup === undefined
        ? undefined
        : new BackupPlan(
            part("backup"),
            { region, backup: settings.backup, key, protect, tags: own },
            options,
          );
    this.url = loadBalancer.url;
    this.share = loadBalancer.share;
    this.scaling = pulumi.output(tenants.map(({ plan }) => headline(plan)));
    const place = { network, security, loadBalancer, cluster, tags, settings, key, storage, topics };
    const services: Record<string, ScaledService> = {};
    this.services = services;
    const steps = tenants.map(({ service, deployment, plan: { controls, seal } }) => () => {
      services[service.name] = new ScaledService(
        part(service.name),
        { ...place, listenerRules: rules.get(service.name)!, service, deployment, controls, seal },
        options,
      );
    });
    const { url, share, scaling } = this;
    pace([...steps, () => this.registerOutputs({ url, share, scaling, dashboards: this.dashboards })]);
  }

  /**
   * What `new` makes, in half the memory where there are many services: each is made in a turn of the event loop of its
   * own, since Pulumi keeps some 55 kB for each resource that is declared until the turn ends.
   */
  static async create(
    name: string,
    args: PlatformArgs,
    opts?: pulumi.ComponentResourceOptions,
  ): Promise<Platform> {
    let made = Promise.resolve();
    const platform = new Platform(name, args, opts, (steps) => {
      made = inTurns(steps);
    });
    await made;
    return platform;
  }

  /** The names of each service's dashboards. */
  get dashboards(): pulumi.Output<Record<string, string[]>> {
    return pulumi.output(
      Object.fromEntries(
        Object.entries(this.services).map(([service, { observability }]) => [
          service,
          observability.dashboard.pages.map(({ dashboardName }) => dashboardName),
        ]),
      ),
    );
  }
}

/** What is left to make once there is what services share, in order. */
type Steps = readonly (() => void)[];

function atOnce(steps: Steps): void {
  for (const step of steps) step();
}

async function inTurns(steps: Steps): Promise<void> {
  for (const step of steps) {
    await new Promise(setImmediate);
    step();
  }
}

/** Any type of the package says which provider is asked for. */
const AWS = "aws:ec2/vpc:Vpc";

function providerOf(
  parent: Platform,
  name: string,
  { account }: StackSettings,
  region: string,
  tags: Readonly<Record<string, string>>,
): aws.Provider {
  const where = { region: region as aws.Region, ...accountArguments(account) };
  return new aws.Provider(name, { ...where, defaultTags: { tags } }, { parent });
}
