import type { Reason } from "./scaling-plan.ts";
import { SLOTS_A_DAY } from "./season.ts";
import { figure, isoMinute, percent, perSecond, seconds, span } from "./words.ts";
import { TREND_DAYS, type Workload } from "./workload.ts";

/**
 * What the history shows of the traffic, and how sure it is, in words and figures; `recorded` is its whole length in days,
 * where only the newest of them are shown.
 */
export function historyReasons(shown: Workload, recorded = shown.days): readonly Reason[] {
  return [pattern(shown, recorded), growth(shown), spikes(shown)];
}

/** Days, but for a half hour, from which a pattern counts as known, and share of the variance foretold from which it is one. */
const [SURE, A_PATTERN] = [14, 0.5];

function pattern({ days, level, trend, foretold }: Workload, recorded: number): Reason {
  const newest = span(days * 86_400);
  const length = recorded < days + 1 ? newest : `the newest ${newest} of ${span(recorded * 86_400)}`;
  const sure =
    days >= SURE - 1 / SLOTS_A_DAY
      ? "two weeks or more, every kind of day seen twice"
      : `under ${SURE} days: surges are taken to be the steeper for it`;
  const repeats =
    foretold === undefined
      ? "no day has another before it to be told from"
      : `the days before foretell ${percent(foretold)} of what a half hour differs from the mean${foretold < A_PATTERN ? ": no pattern to rely on" : ""}`;
  const weekly =
    trend === undefined
      ? `no trend can be told in under ${TREND_DAYS} days`
      : `the level changes by ${percentChange(trend.weekly)} a week (half of the pairs of like weekdays say ${percentChange(trend.low)} to ${percentChange(trend.high)})`;
  return {
    of: "history.level",
    value: `${perSecond(level)} on the newest day`,
    because: `${length} of history, ${sure}; ${repeats}; ${weekly}`,
  };
}

function growth(shown: Workload): Reason {
  const {
    growth: { reaction, median, rare, most, byHour, steepestHour, fromNone },
    burstiness,
    within,
  } = shown;
  const inside =
    within.share === 0
      ? ""
      : `; within ${percent(within.share)} of them the rate varies by more than chance, to ${figure(within.most)} times the minute's mean`;
  const opening =
    fromNone === 0
      ? ""
      : `, besides ${fromNone} minute${fromNone === 1 ? "" : "s"} of traffic after none at all`;
  const steepest = byHour[steepestHour];
  const hour = `${String(steepestHour).padStart(2, "0")}:00 UTC`;
  const steep = steepest === undefined ? hour : `${hour} (${figure(steepest)} times in one minute of twenty)`;
  return {
    of: "history.growth",
    value: `${figure(rare)} times in one minute of a hundred`,
    because: `over the ${seconds(reaction)} in which a step policy answers a change with the first request served; ${figure(median)} times in the median, ${figure(most)} at most${opening}, steepest from ${steep}; single minutes differ by ${percent(burstiness)} from their half hour${inside}`,
  };
}

function spikes({ spikes: found, silentMinutes, days }: Workload): Reason {
  const highest = found.reduce<(typeof found)[number] | undefined>(
    (most, spike) => (most && most.factor >= spike.factor ? most : spike),
    undefined,
  );
  const silent =
    silentMinutes === 0
      ? ""
      : `; ${silentMinutes === 1 ? "1 minute is" : `${silentMinutes} minutes are`} silent amid traffic, as in an outage`;
  return {
    of: "history.spikes",
    value: highest ? `${found.length}, to ${figure(highest.factor)} times the hours around` : "none",
    because: highest
      ? `in ${span(days * 86_400)}; the highest at ${isoMinute(highest.time)} for ${highest.minutes} min${silent}`
      : `nothing reached three times the hours around it${silent}`,
  };
}

/** A change as a signed percentage; none has no sign. */
function percentChange(ratio: number): string {
  const size = percent(Math.abs(ratio));
  return size === percent(0) ? size : `${ratio < 0 ? "−" : "+"}${size}`;
}
