import type { Compute } from "../policy/service.ts";
import { badInput, didYouMean } from "./bad-input.ts";
import type { OperatingSystem } from "./task-settings.ts";

/** What Fargate runs a task on. */
export interface Platform {
  readonly cpuArchitecture: "x86_64" | "arm64";
  readonly operatingSystem: OperatingSystem;
}

const LINUX: Platform = { cpuArchitecture: "x86_64", operatingSystem: "LINUX" };

/**
 * US dollars, on demand, us-east-1; instances with Linux.
 * Fargate: https://aws.amazon.com/fargate/pricing/, as of 2026; Windows' licence is by the vCPU, too.
 * EC2: https://aws.amazon.com/ec2/pricing/on-demand/, from AWS's Price List API as of 2026-02-09 in
 * github.com/aws/karpenter-provider-aws, pkg/providers/pricing/zz_generated.pricing_aws.go, commit 265ee0b.
 */
const FARGATE = {
  x86_64: { vcpuHour: 0.04048, gigabyteHour: 0.004445 },
  arm64: { vcpuHour: 0.03238, gigabyteHour: 0.00356 },
  windows: { vcpuHour: 0.046552 + 0.046, gigabyteHour: 0.00511175 },
} as const;

/** The hourly price of each family's `large`; the other sizes cost in proportion. */
const LARGE = {
  t2: 0.0928,
  t3: 0.0832,
  t3a: 0.0752,
  t4g: 0.0672,
  m5: 0.096,
  m5a: 0.086,
  m6i: 0.096,
  m6a: 0.0864,
  m6g: 0.077,
  m7i: 0.1008,
  m7g: 0.0816,
  c5: 0.085,
  c5a: 0.077,
  c6i: 0.085,
  c6a: 0.0765,
  c6g: 0.068,
  c7i: 0.08925,
  c7g: 0.0725,
  r5: 0.126,
  r5a: 0.113,
  r6i: 0.126,
} as const;

/** Sizes as multiples of `large`. */
const SIZE = {
  nano: 1 / 16,
  micro: 1 / 8,
  small: 1 / 4,
  medium: 1 / 2,
  large: 1,
  xlarge: 2,
  "2xlarge": 4,
  "4xlarge": 8,
  "8xlarge": 16,
  "9xlarge": 18,
  "12xlarge": 24,
  "16xlarge": 32,
  "18xlarge": 36,
  "24xlarge": 48,
} as const;

const BURSTABLE = ["nano", "micro", "small", "medium", "large", "xlarge", "2xlarge"] as const;
const EIGHTHS = [
  "large",
  "xlarge",
  "2xlarge",
  "4xlarge",
  "8xlarge",
  "12xlarge",
  "16xlarge",
  "24xlarge",
] as const;
const GRAVITON = [
  "medium",
  "large",
  "xlarge",
  "2xlarge",
  "4xlarge",
  "8xlarge",
  "12xlarge",
  "16xlarge",
] as const;
const NINTHS = [
  "large",
  "xlarge",
  "2xlarge",
  "4xlarge",
  "9xlarge",
  "12xlarge",
  "18xlarge",
  "24xlarge",
] as const;

const INSTANCE_PRICES: ReadonlyMap<string, number> = new Map([
  ...Object.entries(LARGE).flatMap(([family, large]) =>
    sizes(family).map((size): [string, number] => [
      `${family}.${size}`,
      Number((large * SIZE[size]).toFixed(5)),
    ]),
  ),
  ["t2.small", 0.023], // the two sizes out of proportion
  ["c7g.medium", 0.0363],
]);

/** US dollars an hour for one task on its platform, or for one instance; an instance type without a known price is refused. */
export function hourlyPrice(
  compute: Compute,
  { cpuArchitecture, operatingSystem }: Platform = LINUX,
): number {
  if (compute.type === "fargate") {
    const { vcpuHour, gigabyteHour } = FARGATE[operatingSystem === "LINUX" ? cpuArchitecture : "windows"];
    return (compute.cpu / 1024) * vcpuHour + (compute.memory / 1024) * gigabyteHour;
  }
  const price = INSTANCE_PRICES.get(compute.instanceType);
  if (price === undefined)
    throw badInput([{ where: "instanceType", message: unknownInstanceType(compute.instanceType) }]);
  return price;
}

/** Whether the table has a price for the instance type. */
export function isPriced(instanceType: string): boolean {
  return INSTANCE_PRICES.has(instanceType);
}

/** Every instance type with a price. */
export function pricedTypes(): readonly string[] {
  return [...INSTANCE_PRICES.keys()];
}

/** Why an instance type is refused, with the near ones. */
export function unknownInstanceType(instanceType: string): string {
  const family = instanceType.split(".")[0] ?? "";
  const siblings = [...INSTANCE_PRICES.keys()].filter((type) => type.startsWith(`${family}.`));
  const hint =
    siblings.length > 0
      ? `known of ${family}: ${siblings.join(", ")}`
      : /^[a-z0-9-]+\.[a-z0-9-]+$/.test(instanceType)
        ? `known families: ${Object.keys(LARGE).join(", ")}`
        : didYouMean(instanceType, [...INSTANCE_PRICES.keys()].slice(0, 8));
  return `no price is known for it, and a plan without costs is no plan. ${hint}`;
}

function sizes(family: string): readonly (keyof typeof SIZE)[] {
  if (family.startsWith("t")) return BURSTABLE;
  if (family.endsWith("g")) return GRAVITON;
  return family === "c5" ? NINTHS : EIGHTHS;
}
