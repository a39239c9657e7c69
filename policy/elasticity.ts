import { power } from "./power.ts";

/** How well supply followed demand; the SPEC Research Group's measures, as ratios where they are given in percent elsewhere. */
export interface Elasticity {
  /** θU and θO: tasks short, and tasks beyond, ÷ tasks demanded; means over time. */
  readonly underProvisioning: number;
  readonly overProvisioning: number;
  /** τU and τO: shares of the time short, and beyond. */
  readonly underTimeshare: number;
  readonly overTimeshare: number;
  /** ε: geometric mean of the four of a fleet fixed at the mean demand ÷ those here; `null` where it has no bound. */
  readonly elasticSpeedUp: number | null;
  /** υ: share of the time in which supply and demand do not move the same way. */
  readonly instability: number;
  /** Changes of supply beyond those of demand, a minute; below zero where supply changes less often. */
  readonly jitter: number;
  readonly scaleEventsADay: number;
}

/** Tasks at the end of each minute: those that serve, and with those that start. */
export interface Supply {
  readonly ready: Float64Array;
  readonly capacity: Float64Array;
}

/** The four measures that the speed-up compares. */
interface Provisioning {
  readonly underProvisioning: number;
  readonly overProvisioning: number;
  readonly underTimeshare: number;
  readonly overTimeshare: number;
}

const MINUTES_A_DAY = 1440;

/**
 * Supply against the tasks that each minute demanded: N. Herbst et al., "Ready for Rain? A View from SPEC Research on the Future
 * of Cloud Metrics", SPEC-RG-2016-01; speed-up against no autoscaling after Imdoukh et al. 2019, equations 12–16; jitter after BUNGEE.
 * What serves is held against demand; what was decided counts as a scale event.
 */
export function elasticity({ ready, capacity }: Supply, demand: Float64Array): Elasticity {
  const minutes = demand.length;
  const found = provisioning(ready, demand);
  const unscaled = provisioning(new Float64Array(minutes).fill(Math.round(mean(demand))), demand);
  return {
    ...found,
    elasticSpeedUp: speedUp(unscaled, found),
    instability: instability(ready, demand),
    jitter: (changes(capacity) - changes(demand)) / minutes,
    scaleEventsADay: (changes(capacity) * MINUTES_A_DAY) / minutes,
  };
}

function provisioning(supply: Float64Array, demand: Float64Array): Provisioning {
  let [short, beyond, minutesShort, minutesBeyond] = [0, 0, 0, 0];
  for (let i = 0; i < demand.length; i++) {
    const missing = 1 - supply[i]! / demand[i]!; // 1 where no number of tasks is enough
    if (missing > 0) [short, minutesShort] = [short + missing, minutesShort + 1];
    if (missing < 0) [beyond, minutesBeyond] = [beyond - missing, minutesBeyond + 1];
  }
  return {
    underProvisioning: short / demand.length,
    overProvisioning: beyond / demand.length,
    underTimeshare: minutesShort / demand.length,
    overTimeshare: minutesBeyond / demand.length,
  };
}

/** A measure that is 0 here and not there makes the ratio infinite, one that is 0 in both leaves it as it is. */
function speedUp(unscaled: Provisioning, scaled: Provisioning): number | null {
  let product = 1;
  for (const measure of Object.keys(scaled) as (keyof Provisioning)[]) {
    if (unscaled[measure] !== scaled[measure]) product *= unscaled[measure] / scaled[measure];
  }
  return Number.isFinite(product) ? power(product, 1 / 4) : null;
}

function instability(supply: Float64Array, demand: Float64Array): number {
  let apart = 0;
  for (let i = 1; i < demand.length; i++) {
    if (moved(supply, i) !== moved(demand, i)) apart++;
  }
  return apart / Math.max(1, demand.length - 1);
}

/** 1, 0 or −1; two infinite demands are the same. */
function moved(values: Float64Array, i: number): number {
  return values[i] === values[i - 1] ? 0 : Math.sign(values[i]! - values[i - 1]!);
}

function changes(values: Float64Array): number {
  let count = 0;
  for (let i = 1; i < values.length; i++) if (values[i] !== values[i - 1]) count++;
  return count;
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
