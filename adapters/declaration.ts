import { dirname, join, resolve } from "node:path";
import type { z } from "zod";
import type { Service } from "../policy/service.ts";
import type { Trace } from "../policy/trace.ts";
import { badInput, didYouMean, type Fault, shown } from "./bad-input.ts";
import { calibrateCommandLine } from "./calibrate-command-line.ts";
import { clusterInstances, type InstanceSettings } from "./cluster-settings.ts";
import { parsedService } from "./declaration-rules.ts";
import { SERVICE_NAME, serviceSchema } from "./declaration-schema.ts";
import type { TraceSource } from "./demand.ts";
import { textFile } from "./input-file.ts";
import { readLoadTest } from "./load-test-csv.ts";
import type { LoadTestSource } from "./measured-capacity.ts";
import { plainSecrets } from "./plain-secrets.ts";
import { safeParse } from "./safe-parse.ts";
import { schemaFaults } from "./schema-faults.ts";
import { DEFAULT_DEPLOYMENT, type Deployment } from "./service-deployment.ts";
import { eachSound, soundMembers, soundOver, unsound, whereSound, without } from "./sound.ts";
import { dotted, type SourceDocument, yamlDocument } from "./source-document.ts";
import { readTrace, type TraceOptions, type TraceReading } from "./trace-csv.ts";

/** A service as declared, parsed: what the engine plans, what the components deploy, and what the reader should know. */
export interface DeclaredService {
  readonly service: Service;
  readonly deployment: Deployment;
  /** What was assumed or noticed, one sentence each. */
  readonly notes: readonly string[];
}

/** Bytes of a declaration beyond which it is refused. */
export const LARGEST = 1 << 20;

/** Reads every service of a document with a top-level `services:`; all faults are reported together. */
export function declaredServices(
  document: unknown,
  where: string,
  readTrace: (path: string, options: Partial<TraceOptions>) => Trace | TraceReading,
  loadTests: LoadTestSource = readLoadTest,
  stack: string | null = /(?:^|\/)Pulumi\.([\w.-]+)\.yaml$/.exec(where)?.[1] ?? null,
  instances?: InstanceSettings,
): readonly DeclaredService[] {
  return whole(judgedServices(document, where, readTrace, loadTests, stack, () => instances));
}

/** Services as far as they are sound (adapters/sound.ts), and all that is wrong with them. */
export interface JudgedServices {
  readonly services: readonly DeclaredService[];
  readonly faults: readonly Fault[];
}

/** The same for who has more rules for them; `instances` are those of the stack's cluster, where it has any. */
export function judgedServices(
  document: unknown,
  where: string,
  readTrace: (path: string, options: Partial<TraceOptions>) => Trace | TraceReading,
  loadTests: LoadTestSource,
  stack: string | null,
  instances: Context["instances"],
): JudgedServices {
  const at = (path: readonly PropertyKey[]) => `${where} ${dotted(path)}`.trim();
  const read: TraceSource = (path, options) => {
    const trace = readTrace(path, options);
    return "trace" in trace ? trace : { trace, notes: [] };
  };
  return services(document, { at, stack, instances, read, readLoadTest: loadTests });
}

/** Reads a declaration file; traces are named relative to its folder. */
export function readDeclaration(file: string, now = Date.now() / 1000): readonly DeclaredService[] {
  const { value, at } = yamlDocument(textFile(file, LARGEST), file);
  return whole(services(value, { at, stack: null, instances: () => undefined, ...filesBeside(file, now) }));
}

/** Reads the services of a Pulumi stack, under `config: setpoint:services` of its settings file in `root`. */
export function readStack(stack: string, root: string, now = Date.now() / 1000): readonly DeclaredService[] {
  if (!/^[A-Za-z0-9_][\w.-]{0,99}$/.test(stack))
    throw badInput([
      {
        where: "stack",
        message: `stack is ${shown("stack", stack)}; it takes letters, digits, \`-\`, \`_\` and \`.\`, at most 100.`,
      },
    ]);
  const file = join(root, `Pulumi.${stack}.yaml`);
  const { value, at } = yamlDocument(textFile(file, LARGEST), file);
  const config = member(value, "config");
  const declared = member(config, CONFIG_KEY);
  if (declared === undefined)
    throw badInput([
      {
        where: at(["config"], "key"),
        message: `\`${CONFIG_KEY}\` is missing; declare the stack's services under it.`,
      },
    ]);
  const inConfig: SourceDocument["at"] = (path, part) => {
    const [, ...rest] = path;
    const place = at(["config", CONFIG_KEY, ...rest], part).split(" ")[0]!;
    return `${place} ${dotted(path)}`;
  };
  const instances = clusterInstances(member(member(config, DEPLOYMENT_KEY), "cluster"));
  const context = { at: inConfig, stack, instances: () => instances, ...filesBeside(file, now) };
  return whole(services({ services: declared }, context));
}

const CONFIG_KEY = "setpoint:services";
const DEPLOYMENT_KEY = "setpoint:deployment";

function filesBeside(file: string, now: number): Pick<Context, "read" | "readLoadTest"> {
  return {
    read: (path, options) => readTrace(resolve(dirname(file), path), { ...options, now }),
    readLoadTest: (path, options) => readLoadTest(resolve(dirname(file), path), options),
  };
}

interface Context {
  readonly at: SourceDocument["at"];
  readonly read: TraceSource;
  readonly readLoadTest: LoadTestSource;
  /** The stack's name, if the declaration belongs to one. */
  readonly stack: string | null;
  /** The stack's cluster's, where it has any. */
  readonly instances: () => InstanceSettings | undefined;
}

function whole({ services, faults }: JudgedServices): readonly DeclaredService[] {
  if (faults.length > 0) throw badInput(faults);
  return services;
}

function services(document: unknown, context: Context): JudgedServices {
  const { at, stack } = context;
  const declared = member(document, "services");
  const refused = (faults: readonly Fault[]) => ({ services: [], faults });
  if (!isMap(declared) || Object.keys(declared).length === 0)
    return refused([
      {
        where: at(["services"], "key"),
        message: `services is ${shown("services", declared)}; declare at least one under ${stack === null ? "a top-level `services:`" : "`services` (`setpoint:services` in a stack's file)"}.`,
      },
    ]);
  const faults: Fault[] = Object.keys(document as object)
    .filter((key) => key !== "services")
    .map((key) => ({
      where: at([key], "key"),
      message: `\`${key.slice(0, 60)}\` is unknown; ${didYouMean(key, ["services"])}`,
    }));
  const secrets = plainSecrets({ services: declared }, (path) => at(path, "value"));
  if (secrets.length > 0) return refused(secrets); // before anything else could print one
  const judged = Object.entries(declared).map(([name, body]) => declaredService(name, body, context, faults));
  return { services: judged, faults };
}

function declaredService(name: string, body: unknown, judging: Context, faults: Fault[]): DeclaredService {
  const { at } = judging;
  const path = ["services", name];
  const isName = SERVICE_NAME.test(name) && !(name in Object.prototype);
  if (!isName)
    faults.push({
      where: at(path, "key"),
      message: `the name is ${shown("name", name)}; it becomes the names of resources: 2 to 40 lower-case letters, digits and \`-\`, beginning with a letter, not ending in \`-\`.`,
    });
  const unread = wrongSources(name, body, at);
  faults.push(...unread.map(({ fault }) => fault));
  const { data, error } = safeParse(serviceSchema, body);
  const issues = error?.issues ?? [];
  faults.push(...schemaFaults(serviceSchema, issues.flatMap(besides(unread)), path, at));
  const notes: string[] = [];
  const said: { readonly path: readonly PropertyKey[] }[] = [];
  const say = (field: readonly PropertyKey[], message: string) => {
    said.push({ path: field });
    faults.push({ where: at([...path, ...field], "value"), message });
  };
  const wrong = [...issues, ...unread.flatMap(({ doubtful }) => doubtful)];
  const sound = wrong.length === 0 ? data : whereSound(() => soundMembers(serviceSchema, body, wrong));
  return eachSound<DeclaredService>({
    service: () => {
      const context = { ...judging, say, notes };
      return without(parsedService(isName ? name : undefined, sound ?? unsound(), context), said);
    },
    deployment: () => soundOver(() => DEFAULT_DEPLOYMENT, (sound ?? unsound()).deploy ?? {}),
    notes: () => notes,
  });
}

const SOURCES = {
  capacity: ["serviceTime", "loadTest", "cloudwatch"],
  demand: ["history", "cloudwatch"],
} as const;

/** Sources that contradict each other, and those that only `setpoint calibrate` reads: measurements are committed, not read by a deployment. */
function wrongSources(name: string, body: unknown, at: SourceDocument["at"]) {
  return (["capacity", "demand"] as const).flatMap((part) => {
    const declared = SOURCES[part].filter((source) => member(member(body, part), source) !== undefined);
    const trace = part === "demand" ? `traces/${SERVICE_NAME.test(name) ? name : "history"}.csv` : null;
    const contradict = `${part} has ${declared.join(" and ")}; exactly one source is right (${SOURCES[part].join(", ")}). Keep one.`;
    const measured = `\`cloudwatch\` is not read by a deployment; run \`${calibrateCommandLine(member(member(body, part), "cloudwatch"), trace)}\` and commit what it prints.`;
    const wrong =
      declared.length > 1 ? declared.slice(1) : declared.filter((source) => source === "cloudwatch");
    return wrong.map((source) => ({
      part,
      source,
      doubtful: declared.map((each) => ({ code: "custom" as const, path: [part, each], input: undefined })),
      fault: {
        where: at(["services", name, part, source], "key"),
        message: [
          ...(declared.length > 1 ? [contradict] : []),
          ...(source === "cloudwatch" ? [measured] : []),
        ].join(" "),
      },
    }));
  });
}

/** What a schema has against a part, without what follows from a source of `calibrate` alone: an unknown key, and whatever that would bring. */
function besides(unread: ReturnType<typeof wrongSources>) {
  return (issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] => {
    const { path, input } = issue;
    if (!unread.some(({ part, source }) => source === "cloudwatch" && part === path[0])) return [issue];
    if (issue.code !== "unrecognized_keys" || path.length > 1) return input === undefined ? [] : [issue];
    const keys = issue.keys.filter((key) => key !== "cloudwatch");
    return keys.length === 0 ? [] : [{ ...issue, keys }];
  };
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function member(value: unknown, key: string): unknown {
  return isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}
