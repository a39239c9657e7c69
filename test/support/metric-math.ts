import math from "mathjs/lib/browser/math.js";

interface AlarmQuery {
  readonly id: string;
  readonly expression?: string;
  readonly metric?: { readonly metricName: string; readonly stat: string };
  readonly returnData: boolean;
}

/** What CloudWatch holds an alarm's threshold against in one period, from the statistics of that period; no value is no datapoint. */
export function evaluated(
  { metricQueries }: Readonly<Record<string, unknown>>,
  statistics: Readonly<Record<string, number | undefined>>,
): number {
  const scope: Record<string, unknown> = {
    FILL: (value: number | undefined, filling: number) => (Number.isNaN(value) ? filling : value),
    IF: (condition: boolean, yes: number, no: number) => (condition ? yes : no),
  };
  let returned = Number.NaN;
  for (const { id, expression, metric, returnData } of metricQueries as readonly AlarmQuery[]) {
    const value =
      expression === undefined
        ? (statistics[`${metric!.metricName} ${metric!.stat}`] ?? Number.NaN)
        : (math.evaluate(expression, scope) as number);
    scope[id] = value;
    if (returnData) returned = value;
  }
  return returned;
}
