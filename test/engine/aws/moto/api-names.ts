/**
 * Pulumi's inputs as AWS's API names them: `minCapacity` becomes `MinCapacity`, all the way down. The caller states the
 * type of the request, since the SDK's own does not follow from Pulumi's.
 */
export function apiNames<T>(inputs: unknown): T {
  if (Array.isArray(inputs)) return inputs.map((each) => apiNames(each)) as T;
  if (inputs === null || typeof inputs !== "object") return inputs as T;
  const named = Object.entries(inputs).map(([key, value]) => [
    key.charAt(0).toUpperCase() + key.slice(1),
    apiNames(value),
  ]);
  return Object.fromEntries(named) as T;
}

/** `{ a: "b" }` as `[{ Name: "a", Value: "b" }]`. */
export function nameValues(map: unknown): { Name: string; Value: string }[] | undefined {
  if (map === undefined) return undefined;
  return Object.entries(map as Record<string, string>).map(([Name, Value]) => ({ Name, Value }));
}

/** Steps whose bounds Pulumi takes as texts and AWS as numbers. */
export function steps(given: unknown) {
  const bounds = (given ?? []) as {
    metricIntervalLowerBound?: string;
    metricIntervalUpperBound?: string;
    scalingAdjustment: number;
  }[];
  return bounds.map(
    ({ metricIntervalLowerBound: lower, metricIntervalUpperBound: upper, scalingAdjustment }) => ({
      ...(lower === undefined ? {} : { MetricIntervalLowerBound: Number(lower) }),
      ...(upper === undefined ? {} : { MetricIntervalUpperBound: Number(upper) }),
      ScalingAdjustment: scalingAdjustment,
    }),
  );
}
