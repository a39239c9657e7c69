import { z } from "zod";

/** Which requests reach a service, and how the balancer tells that a target serves. */
export interface RoutingSettings {
  readonly healthCheckPath: string;
  /** Path patterns of the balancer: `*` and `?` are wildcards. */
  readonly paths: readonly string[];
}

/** Every request; healthy is what answers at the root. */
export const DEFAULT_ROUTING: RoutingSettings = { healthCheckPath: "/", paths: ["/*"] };

/** LB-5: Application Load Balancer path patterns; at most 128 characters and 5 wildcards. */
const PATH = /^\/(?!.*\*\*)(?!(?:.*[*?]){6})[\w$./"'@:+&*?~-]{0,127}$/;

/** Members of a service's `deploy:` that say which requests reach it. */
export const routingShape = {
  healthCheckPath: z
    .string("must be a path. Write one such as /health")
    .max(1024, "must have at most 1024 characters. Shorten it")
    .regex(/^\/[^\s?#]*$/, "must start with / and hold no space, ? or #. Write one such as /health")
    .exactOptional(),
  paths: z
    .array(
      z
        .string()
        .regex(PATH, "must start with /, ≤ 128 characters, ≤ 5 single * or ?. Write one such as /cart/*"),
      "must be a list of paths. Write one such as [/cart, /cart/*]",
    )
    .min(1, "must name at least one path. Write [/*] for every request")
    .exactOptional(),
};
