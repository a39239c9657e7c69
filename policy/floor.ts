import type { ScheduledAction } from "./scaling-plan.ts";
import type { SeasonalProfile } from "./season.ts";
import { SLOT } from "./season.ts";

/** Share of requests that break the tightest SLO, as a ratio of its error budget, in the long run. */
export type BudgetUse = (tasks: number, rate: number) => number;

/** Standing tasks for each slot. */
export type Floor = readonly number[];

/**
 * The cheapest floor that alone would use so many error budgets. A task-hour more is bought wherever it saves
 * the most bad requests: one price of a bad request for all slots (Lagrange), found by bisection.
 */
export function cheapestFloor(
  profile: SeasonalProfile,
  budgetUse: BudgetUse,
  min: number,
  max: number,
): (allowance: number) => Floor {
  const slots = profile.levels.map((level, slot) =>
    options(level, profile.deviations[slot]!, budgetUse, min, max),
  );
  const total = profile.levels.reduce((sum, level, slot) => sum + level * profile.weights[slot]!, 0);
  const pick = (price: number) => slots.map((choices) => best(choices, price));
  const used = (price: number) =>
    pick(price).reduce((sum, choice, slot) => sum + choice.bad * profile.weights[slot]!, 0) / total;
  return (allowance) => {
    let [low, high] = [-20, 20]; // ln of tasks for each bad request a second
    if (used(Math.exp(low)) <= allowance) return pick(Math.exp(low)).map((choice) => choice.tasks);
    for (let i = 0; i < 40; i++) {
      const middle = (low + high) / 2;
      if (used(Math.exp(middle)) > allowance) low = middle;
      else high = middle;
    }
    return pick(Math.exp(high)).map((choice) => choice.tasks);
  };
}

interface Choice {
  readonly tasks: number;
  /** Budget-weighted bad requests a second. */
  readonly bad: number;
}

function options(
  level: number,
  deviations: readonly (readonly [number, number])[],
  budgetUse: BudgetUse,
  min: number,
  max: number,
): readonly Choice[] {
  const choices: Choice[] = [];
  for (let tasks = min; tasks <= max; tasks = Math.max(tasks + 1, Math.ceil(tasks * 1.02))) {
    const bad = deviations.reduce(
      (sum, [factor, share]) => sum + share * level * factor * budgetUse(tasks, level * factor),
      0,
    );
    choices.push({ tasks, bad });
    if (bad < 1e-3 * level) break;
  }
  return choices;
}

function best(choices: readonly Choice[], price: number): Choice {
  return choices.reduce((a, b) => (b.tasks + price * b.bad < a.tasks + price * a.bad ? b : a));
}

/** The floor as scheduled actions, each early enough that its tasks are ready when the slot begins. */
export function floorSchedule(
  profile: SeasonalProfile,
  floor: Floor,
  startup: number,
): readonly ScheduledAction[] {
  const { season } = profile;
  if (season.slots === 1) return [];
  const perDay = 86_400 / SLOT;
  return floor.flatMap((tasks, slot) => {
    const dayStart = slot - (slot % perDay);
    const isFirst = slot === dayStart;
    const before = isFirst ? undefined : floor[slot - 1];
    if (before === tasks) return [];
    // Rising floors lead by the start-up time; falling ones wait for the slot, and midnight states where the day begins.
    const lead = before !== undefined && tasks > before ? Math.ceil(startup / 60) * 60 : 0;
    const days = season.seasonality === "daily" ? "" : slot < perDay ? "workday-" : "weekend-";
    const minute = (slot - dayStart) * (SLOT / 60);
    const clock = `${String(Math.floor(minute / 60)).padStart(2, "0")}${String(minute % 60).padStart(2, "0")}`;
    return [{ name: `floor-${days}${clock}`, at: season.beginning(slot, lead), min: tasks }];
  });
}
