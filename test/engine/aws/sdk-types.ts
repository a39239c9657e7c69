import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** A resource type as the declarations of `@pulumi/aws` give it. */
export interface SdkType {
  readonly inputs: ReadonlyMap<string, Member>;
  readonly outputs: ReadonlyMap<string, Member>;
}

export interface Member {
  readonly required: boolean;
  /** Such as `pulumi.Input<string | undefined>`. */
  readonly type: string;
}

const SDK = dirname(createRequire(import.meta.url).resolve("@pulumi/aws/package.json"));

/** What `aws:ec2/vpc:Vpc` takes and gives. */
export function sdkType(type: string): SdkType {
  const seen = types.get(type);
  if (seen !== undefined) return seen;
  const [, path, kind] = type.split(":") as [string, string, string];
  const source = readFileSync(join(SDK, `${path.replace(/^index\//, "")}.d.ts`), "utf8");
  const inputs = members(between(source, `export interface ${kind}Args {`, "\n}"), "    ");
  const outputs = members(between(source, `export declare class ${kind} extends`, "\n}"), "    readonly ");
  types.set(type, { inputs, outputs });
  return { inputs, outputs };
}

const types = new Map<string, SdkType>();

/** The members of the object that an input of such a type is made of: `lb.ListenerDefaultAction`. */
export function nested({ type }: Member): ReadonlyMap<string, Member> | undefined {
  const [, service, kind] = /inputs\.(\w+)\.(\w+)/.exec(type) ?? [];
  if (service === undefined) return undefined;
  const seen = objects.get(`${service}.${kind}`);
  if (seen !== undefined) return seen;
  nestedSource ??= readFileSync(join(SDK, "types", "input.d.ts"), "utf8");
  const ofService = between(nestedSource, `export declare namespace ${service} {`, "\n}");
  const found = members(between(ofService, `    interface ${kind} {`, "\n    }"), "        ");
  objects.set(`${service}.${kind}`, found);
  return found;
}

const objects = new Map<string, ReadonlyMap<string, Member>>();
let nestedSource: string | undefined;

function between(source: string, from: string, to: string): string {
  const start = source.indexOf(from);
  if (start < 0) throw new Error(`@pulumi/aws declares no "${from}"`);
  return source.slice(start, source.indexOf(to, start));
}

function members(block: string, indent: string): ReadonlyMap<string, Member> {
  const lines = block.matchAll(new RegExp(`^${indent}(\\w+)(\\??): (.*)$`, "gm"));
  return new Map([...lines].map(([, name, mark, type]) => [name!, { required: mark === "", type: type! }]));
}
