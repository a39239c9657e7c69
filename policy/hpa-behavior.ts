/** Kubernetes' scale-down window (s): config/v1alpha1/defaults.go. */
const DOWN_WINDOW = 300;

/** Pods that may be added at once, if that is more than 100 %: pkg/apis/autoscaling/v2/defaults.go. */
const FEW = 4;

/**
 * The Horizontal Pod Autoscaler's default behavior: up at once, by at most the larger of 4 pods and 100 % in a sync period; down
 * to the largest recommendation of the last five minutes, of which the count that it found is the first
 * (recordInitialRecommendation, horizontal.go). To be asked once in a sync period.
 */
export function hpaBehavior(min: number, max: number) {
  const recommended: { time: number; count: number }[] = [];
  return (now: number, current: number, count: number): number => {
    if (recommended.length === 0) recommended.push({ time: now, count: current });
    recommended.push({ time: now, count });
    while (recommended[0]!.time <= now - DOWN_WINDOW) recommended.shift();
    let stabilized = count;
    if (count < current) {
      for (const recommendation of recommended) stabilized = Math.max(stabilized, recommendation.count);
      stabilized = Math.min(current, stabilized);
    }
    const limited = Math.min(stabilized, current + Math.max(FEW, current));
    return Math.max(min, Math.min(max, limited));
  };
}
