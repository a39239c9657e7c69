import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import sdk from "@pulumi/aws/package.json" with { type: "json" };
import { main, type Provider } from "@pulumi/pulumi/provider/index.js";

/** A resource that the cloud holds. */
export interface Held {
  readonly id: string;
  /** Such as `aws:ec2/vpc:Vpc`. */
  readonly type: string;
  readonly name: string;
  readonly inputs: Bag;
  readonly outputs: Bag;
}

/** What a test asks of the cloud, over the process's own channel. */
export type Request =
  | { readonly ask: "contents" }
  /** Refuse the `create`th resource from now on, once. */
  | { readonly ask: "refuse"; readonly create: number }
  /** What somebody, or autoscaling, changes without Pulumi. */
  | { readonly ask: "change"; readonly type: string; readonly outputs: Bag };

type Bag = Readonly<Record<string, unknown>>;

const ACCOUNT = "123456789012";
const REGION = "eu-west-1";

const held = new Map<string, Held>();
let created = 0;
let untilRefusal = Number.POSITIVE_INFINITY;

/** AWS in memory: holds any resource of any type, gives it an id and outputs, and keeps order when it deletes. */
const aws: Provider = {
  version: sdk.version,

  diff: async (id, _urn, olds: Bag, news: Bag) => {
    const before = Object.keys(held.get(id)?.inputs ?? {});
    const asked = [...new Set([...before, ...Object.keys(news)])];
    return { changes: asked.some((key) => !isDeepStrictEqual(olds[key], news[key])) };
  },

  create: async (urn, inputs: Bag) => {
    const { type, name } = parsed(urn);
    untilRefusal -= 1;
    if (untilRefusal === 0) throw new Error(`InsufficientCapacity: no room for ${name}`);
    created += 1;
    const outputs = { ...computed(type, name, created), ...provenBy(inputs) };
    const id = String(outputs[idOf(type)]);
    held.set(id, { id, type, name, inputs, outputs: { ...outputs, ...inputs } });
    return { id, outs: held.get(id)!.outputs };
  },

  read: async (id) => {
    const found = held.get(id);
    if (found === undefined) return { id: "" }; // deleted without Pulumi
    const asked = Object.keys(found.inputs).map((key) => [key, found.outputs[key]]);
    return { id, props: found.outputs, inputs: Object.fromEntries(asked) };
  },

  update: async (id, _urn, _olds, news: Bag) => {
    const before = held.get(id)!;
    const latestVersion = Number(before.outputs.latestVersion) + 1;
    held.set(id, { ...before, inputs: news, outputs: { ...before.outputs, latestVersion, ...news } });
    return { outs: held.get(id)!.outputs };
  },

  delete: async (id) => {
    const doomed = held.get(id);
    if (doomed === undefined) return;
    const user = [...held.values()].find((other) => other.id !== id && refersTo(other, doomed));
    if (user !== undefined) throw new Error(`DependencyViolation: ${user.name} still uses ${doomed.name}`);
    if (doomed.outputs.enableDeletionProtection === true)
      throw new Error(`OperationNotPermitted: ${doomed.name} has deletion protection`);
    held.delete(id);
  },

  invoke: async (token, inputs: Bag) => {
    const outputs = ANSWERS[token] ?? described(token, inputs);
    if (outputs === undefined) throw new Error(`fake AWS has no answer to ${token}; give it one.`);
    return { outputs };
  },
};

const ANSWERS: Readonly<Record<string, Bag>> = {
  "aws:index/getCallerIdentity:getCallerIdentity": { accountId: ACCOUNT },
  "aws:index/getPartition:getPartition": { partition: "aws" },
  "aws:ssm/getParameter:getParameter": { insecureValue: "ami-0123456789abcdef0" },
};

/** What it holds, where a look-up asks for that. */
function described(token: string, { serviceName }: Bag): Bag | undefined {
  if (token !== "aws:ecs/getService:getService") return undefined;
  return [...held.values()].find(({ outputs }) => outputs.name === serviceName)?.outputs;
}

/** `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME` */
function parsed(urn: string) {
  const [, , types, name] = urn.split("::");
  return { type: types!.split("$").at(-1)!, name: name! };
}

/** Every output that some type has; none asks for one that its type lacks, as its TypeScript says. */
function computed(type: string, logicalName: string, number: number): Bag {
  const [service, kind] = type.split(/[:/]/).slice(1) as [string, string];
  const serial = createHash("sha256").update(`${type} ${number}`).digest("hex");
  const name = `${logicalName}-${serial.slice(0, 7)}`; // as Pulumi names what has no name
  return {
    name,
    bucket: name,
    arn: `arn:aws:${service}:${REGION}:${ACCOUNT}:${kind}/${name}`,
    arnSuffix: `${kind}/${name}`,
    dnsName: `${name}.${REGION}.elb.amazonaws.com`,
    prefixListId: `pl-${serial.slice(0, 17)}`,
    physicalId: `${kind}-${serial.slice(0, 17)}`,
    latestVersion: 1,
  };
}

/** What a certificate's zone must hold. */
function provenBy({ domainName, subjectAlternativeNames = [] }: Bag): Bag {
  if (domainName === undefined) return {};
  const record = {
    resourceRecordName: "_x.example.com",
    resourceRecordType: "CNAME",
    resourceRecordValue: "_y",
  };
  const names = [domainName, ...(subjectAlternativeNames as string[])];
  return { domainValidationOptions: names.map((proven) => ({ domainName: proven, ...record })) };
}

/** AWS calls some things by name, some by ARN and most by an id. */
function idOf(type: string): "name" | "arn" | "physicalId" {
  if (/^aws:(iam|s3|autoscaling|cloudwatch)\//.test(type)) return "name";
  return /^aws:(lb|ecs)\//.test(type) ? "arn" : "physicalId";
}

function refersTo({ inputs }: Held, { id, outputs }: Held): boolean {
  const written = JSON.stringify(inputs);
  return written.includes(id) || written.includes(String(outputs.arn));
}

function answer(request: Request): unknown {
  switch (request.ask) {
    case "contents":
      return [...held.values()];
    case "refuse":
      untilRefusal = request.create;
      return null;
    case "change":
      for (const each of [...held.values()].filter(({ type }) => type === request.type))
        held.set(each.id, { ...each, outputs: { ...each.outputs, ...request.outputs } });
      return null;
  }
}

process.on("message", (request: Request) => process.send!(answer(request)));
process.on("disconnect", () => process.exit());
await main(aws, process.argv.slice(2)); // writes its port
