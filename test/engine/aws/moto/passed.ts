import type { Bag, Held } from "../cloud.ts";
import { APPLICATION_SCALING } from "./application-scaling.ts";
import { AUTO_SCALING } from "./auto-scaling.ts";
import { BALANCING } from "./balancing.ts";
import { CERTIFICATES } from "./certificates.ts";
import type { Clients } from "./clients.ts";
import { CLOUDWATCH } from "./cloudwatch.ts";
import { DOCUMENTS } from "./documents.ts";
import { DYNAMO } from "./dynamo.ts";
import { EC2 } from "./ec2.ts";
import { ECS } from "./ecs.ts";
import { S3 } from "./s3.ts";

/** A resource as it is asked of AWS. */
export interface Asked {
  readonly name: string;
  readonly inputs: Bag;
  /** The inputs, and what the stand-in or AWS has added: at least a name. */
  readonly outputs: Bag;
}

/** How the requests of one type read in AWS's API. */
export interface Passed {
  /** Returns outputs of moto's own, such as its ARN. */
  readonly create?: (aws: Clients, asked: Asked) => Promise<Bag>;
  readonly update?: (aws: Clients, asked: Asked) => Promise<Bag>;
  readonly remove?: (aws: Clients, held: Held) => Promise<unknown>;
  /** What moto has now of that which others change; rejects, or has nothing, where it is gone. */
  readonly read?: (aws: Clients, held: Held) => Promise<Bag | undefined>;
}

/** What moto is told of a type; nothing, where moto is not asked. */
export function passed(type: string): Passed {
  return ALL[type] ?? {};
}

const ALL: Readonly<Record<string, Passed>> = {
  ...APPLICATION_SCALING,
  ...AUTO_SCALING,
  ...BALANCING,
  ...CERTIFICATES,
  ...CLOUDWATCH,
  ...DOCUMENTS,
  ...DYNAMO,
  ...EC2,
  ...ECS,
  ...S3,
};
