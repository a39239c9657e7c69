import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** Where an image lies in ECR. */
export interface Repository {
  readonly host: string;
  readonly owner: string;
  readonly region: string;
  readonly repository: string;
  readonly tag: string | undefined;
}

const ECR = /^((\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?)\/([^:@]+)(?::([^@]+))?/;

/** Of a reference to a private registry of ECR; nothing of any other. */
export function repositoryOf(reference: string): Repository | undefined {
  const found = ECR.exec(reference);
  if (found === null) return undefined;
  const [, host, owner, region, repository, tag] = found;
  return { host: host!, owner: owner!, region: region!, repository: repository!, tag };
}

/**
 * A reference that cannot move: a tag of ECR becomes the digest it stands for now. The look-up fails where
 * there is no such image, before a service is asked to run it (CMP-19).
 */
export function pinned(reference: string, parent: pulumi.Resource): pulumi.Input<string> {
  const found = repositoryOf(reference);
  if (found?.tag === undefined) return reference;
  const { host, owner, region, repository, tag } = found;
  const lookup = { registryId: owner, repositoryName: repository, imageTag: tag, region };
  const { imageDigest } = aws.ecr.getImageOutput(lookup, { parent });
  return pulumi.interpolate`${host}/${repository}@${imageDigest}`;
}
