import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { MinimumTls } from "../adapters/entry-settings.ts";

/**
 * AWS's recommended policies by the oldest TLS they speak: forward secrecy and authenticated ciphers only, and a key
 * exchange that no quantum computer breaks where the client knows it (Elastic Load Balancing user guide, "Security
 * policies", 2026-11).
 */
const TLS_POLICIES: Readonly<Record<MinimumTls, string>> = {
  1.2: "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
  1.3: "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09",
};

/** What no rule takes. */
const NOT_FOUND = {
  type: "fixed-response",
  fixedResponse: { contentType: "text/plain", statusCode: "404", messageBody: "Not found" },
};

export interface SecureListenerArgs {
  readonly certificateArn: pulumi.Input<string>;
  readonly minimumTls: MinimumTls;
}

export function plainListener(
  parent: pulumi.Resource,
  name: string,
  balancer: aws.lb.LoadBalancer,
): aws.lb.Listener {
  return new aws.lb.Listener(
    `${name}-http`,
    { loadBalancerArn: balancer.arn, port: 80, protocol: "HTTP", defaultActions: [NOT_FOUND] },
    { parent },
  );
}

/** A permanent redirect from HTTP to HTTPS. It has the plain one's name: a port holds one listener, which turns from one into the other in place. */
export function redirectListener(
  parent: pulumi.Resource,
  name: string,
  balancer: aws.lb.LoadBalancer,
): aws.lb.Listener {
  const redirect = { port: "443", protocol: "HTTPS", statusCode: "HTTP_301" };
  return new aws.lb.Listener(
    `${name}-http`,
    {
      loadBalancerArn: balancer.arn,
      port: 80,
      protocol: "HTTP",
      defaultActions: [{ type: "redirect", redirect }],
    },
    { parent },
  );
}

export function secureListener(
  parent: pulumi.Resource,
  name: string,
  balancer: aws.lb.LoadBalancer,
  { certificateArn, minimumTls }: SecureListenerArgs,
): aws.lb.Listener {
  return new aws.lb.Listener(
    `${name}-https`,
    {
      loadBalancerArn: balancer.arn,
      port: 443,
      protocol: "HTTPS",
      sslPolicy: TLS_POLICIES[minimumTls],
      certificateArn,
      defaultActions: [NOT_FOUND],
    },
    { parent },
  );
}

/** Certificates for further names, each named for its own id. */
export function furtherCertificates(
  parent: pulumi.Resource,
  name: string,
  listener: aws.lb.Listener,
  arns: readonly string[],
): readonly aws.lb.ListenerCertificate[] {
  return arns.map(
    (certificateArn) =>
      new aws.lb.ListenerCertificate(
        `${name}-${certificateArn.split("/")[1]}`,
        { listenerArn: listener.arn, certificateArn },
        { parent },
      ),
  );
}
