import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { DomainSettings } from "../adapters/entry-settings.ts";

/** A certificate that AWS issues and renews by itself, since its zone shows that the names are ours. */
export class Certificate extends pulumi.ComponentResource {
  readonly certificate: aws.acm.Certificate;
  readonly records: readonly aws.route53.Record[];
  readonly validation: aws.acm.CertificateValidation;
  /** Known once the certificate is issued. */
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: DomainSettings, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:Certificate", name, {}, opts);
    const { name: domainName, aliases, zoneId } = args;
    const parent = { parent: this };
    this.certificate = new aws.acm.Certificate(
      `${name}-certificate`,
      {
        domainName,
        subjectAlternativeNames: [...aliases],
        validationMethod: "DNS",
        keyAlgorithm: "RSA_2048", // ACM.2: the smallest that is safe, and every client reads it
      },
      parent,
    );
    this.records = provenNames([domainName, ...aliases]).map((proven) => {
      const asked = this.certificate.domainValidationOptions.apply(
        (options) => options.find((option) => option.domainName === proven)!,
      );
      return new aws.route53.Record(
        `${name}-${proven.replace("*.", "")}`,
        {
          zoneId,
          name: asked.resourceRecordName,
          type: asked.resourceRecordType,
          records: [asked.resourceRecordValue],
          ttl: 60,
          allowOverwrite: true, // a certificate for the name in another region asks for the same record
        },
        parent,
      );
    });
    this.validation = new aws.acm.CertificateValidation(
      `${name}-validation`,
      { certificateArn: this.certificate.arn, validationRecordFqdns: this.records.map(({ fqdn }) => fqdn) },
      parent,
    );
    this.arn = this.validation.certificateArn;
    this.registerOutputs({ arn: this.arn });
  }
}

/** One name for each record: `example.com` and `*.example.com` are proven by the same. */
function provenNames(names: readonly string[]): readonly string[] {
  const bare = (name: string) => name.replace(/^\*\./, "");
  return names.filter((name, i) => names.findIndex((other) => bare(other) === bare(name)) === i);
}

/** Leads each name to the balancer; it has IPv4 addresses alone, so there is no AAAA to answer with. */
export function aliasRecords(
  parent: pulumi.Resource,
  name: string,
  { name: domainName, aliases, zoneId }: DomainSettings,
  balancer: aws.lb.LoadBalancer,
): readonly aws.route53.Record[] {
  return [domainName, ...aliases].map(
    (each) =>
      new aws.route53.Record(
        `${name}-to-${each.replace("*", "any")}`,
        {
          zoneId,
          name: each,
          type: "A",
          aliases: [{ name: balancer.dnsName, zoneId: balancer.zoneId, evaluateTargetHealth: true }],
        },
        { parent },
      ),
  );
}
