import { randomUUID } from "node:crypto";
import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import * as pulumi from "@pulumi/pulumi";
import { badInput, isBadInput, shown } from "./bad-input.ts";
import { LARGEST } from "./declaration.ts";
import { textFile } from "./input-file.ts";
import { yamlValue } from "./source-document.ts";

/** One resource as the program asks for it. */
export interface Registration {
  /** Such as `aws:ecs/service:Service`. */
  readonly type: string;
  readonly name: string;
  /** The parent's name; `null` below the stack itself. */
  readonly parent: string | null;
  readonly parentType: string | null;
  /** Plain JSON. What is known only after a deployment reads `${name.output}`; a secret reads `[secret]`. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Inputs that later updates leave as they are in the cloud. */
  readonly ignoreChanges: readonly string[];
  /** Whether Pulumi refuses to delete it. */
  readonly protect: boolean;
}

/**
 * What `pulumi up` of the stack would ask for, in that order, without a cloud, an account or the Pulumi CLI: the real
 * program runs against an engine that answers each output with its name. One at a time in a process.
 */
export async function preview(stack: string, root: string): Promise<readonly Registration[]> {
  const { project, config, secrets } = stackConfig(stack, resolve(root));
  const index = programOf(resolve(root));
  const home = process.cwd();
  process.chdir(root); // as Pulumi does; the declaration's paths start there
  try {
    // Node evaluates a module once for each query, and each preview needs the program anew.
    const program = () => import(`${pathToFileURL(index).href}?run=${randomUUID()}`);
    const settings = { project, stack, config, secrets };
    return await registrations(program, settings).catch((error: unknown) => {
      if (isBadInput(error)) throw error;
      return registrations(program, { ...settings, traced: true }); // fails again, and says where
    });
  } finally {
    process.chdir(home);
  }
}

/** The module that Pulumi would run. */
function programOf(root: string): string {
  const files = readdirSync(root);
  const index = ["index.ts", "index.js"].find((file) => files.includes(file));
  if (index !== undefined) return join(root, index);
  throw badInput([
    {
      where: join(root, "Pulumi.yaml"),
      message:
        "there is no index.ts or index.js beside it, the program that a preview runs. Run it in the folder of a program in TypeScript.",
    },
  ]);
}

interface Settings {
  readonly project: string;
  readonly stack: string;
  /** Texts, by `namespace:key`. */
  readonly config: Record<string, string>;
  readonly secrets: string[];
  /** Keep stack traces. Pulumi takes one for each promise, which is a third of a preview's time. */
  readonly traced?: boolean;
}

/** What `program` registers, in order; outputs are known by name only. */
export async function registrations(
  program: () => unknown,
  { project, stack, config, secrets, traced = false }: Settings,
): Promise<readonly Registration[]> {
  const engine = offlineEngine();
  await pulumi.runtime.setMocks(engine.cloud, project, stack);
  pulumi.runtime.setAllConfig(config, secrets);
  const { failures } = engine;
  const failed = (reason: unknown) => void failures.push(reason);
  process.on("unhandledRejection", failed); // how Pulumi reports what fails inside an output
  const [mapped, depth, written] = [
    process.sourceMapsEnabled,
    Error.stackTraceLimit,
    Error.prepareStackTrace,
  ];
  process.setSourceMapsEnabled(traced);
  await pulumi.runtime.runInPulumiStack(async () => {
    pulumi.runtime.registerStackTransformation((registration) => {
      if (!traced) untraced(); // from the first resource on: loading modules takes traces
      return engine.watch(registration);
    });
    return Promise.resolve().then(program).catch(failed);
  });
  await pulumi.runtime.disconnect(); // resolves once every registration has been answered
  await new Promise(setImmediate); // a rejection counts as unhandled one turn later
  process.setSourceMapsEnabled(mapped);
  Error.stackTraceLimit = depth;
  Error.prepareStackTrace = written;
  process.off("unhandledRejection", failed);
  if (failures.length > 0) throw failures[0];
  return engine.registered();
}

/** Pulumi takes a trace for each promise, and an endless one for each resource. */
function untraced(): void {
  Error.stackTraceLimit = 0;
  Error.prepareStackTrace = String;
}

interface Asked {
  readonly type: string;
  readonly name: string;
  readonly parent: Asked | undefined;
  /** Properties without a value, so only the cloud can give them one. */
  readonly outputs: readonly string[];
  readonly ignoreChanges: readonly string[];
  readonly protect: boolean;
  inputs: Record<string, unknown>;
}

/** An engine that creates nothing: it notes what is asked and answers outputs by name. */
function offlineEngine() {
  const asked = new Map<pulumi.Resource, Asked>();
  const byKey = new Map<string, Asked>();
  const failures: unknown[] = [];
  const watch: pulumi.ResourceTransformation = ({ resource, type, name, props, opts }) => {
    const outputs = Object.keys(props).filter((key) => props[key] === undefined);
    const parent = opts.parent === undefined ? undefined : asked.get(opts.parent);
    const { ignoreChanges = [], protect = false } = opts;
    const entry = { type, name, parent, outputs, ignoreChanges, protect, inputs: {} };
    asked.set(resource, entry);
    const key = `${type}::${name}`;
    if (byKey.has(key)) throw new Error(`${name}: two resources of type ${type} have this name. Rename one.`);
    byKey.set(key, entry);
    if (LOOKED_INTO.has(type)) return undefined;
    // A property by name costs nothing until it is read; Pulumi makes promises for each, read or not.
    for (const output of outputs)
      Object.defineProperty(resource, output, { get: () => pulumi.output(placeholder(name, output)) });
    const given = Object.entries(props).filter(([, value]) => value !== undefined);
    return { props: Object.fromEntries(given), opts };
  };
  const cloud: pulumi.runtime.Mocks = {
    newResource: ({ type, name, inputs }) => {
      const entry = byKey.get(`${type}::${name}`);
      if (entry !== undefined) entry.inputs = plain(inputs) as Record<string, unknown>;
      const unknown = Object.fromEntries((entry?.outputs ?? []).map((key) => [key, placeholder(name, key)]));
      return { id: placeholder(name, "id"), state: { ...unknown, ...nested(type, name, inputs), ...inputs } };
    },
    call: ({ token, inputs }) => {
      const answer = ANSWERS[token];
      if (answer === undefined) failures.push(new Error(`${token}: an offline preview cannot look it up.`));
      return { ...inputs, ...answer?.(inputs, [...asked.values()]) };
    },
  };
  const registered = (): readonly Registration[] =>
    [...asked.values()].map(({ outputs, parent, ...entry }) => ({
      ...entry,
      parent: parent?.name ?? null,
      parentType: parent?.type ?? null,
    }));
  return { watch, cloud, failures, registered };
}

function placeholder(name: string, output: string): string {
  return `\${${name}.${output}}`;
}

/** Types with outputs that a program looks into: their value follows from the inputs. */
const LOOKED_INTO: ReadonlySet<string> = new Set(["aws:acm/certificate:Certificate", "awsx:ecr:Repository"]);

/** Outputs that a program looks into. */
function nested(
  type: string,
  name: string,
  inputs: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  if (type === "aws:acm/certificate:Certificate") return { domainValidationOptions: provenBy(name, inputs) };
  return type === "awsx:ecr:Repository" ? { repository: { arn: placeholder(name, "repository.arn") } } : {};
}

/** A record for each name of a certificate. */
function provenBy(name: string, { domainName, subjectAlternativeNames }: Readonly<Record<string, unknown>>) {
  return [domainName, ...((subjectAlternativeNames as string[] | undefined) ?? [])].map((proven) => ({
    domainName: proven,
    resourceRecordName: placeholder(name, `${proven}.name`),
    resourceRecordType: "CNAME",
    resourceRecordValue: placeholder(name, `${proven}.value`),
  }));
}

/** What the program looks up. */
const ANSWERS: Readonly<
  Record<string, (inputs: Record<string, unknown>, asked: readonly Asked[]) => Record<string, unknown>>
> = {
  "aws:index/getCallerIdentity:getCallerIdentity": () => ({ accountId: placeholder("aws", "accountId") }),
  // As EcsService names its children.
  "aws:ecs/getService:getService": ({ serviceName }) => ({
    taskDefinition: String(serviceName).replace("-service.name", "-definition.arn"),
  }),
  "aws:autoscaling/getGroup:getGroup": ({ name }, asked) =>
    launchedBy(asked.find((each) => placeholder(each.name, "name") === name)?.inputs ?? {}),
  "aws:ecr/getImage:getImage": ({ imageTag }) => ({ imageDigest: placeholder("ecr", String(imageTag)) }),
  "aws:index/getPartition:getPartition": () => ({ partition: "aws" }),
  "aws:kms/getKey:getKey": ({ keyId }) => ({ arn: keyId, keyState: "Enabled", keySpec: "SYMMETRIC_DEFAULT" }),
  "aws:ssm/getParameter:getParameter": ({ name }) => ({ insecureValue: placeholder("ssm", String(name)) }),
};

/** What an Auto Scaling group of these inputs launches, as the provider's look-up tells it. */
export function launchedBy({ launchTemplate, mixedInstancesPolicy }: Record<string, unknown>) {
  if (mixedInstancesPolicy === undefined)
    return { launchTemplates: [launchTemplate], mixedInstancesPolicies: [] };
  const { launchTemplate: launched } = mixedInstancesPolicy as Record<string, Record<string, unknown>>;
  const { launchTemplateSpecification, overrides } = launched!;
  const launchTemplates = [{ launchTemplateSpecifications: [launchTemplateSpecification], overrides }];
  return { launchTemplates: [], mixedInstancesPolicies: [{ launchTemplates }] };
}

const SECRET = "[secret]";
/** Marks of Pulumi's wire format: any special value, and a secret among them. */
const SPECIAL = "4dabf18193072939515e22adb298388d";
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";

/** Plain JSON, with secrets masked. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  if ((value as Record<string, unknown>)[SPECIAL] === SECRET_SIGNATURE) return SECRET;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

/** The stack's configuration as Pulumi hands it to a program: texts, objects as JSON, the project's values below the stack's. */
function stackConfig(stack: string, root: string) {
  const where = `Pulumi.${stack}.yaml`;
  if (!/^(?!.*\.\.)[A-Za-z0-9_.-]{1,100}$/.test(stack))
    throw badInput([
      {
        where: "stack",
        message: `stack is ${shown("stack", stack)}; letters, digits, _ . - only, at most 100. Rename it.`,
      },
    ]);
  const files = readdirSync(root); // to the letter, also where the file system takes PROD for prod
  const twin = files.find((file) => file !== where && file.toLowerCase() === where.toLowerCase());
  if (!files.includes(where))
    throw badInput([
      {
        where,
        message: `stack is ${shown("stack", stack)}; it has no file in ${root}. Write ${where}${twin === undefined ? "" : `, or name the stack as in ${twin}`}.`,
      },
    ]);
  const read = (file: string) => yamlValue(textFile(join(root, file), LARGEST), file);
  const project = read("Pulumi.yaml") as ProjectFile;
  const own = (read(where) as { config?: Record<string, unknown> } | null)?.config ?? {};
  const inherited = Object.entries(project.config ?? {}).flatMap(([key, entry]) => {
    const value = entry?.value ?? entry?.default;
    return value === undefined ? [] : [[key, value] as const];
  });
  const values = Object.entries({ ...Object.fromEntries(inherited), ...own });
  const config = Object.fromEntries(
    values.map(([key, value]) => [qualified(key, project.name), text(withoutSecrets(value))]),
  );
  const secrets = values.filter(([, value]) => isSecret(value)).map(([key]) => qualified(key, project.name));
  return { project: project.name, config, secrets };
}

interface ProjectFile {
  readonly name: string;
  readonly config?: Readonly<Record<string, { readonly value?: unknown; readonly default?: unknown } | null>>;
}

function qualified(key: string, project: string): string {
  return key.includes(":") ? key : `${project}:${key}`;
}

function text(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function isSecret(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).join() === "secure";
}

/** Ciphertexts stay closed: an offline preview has no key, and needs none. */
function withoutSecrets(value: unknown): unknown {
  if (isSecret(value)) return SECRET;
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutSecrets(inner)]));
}

/** The resources as `pulumi preview` draws them: indented below their parents, in order of registration. */
export function resourceTree(registrations: readonly Registration[]): string {
  const children = new Map<string, Registration[]>();
  for (const child of registrations) {
    const parent = `${child.parentType}::${child.parent}`;
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [child]);
    else siblings.push(child);
  }
  const below = (parent: string, indent: string): [string, string][] =>
    (children.get(parent) ?? []).flatMap((child, i, siblings) => {
      const last = i === siblings.length - 1;
      const row: [string, string] = [`${indent}${last ? "└─ " : "├─ "}${shortType(child.type)}`, child.name];
      return [row, ...below(`${child.type}::${child.name}`, `${indent}${last ? "   " : "│  "}`)];
    });
  const rows: [string, string][] = [["Type", "Name"], ...below("null::null", "")];
  const width = rows.reduce((widest, [type]) => Math.max(widest, type.length), 0) + 2;
  return rows.map(([type, name]) => `${type.padEnd(width)}${name}`).join("\n");
}

/** `aws:ecs:Service` for `aws:ecs/service:Service`, as Pulumi prints it. */
function shortType(type: string): string {
  return type.replace(/\/[^:]*:/, ":");
}
