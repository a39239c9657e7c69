import { isBurstable, resourcesOf } from "./instance-types.ts";
import type { Compute } from "./service.ts";

/** What a burstable instance does without credits: it slows down, or it costs more. */
export type CreditMode = "standard" | "unlimited";

/** How a burstable instance lives on CPU credits; a credit is a vCPU for a minute. */
export interface CreditRules {
  readonly mode: CreditMode;
  readonly vcpus: number;
  /** Credits an hour. */
  readonly earned: number;
  /** Earned credits that accrue at most, and surplus credits that are lent at most: those of a day. */
  readonly most: number;
  /** CPU utilization, of all vCPUs, at which as many are spent as earned. */
  readonly baseline: number;
  /** Credits that an instance starts with. */
  readonly launch: number;
  /** US dollars for a vCPU-hour beyond the baseline, Linux, in unlimited mode. */
  readonly surplusPrice: number;
}

/** The rules of an instance as declared; none for those that do not live on credits. */
export function creditRules(compute: Compute): CreditRules | undefined {
  if (compute.type !== "ec2") return undefined;
  const [family = "", size = ""] = compute.instanceType.split(".");
  const earned = (family === "t2" ? T2_EARNED : T3_EARNED).get(size);
  const resources = resourcesOf(compute);
  const mode = compute.credits ?? defaultCredits(compute.instanceType);
  if (mode === undefined || earned === undefined || resources === undefined) return undefined;
  const { vcpus } = resources;
  return {
    mode,
    vcpus,
    earned,
    most: 24 * earned,
    baseline: earned / 60 / vcpus,
    launch: family === "t2" && mode === "standard" ? LAUNCH_PER_VCPU * vcpus : 0,
    surplusPrice: family === "t4g" ? SURPLUS_T4G : SURPLUS,
  };
}

/** AWS's default: T2 standard, T3, T3a and T4g unlimited; none for other families. Same guide. */
export function defaultCredits(instanceType: string): CreditMode | undefined {
  const family = instanceType.split(".")[0]!;
  if (family === "t2") return "standard";
  return isBurstable(family) ? "unlimited" : undefined;
}

/**
 * Credits earned an hour: Amazon EC2 User Guide, burstable-credits-baseline-concepts.md (the table of credits), from
 * github.com/awsdocs/amazon-ec2-user-guide, commit 0147f87. T3a and T4g are as T3. It gives the accrual of t2.2xlarge
 * as 1958.4; a day of 81.6 is that.
 */
const T2_EARNED: ReadonlyMap<string, number> = new Map([
  ["nano", 3],
  ["micro", 6],
  ["small", 12],
  ["medium", 24],
  ["large", 36],
  ["xlarge", 54],
  ["2xlarge", 81.6],
]);
const T3_EARNED: ReadonlyMap<string, number> = new Map([
  ["nano", 6],
  ["micro", 12],
  ["small", 24],
  ["medium", 24],
  ["large", 36],
  ["xlarge", 96],
  ["2xlarge", 192],
]);

/** Launch credits of T2 standard for each vCPU: same guide, burstable-performance-instances-standard-mode-concepts.md. */
const LAUNCH_PER_VCPU = 30;

/** US dollars a vCPU-hour: same guide, burstable-performance-instances-unlimited-mode-concepts.md (T3); aws.amazon.com/ec2/pricing/on-demand (T4g). */
const [SURPLUS, SURPLUS_T4G] = [0.05, 0.04];

/** Credits of one instance. */
export interface CreditBalance {
  /** Earned and not spent. */
  readonly accrued: number;
  /** Given at the launch and not spent; they go first and do not count towards the limit. */
  readonly launch: number;
  /** Lent in unlimited mode, to be paid back from what is earned. */
  readonly surplus: number;
}

/** The balance of an instance that has just started. */
export function launchBalance({ launch }: CreditRules): CreditBalance {
  return { accrued: 0, launch, surplus: 0 };
}

/** What became of the credits in a while. */
export interface CreditSlice {
  readonly balance: CreditBalance;
  /** CPU work done ÷ CPU work asked for; below 1 when an instance in standard mode ran out of credits and fell to its baseline. */
  readonly speed: number;
  /** US dollars charged for surplus credits beyond a day's. */
  readonly charged: number;
}

/** `seconds` at a CPU utilization, of all vCPUs, if the credits allow it. */
export function creditSlice(
  rules: CreditRules,
  balance: CreditBalance,
  utilization: number,
  seconds: number,
): CreditSlice {
  const wanted = (rules.vcpus * utilization * seconds) / 60;
  const earned = (rules.earned * seconds) / 3600;
  const fromLaunch = Math.min(balance.launch, wanted);
  const change = earned - (wanted - fromLaunch);
  const launch = balance.launch - fromLaunch;
  return rules.mode === "standard"
    ? standardSlice(rules, balance.accrued + change, launch, wanted)
    : unlimitedSlice(rules, balance.accrued - balance.surplus + change, launch);
}

function standardSlice({ most }: CreditRules, credits: number, launch: number, wanted: number): CreditSlice {
  const missing = Math.max(0, -credits);
  return {
    balance: { accrued: Math.min(most, Math.max(0, credits)), launch, surplus: 0 },
    speed: wanted === 0 ? 1 : 1 - missing / wanted,
    charged: 0,
  };
}

function unlimitedSlice({ most, surplusPrice }: CreditRules, credits: number, launch: number): CreditSlice {
  const lent = Math.max(0, -credits);
  return {
    balance: { accrued: Math.min(most, Math.max(0, credits)), launch, surplus: Math.min(most, lent) },
    speed: 1,
    charged: (Math.max(0, lent - most) / 60) * surplusPrice,
  };
}

/** US dollars that ending the instance charges for what it still owes. */
export function owed({ surplusPrice }: CreditRules, { surplus }: CreditBalance): number {
  return (surplus / 60) * surplusPrice;
}

/** The CPU utilization, of all vCPUs, that the instance keeps up for ever. */
export function sustainableCpu({ mode, baseline }: CreditRules): number {
  return mode === "standard" ? baseline : 1;
}

/** Seconds at full speed at a CPU utilization, from a balance on; infinite where it never slows down. */
export function burstSeconds(rules: CreditRules, balance: CreditBalance, utilization: number): number {
  const spent = rules.vcpus * (utilization - sustainableCpu(rules));
  return spent <= 0 ? Number.POSITIVE_INFINITY : (60 * (balance.accrued + balance.launch)) / spent;
}

/** US dollars an hour that a steady CPU utilization costs beyond the instance's price, in unlimited mode. */
export function surplusPerHour(
  { mode, vcpus, baseline, surplusPrice }: CreditRules,
  utilization: number,
): number {
  return mode === "unlimited" ? Math.max(0, utilization - baseline) * vcpus * surplusPrice : 0;
}
