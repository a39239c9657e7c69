import { type Registration, registrations } from "../../adapters/offline-preview.ts";
import { DEFAULT_TARGET } from "../../adapters/target-settings.ts";
import { DEFAULT_WAF } from "../../adapters/waf-settings.ts";
import { listenerRules } from "../../components/listener-rules.ts";
import { LoadBalancer } from "../../components/load-balancer.ts";
import { Network } from "../../components/network.ts";
import { Security } from "../../components/security.ts";
import { Target } from "../../components/target.ts";
import type { ScalingControls } from "../../policy/scaling-plan.ts";

/** Runs `program` against a cloud that accepts everything, and returns what it asked for. */
export function deploy(program: () => unknown): Promise<readonly Registration[]> {
  const silent = async () => {
    await program(); // what it returns is no output
  };
  return registrations(silent, { project: "setpoint", stack: "test", config: {}, secrets: [] });
}

/** The inputs of the one resource of that name; types may share a name, so `type` may tell them apart. */
export function asked(registered: readonly Registration[], name: string, type = "") {
  const found = registered.filter((each) => each.name === name && each.type.includes(type));
  if (found.length !== 1) throw new Error(`${found.length} resources are named ${name}`);
  return found[0]!.inputs;
}

/** How an output reads that only a deployment knows: `later("cart-group.arn")`. */
export function later(output: string): string {
  return `\${${output}}`;
}

export function ofType(registered: readonly Registration[], type: string): readonly Registration[] {
  return registered.filter((each) => each.type === type);
}

/** The message of what `program` throws. */
export async function refusal(program: () => unknown): Promise<string> {
  try {
    await deploy(program);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("nothing was refused");
}

export const DEV = {
  cidr: "10.0.0.0/16",
  zones: ["eu-west-1a", "eu-west-1b"],
  nat: "single",
  endpoints: false,
  flowLogs: false,
  logRetention: 14,
  insecure: true,
  redirect: true,
  certificates: [],
  minimumTls: 1.2,
  waf: false,
  protect: false,
} as const;

export const PROD = {
  cidr: "10.0.0.0/16",
  zones: ["eu-west-1a", "eu-west-1b", "eu-west-1c"],
  nat: "per-zone",
  endpoints: true,
  flowLogs: true,
  logRetention: 365,
  insecure: false,
  redirect: true,
  certificates: [],
  minimumTls: 1.2,
  waf: DEFAULT_WAF,
  protect: true,
  certificateArn: "arn:aws:acm:eu-west-1:123456789012:certificate/0123",
} as const;

export const CAPACITY = { serviceTime: { mean: 0.2, cv: 0.7 }, concurrency: 2, maxWait: 5, startup: 75 };

/** One of every kind of control. */
export const CONTROLS: ScalingControls = {
  min: 3,
  max: 40,
  warmup: 89.5,
  tracking: [
    {
      name: "load",
      metric: "requestRatePerTask",
      setpoint: 6.5,
      disableScaleIn: false,
      scaleOutCooldown: 59.2,
      scaleInCooldown: 300,
    },
    {
      name: "cpu",
      metric: "cpuUtilization",
      setpoint: 0.55,
      disableScaleIn: true,
      scaleOutCooldown: 60,
      scaleInCooldown: 300,
    },
  ],
  steps: [
    {
      name: "surge",
      adjustment: "percent",
      minAdjustment: 2,
      cooldown: 60,
      alarm: {
        metric: "requestRatePerTask",
        statistic: "Sum",
        comparison: ">",
        threshold: 8,
        period: 60,
        evaluationPeriods: 2,
        datapoints: 1,
      },
      steps: [
        { lower: 0, upper: 2, change: 0.25 },
        { lower: 2, upper: null, change: 0.5 },
      ],
    },
  ],
  schedule: [
    {
      name: "morning",
      at: {
        minutes: [0],
        hours: [8],
        weekdays: [1, 2, 3, 4, 5],
        daysOfMonth: null,
        months: null,
        years: null,
      },
      min: 9,
    },
  ],
};

/** A network, its groups and a load balancer, with one service's place behind it. */
export function foundation(settings: typeof DEV | typeof PROD, kind: "task" | "instance") {
  const network = new Network("net", settings);
  const ports =
    kind === "task" ? { taskPorts: [8080], instancePorts: [] } : { taskPorts: [], instancePorts: [8080] };
  const security = new Security("sec", { network, ...settings, ...ports });
  const loadBalancer = new LoadBalancer("entry", { network, security, ...settings, capacities: [CAPACITY] });
  const service = { name: "cart" };
  const deployment = { ...DEFAULT_TARGET, health: { path: "/health" }, paths: ["/cart", "/cart/*"] };
  const target = new Target("cart", {
    ...deployment,
    network,
    loadBalancer,
    kind,
    port: 8080,
    listenerRules: listenerRules([{ service, deployment }], 0).get("cart")!,
    capacity: CAPACITY,
  });
  return { network, security, loadBalancer, target };
}
