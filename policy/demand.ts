import { byMinute, section } from "./minutes.ts";
import { withoutOutages } from "./outages.ts";
import { DAYS_FOR_DAILY, tellsWeekendsApart } from "./season.ts";
import type { Demand } from "./service.ts";
import { highestRate, type Trace } from "./trace.ts";
import { figure, span } from "./words.ts";
import { type SeasonOfYear, seasonOfYear } from "./year.ts";

/** Minutes of history that are rehearsed and forecast from: four weeks. What is older tells of the season of the year. */
export const LOOKED_AT = 28 * 1440;

/** Minutes beside a silence that are part of an outage where they have less than usual: its beginning and end, smoothed or not. */
const EDGE = 5;

/** The traffic to size for, minute by minute, grown and without outages, with the choices made on the way. */
export function demandHistory(demand: Demand): {
  readonly trace: Trace;
  readonly assumptions: readonly string[];
  /** Minutes that the recording is silent amid traffic. */
  readonly silentMinutes: number;
  /** Highest rate of the whole recording, grown, or of its season to come: a ceiling below it would fail a day that is known. */
  readonly highest: number;
} {
  const growth = 1 + demand.growth;
  if (demand.kind === "peak") {
    const peak = demand.peak * growth;
    return {
      trace: assumedDay(peak),
      assumptions: [
        "no history is declared: a day that swings between 35 % and 80 % of the peak is assumed, with a surge to the peak within five minutes at its height",
      ],
      silentMinutes: 0,
      highest: peak,
    };
  }
  const minutes = byMinute(demand.trace);
  const newest = section(minutes, Math.max(0, minutes.rates.length - LOOKED_AT), LOOKED_AT);
  const season = seasonOfYear(minutes);
  // A quieter season ahead lowers nothing: the level of these weeks is what is sure.
  const factor = growth * Math.max(1, season?.rise ?? 1);
  const {
    trace: mended,
    silent,
    filled,
  } = withoutOutages(newest, Math.max(EDGE, Math.ceil(demand.trace.step / 60)));
  const trace = { ...mended, rates: mended.rates.map((rate) => rate * factor) };
  return {
    trace,
    assumptions: [...historyAssumptions(demand.trace, minutes, season), ...outageAssumptions(silent, filled)],
    silentMinutes: silent,
    highest: growth * Math.max(highestRate(minutes.rates), season?.highest ?? 0),
  };
}

function outageAssumptions(silent: number, filled: number): readonly string[] {
  const long = silent - filled;
  return [
    ...(filled === 0
      ? []
      : [
          `${filled} minutes of the history are silent amid traffic: taken for outages, which are no pattern to plan for, and filled from the hours around and the same minutes of other days; what the plan says of its history is said of it so filled, and a back-test replays it as recorded`,
        ]),
    ...(long === 0
      ? []
      : [
          `${long} minutes of the history are silent for half a day or more, where other days have traffic: without another week to compare with they are planned for as they are`,
        ]),
  ];
}

function historyAssumptions(
  given: Trace,
  minutes: Trace,
  season: SeasonOfYear | undefined,
): readonly string[] {
  const days = minutes.rates.length / 1440;
  const assumptions: string[] = [];
  if (given.step > minutes.step) {
    assumptions.push(
      `the history has one value every ${figure(given.step / minutes.step)} minutes: the rate is interpolated between them, and bursts shorter than that are unknown; how likely a miss is leaves them out`,
    );
  }
  if (season !== undefined && season.rise > 1)
    assumptions.push(
      `a year ago the busiest of the four weeks that follow had ${figure(season.then) === "1" ? "as much traffic as" : `${figure(season.then)} times the traffic of`} the four before: the newest four weeks are planned for ${
        season.rise === season.then
          ? "at that"
          : `at ${figure(season.rise)} × their own, as no week since had more`
      }`,
    );
  else if (minutes.rates.length > LOOKED_AT)
    assumptions.push(
      season === undefined
        ? "only the newest four weeks of the history are used: the season of the year takes a year and four weeks to be told"
        : `only the newest four weeks of the history are used: a year ago the four weeks that follow were no busier${season.then > 1 ? " than these are" : ""}`,
    );
  if (days < DAYS_FOR_DAILY)
    assumptions.push(
      `the history covers ${span(days * 86_400)}: too short for a daily pattern (${DAYS_FOR_DAILY} days), and to tell weekends apart (two days of each kind)`,
    );
  else if (!tellsWeekendsApart(minutes))
    assumptions.push(
      `the history covers ${span(days * 86_400)}: too short to tell weekends apart (two days of each kind)`,
    );
  return assumptions;
}

/** Share of the peak at the quietest and at the height of an ordinary day, without its surge. */
const [QUIET, BUSY] = [0.35, 0.8];

/** Two days that swing as a raised cosine, each with a surge at noon UTC that lasts half an hour. */
export function assumedDay(peak: number): Trace {
  const rates = Array.from({ length: 2 * 1440 }, (_, minute) => {
    const ofDay = minute % 1440;
    const swing = QUIET + ((BUSY - QUIET) * (1 - Math.cos((2 * Math.PI * ofDay) / 1440))) / 2;
    const sinceSurge = ofDay - 720;
    if (sinceSurge < 0 || sinceSurge > 35) return peak * swing;
    return peak * (swing + (1 - swing) * Math.min(1, sinceSurge / 5, (35 - sinceSurge) / 5));
  });
  return { start: 0, step: 60, rates };
}
