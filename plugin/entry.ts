import type { Either } from "./either.ts";

/** The way in: exactly one of `certificateArn`, `domain`, `shared` and `insecure`. */
export interface Entry {
  /** Of AWS Certificate Manager. */
  certificateArn?: string;
  /** A certificate is issued for it, and it leads to the balancer. */
  domain?: Domain;
  /** Serve plain HTTP; for development only. */
  insecure?: boolean;
  /** Use the balancer of another platform. */
  shared?: Shared;
  /** ARNs of certificates for further names. */
  certificates?: string[];
  /** 1.2 or 1.3. */
  minimumTls?: number;
  /** Turn HTTP into HTTPS; without it, port 80 is closed. */
  redirect?: boolean;
  /** For which a silent connection is kept, such as `60 s`. */
  idleTimeout?: string;
  /** What AWS WAF looks at before a request reaches the balancer. */
  waf?: Waf;
}

export interface Domain {
  /** Such as `shop.example.com`. */
  name: string;
  /** Of Route 53. */
  zoneId: string;
  /** Further names in that zone. */
  aliases?: string[];
}

/** Another platform's output `share`, and a lane. */
export interface Shared {
  /** Of the owner's balancer. */
  loadBalancerArn: string;
  /** Of its listener. */
  listenerArn: string;
  /** Of its security group. */
  securityGroupId: string;
  /** That the balancer lies in. */
  network: SharedNetwork;
  /** 1 to 7, another for each stack on the balancer. */
  lane: number;
}

export interface SharedNetwork {
  /** The network's id. */
  vpcId: string;
  /** Two at least. */
  privateSubnetIds: string[];
  /** Of S3 and DynamoDB, in that order. */
  gatewayIds?: string[];
  /** Of the interface endpoints, where the owner has them. */
  endpointGroupId?: string;
}

export interface Waf {
  /** False for no web ACL. */
  enabled?: boolean;
  /** AWS's own groups of rules. */
  managed?: ManagedRules;
  /** Let bodies over 8 KB through, as uploads have; AWS WAF inspects their first 8 KB alone. */
  largeBodies?: boolean;
  /** Requests of one address within a window. */
  rateLimit?: RateLimit;
  /** Blocks of addresses that pass every other rule. */
  allow?: string[];
  /** Blocks of addresses that are refused. */
  block?: string[];
}

/** Each `block`, `count`, or `{ count: [rules] }`, which blocks but for those. */
export interface ManagedRules {
  /** What every application should have. */
  common?: Either;
  /** Requests that are known to exploit. */
  knownBadInputs?: Either;
  /** Paths of administrators. */
  adminProtection?: Either;
  /** Against databases. */
  sqlInjection?: Either;
  /** Of Linux. */
  linux?: Either;
  /** Of POSIX systems. */
  posix?: Either;
  /** Of Windows. */
  windows?: Either;
  /** Of PHP. */
  php?: Either;
  /** Of WordPress. */
  wordpress?: Either;
  /** Addresses of bots and threats. */
  ipReputation?: Either;
  /** Addresses that hide who asks. */
  anonymousIp?: Either;
}

export interface RateLimit {
  /** False for no limit. */
  enabled?: boolean;
  /** In the window; 10 at least. */
  requests?: number;
  /** `60 s`, `120 s`, `300 s` or `600 s`. */
  window?: string;
}
