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

/** 1970-01-04 was a Sunday: the week in which minutes are looked up. */
const SUNDAY = 3 * 86_400;

/**
 * The floor as scheduled actions: each minute holds the highest floor of the `lead` minutes that follow it, so that
 * what a rise needs is ready when the rise comes. Midnight always states where the day begins.
 */
export function floorSchedule(
  profile: SeasonalProfile,
  floor: Floor,
  lead: number,
): readonly ScheduledAction[] {
  if (profile.season.slots === 1) return [];
  const floorAt = (minute: number) => floor[profile.season.slotAt(SUNDAY + minute * 60)]!;
  const held = (minute: number) => {
    let most = floorAt(minute);
    for (let ahead = SLOT / 60; ahead < lead; ahead += SLOT / 60)
      most = Math.max(most, floorAt(minute + ahead));
    return Math.max(most, floorAt(minute + lead));
  };
  const changes = new Map<string, { minute: number; min: number; weekdays: number[] }>();
  for (let weekday = 0; weekday < 7; weekday++) {
    let before: number | undefined;
    for (let minute = 0; minute < 1440; minute++) {
      const min = held(weekday * 1440 + minute);
      if (min === before) continue;
      before = min;
      const change = changes.get(`${minute} ${min}`) ?? { minute, min, weekdays: [] };
      change.weekdays.push(weekday);
      changes.set(`${minute} ${min}`, change);
    }
  }
  return [...changes.values()].toSorted(byDayAndMinute).map(({ minute, min, weekdays }) => ({
    name: `floor-${daysName(weekdays)}-${clock(minute)}`,
    at: {
      minutes: [minute % 60],
      hours: [Math.floor(minute / 60)],
      weekdays: weekdays.length === 7 ? null : weekdays,
      daysOfMonth: null,
      months: null,
      years: null,
    },
    min,
  }));
}

interface Change {
  readonly minute: number;
  readonly weekdays: readonly number[];
}

/** Workdays first, then the weekend, each in the order of the day. */
function byDayAndMinute(a: Change, b: Change): number {
  const weekend = ({ weekdays }: Change) => Number(!weekdays.some((day) => day >= 1 && day <= 5));
  return weekend(a) - weekend(b) || a.minute - b.minute;
}

function daysName(weekdays: readonly number[]): string {
  const key = weekdays.join("");
  if (key === "0123456") return "daily";
  if (key === "12345") return "workdays";
  if (key === "06") return "weekend";
  return weekdays.map((day) => ["sun", "mon", "tue", "wed", "thu", "fri", "sat"][day]!).join("-");
}

function clock(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, "0")}${String(minute % 60).padStart(2, "0")}`;
}
