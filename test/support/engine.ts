import { type ChildProcess, execFileSync, fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { LocalWorkspace, PulumiCommand, type Stack } from "@pulumi/pulumi/automation/index.js";
import { parseDocument } from "yaml";
import type { Held } from "../engine/aws/cloud.ts";
import type { Request } from "../engine/aws/main.ts";
import { type Clients, clientsOf } from "../engine/aws/moto/clients.ts";
import { hasMoto, startMoto } from "./moto.ts";

/** Pulumi's own engine, which `engine/build` makes. */
const ENGINE = resolve("engine", "bin", "pulumi");

/** A suite on the real engine. Without it or moto it is skipped, but in CI, where nothing is, both are built. */
export function describeOnEngine(title: string, suite: (this: Mocha.Suite) => void): void {
  if (!existsSync(ENGINE) && process.env.CI === "true")
    execFileSync(resolve("engine", "build"), { stdio: "inherit" });
  if (existsSync(ENGINE) && hasMoto()) describe(title, suite);
  else if (!explained)
    it.skip("test/engine: needs Pulumi's engine and moto; engine/build and moto/build make them, in minutes");
  explained = true;
}

let explained = false;

/** A stack of this repository on the real engine, with its own state and a cloud of its own. */
export interface Deployed {
  readonly stack: Stack;
  readonly cloud: Cloud;
  /** What the stand-in hands on to. */
  readonly moto: Clients;
  /** Sets one entry of the stack's own file: `["setpoint:services", "cart", "slos", 0, "objective"], "95 %"`. */
  readonly configure: (path: readonly (string | number)[], value: unknown) => void;
  /** The command line in the stack's folder, as an operator uses it. */
  readonly pulumi: (...args: readonly string[]) => Said;
  readonly close: () => Promise<void>;
}

/** What a command printed, and said besides. */
interface Said {
  readonly status: number | null;
  readonly printed: string;
  readonly said: string;
}

interface Cloud {
  readonly contents: () => Promise<readonly Held[]>;
  readonly refuse: (create: number | string) => Promise<void>;
  /** Makes the instances of a template's version set off the alarms that watch them. */
  readonly spoil: (version: string) => Promise<void>;
  readonly change: (type: string, outputs: Held["outputs"]) => Promise<void>;
}

/** What `pulumi stack init` leaves: `Pulumi.yaml` and `Pulumi.<stack>.yaml` as they are, and no resource yet. */
export async function freshStack(stackName: string): Promise<Deployed> {
  const home = mkdtempSync(join(tmpdir(), "setpoint-engine-"));
  for (const file of ["Pulumi.yaml", `Pulumi.${stackName}.yaml`]) copyFileSync(file, join(home, file));
  writeFileSync(join(home, "index.ts"), ""); // the project names its program, which runs inline
  const moto = await startMoto();
  const { cloud, port, child } = await startCloud(moto.endpoint);
  const envVars = {
    PULUMI_HOME: join(home, ".pulumi"),
    PULUMI_BACKEND_URL: `file://${home}`,
    PULUMI_CONFIG_PASSPHRASE: "of a stack that lives for one test",
    PULUMI_DEBUG_PROVIDERS: `aws:${port}`,
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
  const pulumiCommand = await PulumiCommand.get({ root: "engine" });
  const stack = await LocalWorkspace.createStack(
    { stackName, projectName: "setpoint", program },
    { workDir: home, pulumiCommand, envVars },
  );
  stack.preview = patiently(stack.preview.bind(stack));
  stack.up = patiently(stack.up.bind(stack));
  const pulumi = (...args: readonly string[]) => {
    const env = { ...process.env, ...stack.workspace.envVars };
    const { status, stdout, stderr } = spawnSync(ENGINE, args, { cwd: home, env, encoding: "utf8" });
    return { status, printed: stdout, said: stdout + stderr };
  };
  const close = async () => {
    child.disconnect();
    await once(child, "exit");
    moto.stop();
    rmSync(home, { recursive: true });
  };
  const configure = (path: readonly (string | number)[], value: unknown) => {
    const file = join(home, `Pulumi.${stackName}.yaml`);
    const document = parseDocument(readFileSync(file, "utf8"));
    document.setIn(["config", ...path], value);
    writeFileSync(file, String(document));
  };
  return { stack, cloud, moto: clientsOf(moto.endpoint), configure, pulumi, close };
}

/** What gRPC says of a program and an engine that have not met in time, as on a machine that others keep busy (seen once). */
const NOT_MET = "UNAVAILABLE: No connection established";

/** The operation, begun again once if the program and the engine have not met: nothing has been done by then. */
function patiently<Options, Result>(operation: (options?: Options) => Promise<Result>) {
  return (options?: Options) =>
    operation(options).catch((error: unknown) => {
      if (String(error).includes(NOT_MET)) return operation(options);
      throw error;
    });
}

let runs = 0;

/** The program itself, evaluated anew; what it exports are the stack's outputs. */
async function program(): Promise<Record<string, unknown>> {
  const index = new URL(`../../index.ts?engine=${runs++}`, import.meta.url);
  return { ...((await import(index.href)) as object) };
}

/** The stand-in AWS as a process of its own, as every provider is. */
async function startCloud(moto: string) {
  const child = fork(new URL("../engine/aws/main.ts", import.meta.url), {
    execArgv: ["--import=tsx"],
    env: { ...process.env, MOTO: moto },
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  const [port] = (await once(child.stdout!, "data")) as [Buffer];
  const cloud: Cloud = {
    contents: () => asked(child, { ask: "contents" }) as Promise<readonly Held[]>,
    refuse: async (create) => void (await asked(child, { ask: "refuse", create })),
    spoil: async (version) => void (await asked(child, { ask: "spoil", version })),
    change: async (type, outputs) => void (await asked(child, { ask: "change", type, outputs })),
  };
  return { cloud, port: Number(String(port)), child };
}

async function asked(child: ChildProcess, request: Request): Promise<unknown> {
  child.send(request);
  const [answer] = await once(child, "message");
  return answer;
}

/** One resource as the stack's state has it. */
export interface Stated {
  readonly type: string;
  readonly name: string;
  readonly custom: boolean;
  readonly id?: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** What the stack's state holds, but for the stack itself. */
export async function stateOf(stack: Stack): Promise<readonly Stated[]> {
  const { deployment } = await stack.exportStack();
  const resources =
    (deployment as { resources?: (Omit<Stated, "name"> & { urn: string })[] }).resources ?? [];
  return resources
    .filter(({ type }) => type !== "pulumi:pulumi:Stack")
    .map(({ urn, type, custom, id, inputs = {}, outputs = {} }) => ({
      ...{ type, custom, inputs, outputs },
      ...(id === undefined ? {} : { id }),
      name: urn.split("::")[3]!,
    }));
}

/** What one `up` did to a resource. */
export interface Change {
  /** Such as `create`, `update`, `delete`, or `replace` and its steps. */
  readonly op: string;
  readonly type: string;
  readonly name: string;
}

/** Runs `up`, and tells what did not stay as it was; the stack and its components are none of AWS's. */
export async function changes(stack: Stack): Promise<readonly Change[]> {
  const made: Change[] = [];
  await stack.up({
    onEvent: ({ resourcePreEvent }) => {
      if (resourcePreEvent === undefined) return;
      const { op, type, urn } = resourcePreEvent.metadata;
      if (op !== "same" && type.startsWith("aws:")) made.push({ op, type, name: urn.split("::")[3]! });
    },
  });
  return made;
}

/** The message with which the engine refuses an update. */
export async function refused(update: Promise<unknown>): Promise<string> {
  try {
    await update;
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("nothing was refused");
}
