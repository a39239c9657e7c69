import { isDeepStrictEqual } from "node:util";
import sdk from "@pulumi/aws/package.json" with { type: "json" };
import type { Provider } from "@pulumi/pulumi/provider/index.js";
import { answers } from "./answers.ts";
import { runAssociation } from "./automation.ts";
import type { Bag, Cloud, Held } from "./cloud.ts";
import { computed, idOf, physicalName } from "./computed.ts";
import { inputFaults } from "./input-faults.ts";
import type { Clients } from "./moto/clients.ts";
import { passed } from "./moto/passed.ts";
import { plain } from "./plain.ts";
import { dangling, userOf } from "./references.ts";
import type { Spoiled } from "./refreshes.ts";
import { difference } from "./replacement.ts";

/**
 * AWS for one stack: keeps what it is asked for, refuses what AWS would, and hands on to moto what moto knows.
 * `beforeCreate` hears the name of each resource first, and throws where a test wants no room for it; instances of a `spoiled`
 * version set off their alarms.
 */
export function standInAws(
  cloud: Cloud,
  moto: Clients,
  beforeCreate: (name: string) => void,
  spoiled: Spoiled = new Set(),
): Provider {
  let created = 0;
  const seen = async (resource: Held): Promise<Held | undefined> => {
    const { read } = passed(resource.type);
    if (read === undefined) return resource;
    const now = await read(moto, resource).catch(() => undefined); // moto answers "not found" in many ways
    return now === undefined ? undefined : { ...resource, outputs: { ...resource.outputs, ...now } };
  };
  const accepted = (name: string, inputs: Bag) => {
    const missing = dangling(cloud, inputs);
    if (missing !== undefined) throw new Error(`InvalidReference: ${name}: ${missing}`);
  };
  return {
    version: sdk.version,

    check: async (urn, _olds, news: Bag) => ({
      inputs: news,
      failures: inputFaults(parsed(urn).type, plain(news)),
    }),

    diff: async (id, urn, olds: Bag, news: Bag) => {
      const { type } = parsed(urn);
      return difference(type, cloud.find(type, id)?.inputs ?? {}, olds, news);
    },

    create: async (urn, sent: Bag) => {
      const { type, name } = parsed(urn);
      const inputs = plain(sent);
      beforeCreate(name);
      accepted(name, inputs);
      created += 1;
      const number = created;
      const made = { ...computed(type, name, number, inputs), ...inputs };
      const twin = cloud.all().find((other) => other.type === type && isNameTaken(other, made));
      if (twin !== undefined) throw new Error(`AlreadyExists: ${twin.name} is called ${physicalName(made)}`);
      const real = await told(name, passed(type).create?.(moto, { name, inputs, outputs: made }));
      const outputs = { ...made, ...real };
      const id = idOf(type, outputs, number);
      const held = cloud.hold({ id, type, name, inputs: sent, outputs: { ...outputs, ...sent } });
      if (type === "aws:ssm/association:Association") await succeeded(cloud, moto, held, spoiled);
      return { id, outs: held.outputs };
    },

    read: async (id, urn) => {
      const { type } = parsed(urn);
      const found = cloud.find(type, id);
      const now = found === undefined ? undefined : await seen(found);
      if (now === undefined) {
        if (found !== undefined) cloud.drop(found);
        return { id: "" }; // deleted without Pulumi
      }
      const asked = Object.keys(now.inputs)
        .map((key) => [key, now.outputs[key]])
        .filter(([, value]) => value !== undefined); // of inputs, those that there were
      const inputs = Object.fromEntries(asked);
      cloud.hold({ ...now, inputs });
      return { id, props: now.outputs, inputs };
    },

    update: async (id, urn, _olds, news: Bag) => {
      const { type, name } = parsed(urn);
      const before = cloud.find(type, id);
      if (before === undefined) throw new Error(`NotFound: ${name} (${id})`);
      const sent = SENDS_CHANGES.has(type) ? changed(before.inputs, news) : news;
      const inputs = plain(sent);
      accepted(name, inputs);
      const asked = { name, inputs, outputs: { ...before.outputs, ...inputs } };
      const real = await told(name, passed(type).update?.(moto, asked));
      const all = Object.entries({ ...before.outputs, ...sent, ...real });
      const outputs = Object.fromEntries(all.filter(([, value]) => value !== undefined));
      return { outs: cloud.hold({ ...before, inputs: news, outputs }).outputs };
    },

    delete: async (id, urn) => {
      const doomed = cloud.find(parsed(urn).type, id);
      if (doomed === undefined) return;
      const user = userOf(cloud, doomed);
      if (user !== undefined) throw new Error(`DependencyViolation: ${user.name} still uses ${doomed.name}`);
      if (
        doomed.outputs.enableDeletionProtection === true ||
        doomed.outputs.deletionProtectionEnabled === true
      )
        throw new Error(`OperationNotPermitted: ${doomed.name} has deletion protection`);
      await told(doomed.name, passed(doomed.type).remove?.(moto, doomed));
      cloud.drop(doomed);
    },

    invoke: async (token, args: Bag) => ({ outputs: answers(cloud, token, args) }),
  };
}

/**
 * Types of which the provider sends what has changed, and not what is ignored (`resourceGroupUpdate` in
 * internal/service/autoscaling; `Update` of pulumi-terraform-bridge). Pulumi's server for Node does not say what is ignored, but
 * that is what the engine leaves as it last was.
 */
const SENDS_CHANGES: ReadonlySet<string> = new Set(["aws:autoscaling/group:Group"]);

function changed(before: Bag, news: Bag): Bag {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(news)])];
  return Object.fromEntries(
    keys.filter((key) => !isDeepStrictEqual(before[key], news[key])).map((key) => [key, news[key]]),
  );
}

/** As the provider waits for an association: one that fails is there all the same, and Pulumi hears of it with its id. */
async function succeeded(cloud: Cloud, moto: Clients, held: Held, spoiled: Spoiled): Promise<void> {
  try {
    await runAssociation(cloud, moto, { ...held, inputs: plain(held.inputs) }, spoiled);
  } catch (error) {
    if (held.inputs.waitForSuccessTimeoutSeconds === undefined) return;
    const message = `waiting for SSM Association (${held.id}) create: unexpected state 'Failed': ${(error as Error).message}`;
    const { id, outputs: properties } = held;
    throw Object.assign(new Error(message), { id, properties, reasons: [message] });
  }
}

/** `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME` */
function parsed(urn: string) {
  const [, , types, name] = urn.split("::");
  return { type: types!.split("$").at(-1)!, name: name! };
}

/** Whether AWS tells such resources apart by the name alone; of the rest moto knows. */
function isNameTaken({ type, outputs }: Held, made: Bag): boolean {
  if (!/^aws:(iam\/role:|iam\/instanceProfile:|cloudwatch\/|autoscaling\/group:|s3\/bucket:)/.test(type))
    return false;
  return physicalName(outputs) !== undefined && physicalName(outputs) === physicalName(made);
}

/** moto's refusal, with the resource that it is about. */
async function told(name: string, call: Promise<unknown> | undefined): Promise<Bag> {
  try {
    const outputs = Object.entries((await call) ?? {});
    return Object.fromEntries(outputs.filter(([, value]) => value !== undefined));
  } catch (error) {
    const { name: code, message } = error as Error;
    throw new Error(`${code}: ${name}: ${message}`);
  }
}
