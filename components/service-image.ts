import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as awsx from "@pulumi/awsx";
import * as pulumi from "@pulumi/pulumi";
import { badInput } from "../adapters/bad-input.ts";
import type { EncryptionKey } from "./encryption-key.ts";

export interface ServiceImageArgs {
  /** Holds the Dockerfile. */
  readonly folder: string;
  readonly cpuArchitecture: "x86_64" | "arm64";
  /** Encrypts the images; without one, AWS's own does. */
  readonly key: EncryptionKey | undefined;
  /** Whether the images outlive the repository's deletion. */
  readonly protect: boolean;
}

/** A folder's image, built on this machine and pushed to a repository of its own, scanned and immutable. */
export class ServiceImage extends pulumi.ComponentResource {
  /** By digest. */
  readonly uri: pulumi.Output<string>;
  readonly repositoryArn: pulumi.Output<string>;
  readonly repository: awsx.ecr.Repository;
  readonly image: awsx.ecr.Image;

  constructor(name: string, args: ServiceImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("setpoint:index:ServiceImage", name, {}, opts);
    const { folder, cpuArchitecture, key, protect } = args;
    if (!existsSync(join(folder, "Dockerfile")))
      throw badInput([
        {
          where: name,
          message: `the folder to build is ${folder}; it has no Dockerfile. Name the folder that has.`,
        },
      ]);
    this.repository = new awsx.ecr.Repository(
      repositoryName(name),
      {
        imageTagMutability: "IMMUTABLE",
        imageScanningConfiguration: { scanOnPush: true },
        encryptionConfigurations: [
          { encryptionType: "KMS", ...(key === undefined ? {} : { kmsKey: key.arn }) },
        ],
        forceDelete: !protect,
        lifecyclePolicy: {
          rules: [
            { description: "Untagged images, after a week", tagStatus: "untagged", maximumAgeLimit: 7 },
            { description: "All but the newest 30", tagStatus: "any", maximumNumberOfImages: 30 },
          ],
        },
      },
      { parent: this },
    );
    this.image = new awsx.ecr.Image(
      `${name}-image`,
      {
        repositoryUrl: this.repository.url,
        context: folder,
        platform: cpuArchitecture === "arm64" ? "linux/arm64" : "linux/amd64",
        imageTag: contentTag(folder), // a tag that never moves asks for a new one with new content
      },
      { parent: this },
    );
    this.uri = this.image.imageUri;
    this.repositoryArn = this.repository.repository.apply(({ arn }) => arn);
    this.registerOutputs({ uri: this.uri });
  }
}

/** A name that ECR takes: single separators only (NAM-9), told apart by a hash where a service's name has more. */
function repositoryName(name: string): string {
  const single = name.replace(/-{2,}/g, "-");
  return single === name
    ? `${name}-repository`
    : `${single}-${createHash("sha256").update(name).digest("hex").slice(0, 4)}-repository`;
}

/** Made anew by the build, or no part of it. */
const IGNORED = new Set(["node_modules", ".git"]);

/** Sixteen hexadecimal digits that follow from the names and bytes of the folder's files. */
export function contentTag(folder: string): string {
  const hash = createHash("sha256");
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter(
      (path) =>
        !path
          .slice(folder.length)
          .split(/[/\\]/)
          .some((part) => IGNORED.has(part)),
    );
  for (const path of files.toSorted()) {
    const bytes = readFileSync(path);
    hash.update(`${path.slice(folder.length).replaceAll("\\", "/")}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest("hex").slice(0, 16);
}
