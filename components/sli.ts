import type { Slo } from "../policy/service.ts";
import type { Query } from "./alarm.ts";
import type { Target } from "./target.ts";

/**
 * What an SLO counts, as metric math over one window: `requests`, and `bad` among them.
 *
 * In time is what the target answered within the threshold, less its 5xx: they are bad however quick, and a slow one
 * counts twice rather than never. Requests without an answer are bad by that alone.
 *
 * Available is what was not answered by a 5xx of the target's or of the balancer's. The balancer counts its own for all
 * target groups together; this one's are at most as many as its requests without an answer, which leaves out clients
 * that hang up.
 */
export function sli(slo: Slo, target: Target): readonly Query[] {
  const counted = slo.kind === "latency" ? inTime(slo.threshold, target) : available(target);
  return [...counted, { id: "bad", expression: "IF(failed > total, total, failed)" }];
}

/** How many times too fast the budget burns; 0 where fewer than `leastBad` requests are bad. */
export function burnRate(slo: Slo, leastBad: number): Query {
  return { id: "burn", expression: `IF(bad >= ${leastBad}, bad / total / ${plain(1 - slo.objective)}, 0)` };
}

/** A number without an exponent, which metric math has no notation for. */
export function plain(value: number): string {
  return value.toFixed(9).replace(/\.?0+$/, "");
}

function inTime(threshold: number, target: Target): readonly Query[] {
  return [
    ofGroup("requests", "RequestCount", "Sum", target),
    ofGroup("quick", "TargetResponseTime", `TC(:${plain(threshold)})`, target),
    ofGroup("errors", "HTTPCode_Target_5XX_Count", "Sum", target),
    { id: "total", expression: "FILL(requests, 0)" },
    { id: "failed", expression: "total - FILL(quick, 0) + FILL(errors, 0)" },
  ];
}

function available(target: Target): readonly Query[] {
  return [
    ofGroup("requests", "RequestCount", "Sum", target),
    ofGroup("answered", "TargetResponseTime", "SampleCount", target),
    ofGroup("errors", "HTTPCode_Target_5XX_Count", "Sum", target),
    { id: "refused", metric: { ...balancerMetric("HTTPCode_ELB_5XX_Count", target), stat: "Sum" } },
    { id: "total", expression: "FILL(requests, 0)" },
    { id: "silent", expression: "total - FILL(answered, 0)" },
    { id: "lost", expression: "IF(silent < FILL(refused, 0), silent, FILL(refused, 0))" },
    { id: "failed", expression: "FILL(errors, 0) + IF(lost > 0, lost, 0)" },
  ];
}

/** A metric of the service's target group. */
export function ofGroup(id: string, metricName: string, stat: string, { balancer, group }: Target): Query {
  const dimensions = { LoadBalancer: balancer.arnSuffix, TargetGroup: group.arnSuffix };
  return { id, metric: { namespace: ALB, metricName, dimensions, stat } };
}

/** A metric that the balancer has as a whole only. */
export function balancerMetric(metricName: string, { balancer }: Pick<Target, "balancer">) {
  return { namespace: ALB, metricName, dimensions: { LoadBalancer: balancer.arnSuffix } };
}

const ALB = "AWS/ApplicationELB";
