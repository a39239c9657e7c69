import { burnAlerts } from "../policy/burn-rate.ts";
import { meanRate } from "../policy/mean-rate.ts";
import type { Service } from "../policy/service.ts";

/** PutMetricAlarm calls that CloudWatch takes in a second (default quota); the provider tries again. */
const A_SECOND = 3;
/** A minute is worth a word. */
const NOTICED = 60 * A_SECOND;
/** Of each service, and of the entry: 5xx, unhealthy, heartbeat and ceiling. */
const OWN = 4;

/** Alerts that a service's promise or traffic rules out, and how long its alarms take to make. */
export function alarmWarnings(
  services: readonly Pick<Service, "name" | "slos" | "demand">[],
): readonly string[] {
  const found = services.map(({ name, slos, demand }) => {
    const rate = meanRate(demand);
    const alerts = slos.map((slo) => burnAlerts(slo, rate));
    const remarks = alerts.flatMap((each) => each.remarks).map((remark) => `services.${name}: ${remark}`);
    // Two windows each, the rollback's, and the percentile of a latency.
    const burning = alerts.reduce((sum, each) => sum + 2 * each.alerts.length + 2, 0);
    return { remarks, alarms: OWN + burning };
  });
  const alarms = found.reduce((sum, each) => sum + each.alarms, 0);
  const slow = `${alarms} alarms or fewer: CloudWatch takes ${A_SECOND} a second, so the first deployment waits some ${Math.ceil(alarms / A_SECOND)} s for them`;
  return [...found.flatMap(({ remarks }) => remarks), ...(alarms > NOTICED ? [slow] : [])];
}
