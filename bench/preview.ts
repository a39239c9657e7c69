/**
 * What a look at the coming deployment costs: `setpoint preview` of both environments against AWS CDK's synth of the same
 * architecture (`bench/cdk`: a network, a balancer, a cluster, and services with scaling and a dashboard), as ratios. Neither has
 * alarms on SLOs but ours for rollbacks; ours has besides, in prod, a web ACL, keys, endpoints, flow logs and backups.
 * Whole cold processes, the contenders in turn, medians of five; CDK as it is by default, and with its template
 * validation off. `npm run bench:preview [-- COUNT…]`.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const RUNS = 5;
/** One CDK stack holds at most 31 such services: 500 resources. */
const SERVICES_A_STACK = 20;

/** Name, requests per second of a service's peak, and what the services share. */
const STACKS = [
  [
    "dev",
    5,
    `profile: dev
    network: { cidr: 10.10.0.0/16, zones: [eu-west-1a, eu-west-1b, eu-west-1c] }
    entry: { insecure: true }`,
  ],
  [
    "prod",
    60,
    `profile: prod
    protect: false
    network: { cidr: 10.20.0.0/16, zones: [eu-west-1a, eu-west-1b, eu-west-1c] }
    entry: { certificateArn: "arn:aws:acm:eu-west-1:123456789012:certificate/12345678-1234-1234-1234-123456789012" }`,
  ],
] as const;

const counts = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [1, 10, 50, 100];
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const work = mkdtempSync(join(tmpdir(), "setpoint-preview-"));
process.once("exit", () => rmSync(work, { recursive: true, force: true }));

interface Measured {
  /** Seconds. */
  readonly time: number;
  /** MiB, the largest resident set. */
  readonly memory: number;
}

/** Prints, when the process ends, its peak resident set in KiB. */
const PEAK = `data:text/javascript,process.on("exit",()=>console.error("peak "+process.resourceUsage().maxRSS))`;

const cdk = installedCdk();
console.log("services  contender                      time  against ours  peak memory  against ours");
for (const count of counts) {
  const project = ourProject(count);
  const first = setpoint(project); // makes the plans, which later previews find
  const contenders = [
    { name: "setpoint preview", run: () => setpoint(project) },
    { name: "cdk synth", run: () => synth(count, {}) },
    { name: "cdk synth, no validation", run: () => synth(count, { CDK_VALIDATION: "false" }) },
  ];
  const runs = Array.from({ length: RUNS }, () => contenders.map(({ run }) => run()));
  const medians = contenders.map((_, i) => ({
    time: median(runs.map((each) => each[i]!.time)),
    memory: median(runs.map((each) => each[i]!.memory)),
  }));
  const ours = medians[0]!;
  for (const [i, { name }] of contenders.entries()) console.log(row(count, name, medians[i]!, ours));
  console.log(row(count, "setpoint, its first preview", first, ours));
}

function row(count: number, name: string, { time, memory }: Measured, ours: Measured): string {
  const ratio = (value: number, by: number) => `${(value / by).toFixed(2)} ×`;
  return [
    String(count).padStart(8),
    `  ${name.padEnd(27)}`,
    `${time.toFixed(2)} s`.padStart(7),
    ratio(time, ours.time).padStart(14),
    `${memory.toFixed(0)} MiB`.padStart(13),
    ratio(memory, ours.memory).padStart(14),
  ].join("");
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function measured(folder: string, args: readonly string[], env: NodeJS.ProcessEnv): Measured {
  const start = performance.now();
  const options = {
    cwd: folder,
    env: { ...process.env, ...env },
    encoding: "utf8",
    maxBuffer: 2 ** 30,
  } as const;
  const { status, stderr } = spawnSync(process.execPath, [`--import=${PEAK}`, ...args], options);
  const time = (performance.now() - start) / 1000;
  if (status !== 0) throw new Error(`${args.join(" ")} failed:\n${stderr}`);
  const peaks = [...stderr.matchAll(/^peak (\d+)$/gm)].map(([, kib]) => Number(kib));
  return { time, memory: Math.max(...peaks) / 1024 };
}

function setpoint(project: string): Measured {
  return measured(project, [here("../cli/setpoint.js"), "preview", "--stack", "dev", "prod"], {});
}

function synth(count: number, env: NodeJS.ProcessEnv): Measured {
  const out = mkdtempSync(join(work, "cdk.out-"));
  const sizes = { CDK_N: String(count), CDK_PER_STACK: String(SERVICES_A_STACK), CDK_OUTDIR: out };
  return measured(cdk, [join(cdk, "dist", "scale.js")], { ...sizes, ...env });
}

/** CDK from the registry, in a folder of its own: it is no dependency of ours. */
function installedCdk(): string {
  const folder = join(work, "cdk");
  cpSync(here("cdk"), folder, { recursive: true });
  for (const args of [
    ["install", "--no-audit", "--no-fund", "--silent"],
    ["run", "--silent", "build"],
  ]) {
    const { status, stderr } = spawnSync("npm", args, { cwd: folder, encoding: "utf8" });
    if (status !== 0) throw new Error(`npm ${args.join(" ")} failed:\n${stderr}`);
  }
  return folder;
}

/** A project with this repository's program and so many services, in both environments. */
function ourProject(count: number): string {
  const folder = join(work, `services-${count}`);
  mkdirSync(join(folder, "node_modules"), { recursive: true });
  symlinkSync(here("../node_modules/@pulumi"), join(folder, "node_modules", "@pulumi"));
  cpSync(here("../Pulumi.yaml"), join(folder, "Pulumi.yaml"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  const program = readFileSync(here("../index.ts"), "utf8");
  const root = new URL("../", import.meta.url).href;
  writeFileSync(join(folder, "index.ts"), program.replaceAll(/from "\.\//g, `from "${root}`));
  for (const [stack, peak, shared] of STACKS)
    writeFileSync(join(folder, `Pulumi.${stack}.yaml`), configuration(count, peak, shared));
  return folder;
}

function configuration(count: number, peak: number, shared: string): string {
  const services = Array.from(
    { length: count },
    (_, i) => `    svc-${i}:
      compute: { type: fargate, cpu: 512, memory: 1024 }
      slos: [{ name: latency, threshold: 1 s, objective: 99 %, window: 28 d }]
      capacity: { serviceTime: { mean: 200 ms, cv: 0.7 }, concurrency: 2, maxWait: 5 s, startup: 75 s }
      demand: { peak: ${peak} /s }
      bounds: { min: 2, max: 30 }
      deploy: { paths: [/svc-${i}/*] }`,
  );
  return `config:
  aws:region: eu-west-1
  setpoint:services:
${services.join("\n")}
  setpoint:deployment:
    ${shared}
`;
}
