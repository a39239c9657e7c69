import { z } from "zod";

/** Which requests reach a service. */
export interface RoutingSettings {
  /** Path patterns of the balancer: `*` and `?` are wildcards. Each is a rule of its own. */
  readonly paths?: readonly string[];
  /** Requests that a path does not tell apart alone. */
  readonly rules?: readonly RoutingRule[];
}

/** Requests that meet every kind of condition, each by one of its values. */
export interface RoutingRule {
  readonly paths?: readonly string[];
  readonly hosts?: readonly string[];
  readonly methods?: readonly string[];
  /** By the header's name. */
  readonly headers?: Readonly<Record<string, readonly string[]>>;
  /** Every key with its value. */
  readonly query?: Readonly<Record<string, string>>;
  /** The lower comes first; without it, the more specific does. */
  readonly priority?: number;
}

/** Of a service that names no request: all of them. */
export const EVERY_REQUEST = "/*";

/** LB-5: Application Load Balancer path patterns; at most 128 characters and 5 wildcards. */
const PATH = /^\/(?!.*\*\*)(?!(?:.*[*?]){6})[\w$./"'@:+&*?~-]{0,127}$/;

/** LB-6: names with a dot and letters alone after the last one. */
const HOST = /^(?=.{1,128}$)(?!(?:.*[*?]){6})[\w*?.-]+\.[A-Za-z]+$/;

const paths = z
  .array(
    z
      .string("must be a path. Write one such as /cart/*")
      .regex(PATH, "must start with /, ≤ 128 characters, ≤ 5 single * or ?. Write one such as /cart/*"),
    "must be a list of paths. Write one such as [/cart, /cart/*]",
  )
  .min(1, "must name at least one path. Write [/*] for every request");

const hosts = z
  .array(
    z
      .string("must be a host. Write one such as api.example.com")
      .regex(
        HOST,
        "must be a name with a dot, letters alone after the last, ≤ 128 characters, ≤ 5 * or ?. Write one such as *.example.com",
      ),
    "must be a list of hosts. Write one such as [api.example.com]",
  )
  .min(1, "must name at least one host. Remove it for every host");

const methods = z
  .array(
    z
      .string("must be a method. Write one such as POST")
      .regex(/^[A-Z_-]{1,40}$/, "must be a method in capitals, ≤ 40 characters. Write one such as POST"),
    "must be a list of methods. Write one such as [GET, HEAD]",
  )
  .min(1, "must name at least one method. Remove it for every method");

/** Of headers and query strings: 128 characters, `*` and `?` being wildcards. */
const value = z
  .string("must be a text. Put quotes around it")
  .regex(
    /^(?!(?:.*[*?]){6})[\x20-\x7e]{1,128}$/,
    "must have 1 to 128 plain characters and ≤ 5 * or ?. Shorten it",
  );

const headers = z.record(
  z
    .string()
    .regex(
      /^[\w!#$%&'*+.^`|~-]{1,40}$/,
      "must be the name of a header, ≤ 40 characters. Write one such as X-Version",
    ),
  z
    .array(value, "must be a list of values. Write one such as [beta]")
    .min(1, "must name at least one value. Write ['*'] for any"),
  "must be a map from header to values. Write { X-Version: [beta] }",
);

const query = z.record(
  z.string().regex(/^[\x21-\x7e]{1,128}$/, "must be the key of a query string, ≤ 128 characters. Shorten it"),
  value,
  "must be a map from key to value. Write { version: beta }",
);

const PRIORITY = "must be a whole number from 1 to 50000 (LB-1). Write one, or remove it for one of ours";

const rule = z
  .strictObject(
    {
      paths: paths.exactOptional(),
      hosts: hosts.exactOptional(),
      methods: methods.exactOptional(),
      headers: headers.exactOptional(),
      query: query.exactOptional(),
      priority: z.int(PRIORITY).min(1, PRIORITY).max(50_000, PRIORITY).exactOptional(),
    },
    "must be a map of conditions. Write one such as { hosts: [api.example.com] }",
  )
  .refine(
    ({ priority: _, ...conditions }) =>
      Object.values(conditions).some((each) => Object.keys(each).length > 0),
    "must have a condition: paths, hosts, methods, headers or query. Add one",
  );

/** Members of a service's `deploy:` that say which requests reach it. */
export const routingShape = {
  paths: paths.exactOptional(),
  rules: z
    .array(rule, "must be a list of rules. Write one such as [{ hosts: [api.example.com] }]")
    .min(1, "must hold a rule. Add one, or remove it")
    .exactOptional(),
};
