import math from "mathjs/lib/browser/math.js";

interface AlarmQuery {
  readonly id: string;
  readonly expression?: string;
  readonly metric?: {
    readonly metricName: string;
    readonly stat: string;
    readonly dimensions?: Readonly<Record<string, string>>;
  };
  readonly returnData: boolean;
}

/** What CloudWatch holds an alarm's threshold against in one period, from the statistics of that period, of any group or of one; no value is no datapoint. */
export function evaluated(
  { metricQueries }: Readonly<Record<string, unknown>>,
  statistics: Readonly<Record<string, number | undefined>>,
): number {
  const scope: Record<string, unknown> = {
    FILL: (value: number | undefined, filling: number) => (Number.isNaN(value) ? filling : value),
    IF: (condition: boolean, yes: number, no: number) => (condition ? yes : no),
  };
  const there = (values: math.Matrix) =>
    (values.toArray() as number[]).filter((value) => !Number.isNaN(value));
  scope.SUM = (values: math.Matrix) => (there(values).length === 0 ? Number.NaN : math.sum(there(values)));
  scope.MAX = (values: math.Matrix) => (there(values).length === 0 ? Number.NaN : math.max(there(values)));
  let returned = Number.NaN;
  for (const { id, expression, metric, returnData } of metricQueries as readonly AlarmQuery[]) {
    const value =
      expression === undefined
        ? (statistics[`${metric!.dimensions?.TargetGroup} ${metric!.metricName} ${metric!.stat}`] ??
          statistics[`${metric!.metricName} ${metric!.stat}`] ??
          Number.NaN)
        : (math.evaluate(expression, scope) as number);
    scope[id] = value;
    if (returnData) returned = value;
  }
  return returned;
}
