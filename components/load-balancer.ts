import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { EntrySettings, SharedEntry } from "../adapters/entry-settings.ts";
import type { TaskProfile } from "../policy/service.ts";
import { AccessLogs } from "./access-logs.ts";
import { aliasRecords, Certificate } from "./certificate.ts";
import type { EncryptionKey } from "./encryption-key.ts";
import { type Place, shareOf } from "./joined-network.ts";
import { furtherCertificates, plainListener, redirectListener, secureListener } from "./listeners.ts";
import { idleTimeout } from "./request-timing.ts";
import type { LogDestination } from "./secure-bucket.ts";
import type { Security } from "./security.ts";
import { shortName } from "./short-name.ts";
import { WebAcl } from "./web-acl.ts";

export interface LoadBalancerArgs extends EntrySettings {
  readonly network: Place;
  readonly security: Security;
  /** Deletion protection and access logs. */
  readonly protect: boolean;
  /** Days that access logs, and the log of the web ACL, are kept. */
  readonly logRetention: number;
  /** Where S3 notes who reads the access logs. */
  readonly logs?: LogDestination | undefined;
  /** Encrypts the log of the web ACL; access logs take none. */
  readonly key?: EncryptionKey | undefined;
  /** Of the services behind it: no request may outlast the connection. */
  readonly capacities: readonly TaskProfile[];
}

/** The one way in: an application load balancer whose rules send each request to a service, and the rest to 404. */
export class LoadBalancer extends pulumi.ComponentResource {
  /** In the stack; rules are named for it. */
  readonly name: string;
  readonly balancer: aws.lb.LoadBalancer;
  /** Where services add their rules. */
  readonly listener: aws.lb.Listener;
  /** On port 80, where it turns HTTP into HTTPS. */
  readonly redirect: aws.lb.Listener | undefined;
  /** Of a domain. */
  readonly certificate: Certificate | undefined;
  /** Names that lead to the balancer. */
  readonly records: readonly aws.route53.Record[];
  readonly certificates: readonly aws.lb.ListenerCertificate[];
  readonly webAcl: WebAcl | undefined;
  readonly logs: AccessLogs | undefined;
  readonly url: pulumi.Output<string>;
  /** What another stack puts in its `entry.shared` to have a place here. */
  readonly share: pulumi.Output<Omit<SharedEntry, "lane">>;

  constructor(name: string, args: LoadBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:LoadBalancer", name, {}, opts);
    if (name.startsWith("internal-"))
      throw new Error(
        `LoadBalancer's name is ${JSON.stringify(name)}; AWS keeps names that begin with internal- for itself (NAM-2). Rename it.`,
      );
    const { shared, domain, insecure, waf, protect, logRetention, key, security } = args;
    if ([shared, domain, args.certificateArn].every((each) => each === undefined) && !insecure)
      throw new Error(
        `${name}: certificateArn is missing; HTTPS needs it, or a domain. Set one, or in development insecure: true.`,
      );
    this.name = name;
    const parent = { parent: this };
    const own = shared === undefined;
    this.logs =
      own && protect
        ? new AccessLogs(`${name}-logs`, { retention: logRetention, logs: args.logs }, parent)
        : undefined;
    this.balancer = own
      ? ownBalancer(this, name, args)
      : aws.lb.LoadBalancer.get(shortName(`${name}-alb`), shared.loadBalancerArn, {}, parent);
    this.certificate = domain === undefined ? undefined : new Certificate(`${name}-domain`, domain, parent);
    this.records = domain === undefined ? [] : aliasRecords(this, name, domain, this.balancer);
    this.redirect =
      own && !insecure && args.redirect ? redirectListener(this, name, this.balancer) : undefined;
    this.listener = listenerOf(this, name, args);
    this.certificates = furtherCertificates(this, name, this.listener, args.certificates);
    this.webAcl =
      own && waf !== false
        ? new WebAcl(`${name}-waf`, { waf, balancer: this.balancer, logRetention, key }, parent)
        : undefined;
    const host = domain === undefined ? this.balancer.dnsName : pulumi.output(domain.name);
    this.url = pulumi.interpolate`${insecure ? "http" : "https"}://${host}`;
    this.share = pulumi.output({
      loadBalancerArn: this.balancer.arn,
      listenerArn: this.listener.arn,
      securityGroupId: security.balancer.id,
      network: shareOf(args.network),
    });
    this.registerOutputs({ url: this.url });
  }
}

function ownBalancer(parent: LoadBalancer, name: string, args: LoadBalancerArgs): aws.lb.LoadBalancer {
  const { network, security, protect } = args;
  const { logs } = parent;
  const written = logs === undefined ? undefined : { bucket: logs.bucket.bucket, enabled: true };
  return new aws.lb.LoadBalancer(
    shortName(`${name}-alb`),
    {
      loadBalancerType: "application",
      internal: false,
      subnets: network.publicSubnets.map(({ id }) => id),
      securityGroups: [security.balancer.id],
      dropInvalidHeaderFields: true,
      desyncMitigationMode: "defensive",
      idleTimeout: args.idleTimeout ?? idleTimeout(args.capacities),
      enableDeletionProtection: protect,
      ...(written === undefined ? {} : { accessLogs: written, connectionLogs: written }),
    },
    { parent, protect, dependsOn: [...network.internet, ...(logs === undefined ? [] : [logs.policy])] },
  );
}

function listenerOf(parent: LoadBalancer, name: string, args: LoadBalancerArgs): aws.lb.Listener {
  const { shared, insecure, minimumTls } = args;
  if (shared !== undefined)
    return aws.lb.Listener.get(`${name}-listener`, shared.listenerArn, {}, { parent });
  if (insecure) return plainListener(parent, name, parent.balancer);
  const certificateArn = parent.certificate?.arn ?? args.certificateArn!;
  return secureListener(parent, name, parent.balancer, { certificateArn, minimumTls });
}
