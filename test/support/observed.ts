import type { Fleet } from "../../components/capacity-metrics.ts";
import { EntryAlarms } from "../../components/entry-alarms.ts";
import { Notifications } from "../../components/notifications.ts";
import { Observability } from "../../components/observability.ts";
import { ServiceAlarms } from "../../components/service-alarms.ts";
import type { Slo } from "../../policy/service.ts";
import { CONTROLS, DEV, deploy, foundation, PROD } from "./deploy.ts";

const window = 28 * 86_400;
export const slos: readonly Slo[] = [
  { kind: "latency", name: "latency", threshold: 1, objective: 0.995, window },
  { kind: "availability", name: "availability", objective: 0.999, window },
];
export const region = "eu-west-1";
export const TASKS: Fleet = { kind: "task", clusterName: "shop", serviceName: "cart", insights: true };
export const INSTANCES: Fleet = { kind: "instance", groupName: "web-group" };
export const certificateArn = PROD.certificateArn;

/** A service of two promises with its alarms, and what is seen of it. */
export function observed(fleet: Fleet, alwaysOn = true, controls = CONTROLS) {
  return deploy(() => {
    const { target, loadBalancer } = foundation(DEV, fleet.kind === "task" ? "task" : "instance");
    const notify = { page: [], ticket: [] };
    const topics = new Notifications("notify", { region, notify, key: undefined, logRetention: 14 });
    new EntryAlarms("entry-alarms", { loadBalancer, certificateArn, slos, topics });
    const alarms = new ServiceAlarms("cart", { slos, target, topics, alwaysOn });
    new Observability("cart", { region, slos, target, fleet, controls, alarms, topics });
  });
}
