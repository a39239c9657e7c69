import type { Action, RuleCondition } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Bag } from "../cloud.ts";
import { apiNames } from "./api-names.ts";

/** What a listener or a rule does, as the API has it. */
export function actions(given: unknown): Action[] {
  return (given as Bag[]).map(({ redirect, fixedResponse, forward, ...rest }) => ({
    ...apiNames<Pick<Action, "Type">>(rest),
    ...apiNames<object>({ redirectConfig: redirect, fixedResponseConfig: fixedResponse }),
    ...(forward === undefined ? {} : { ForwardConfig: forwarding(forward as Bag) }),
  }));
}

function forwarding({ targetGroups, stickiness }: Bag) {
  const { enabled, duration } = (stickiness ?? {}) as { enabled?: boolean; duration?: number };
  return {
    TargetGroups: (targetGroups as Bag[]).map(({ arn, weight }) => ({
      TargetGroupArn: String(arn),
      ...(weight === undefined ? {} : { Weight: Number(weight) }),
    })),
    ...(stickiness === undefined
      ? {}
      : { TargetGroupStickinessConfig: { Enabled: enabled ?? false, DurationSeconds: duration } }),
  };
}

/** The API's field of each kind of condition. */
const FIELDS: Readonly<Record<string, string>> = {
  hostHeader: "host-header",
  httpHeader: "http-header",
  httpRequestMethod: "http-request-method",
  pathPattern: "path-pattern",
  queryStrings: "query-string",
  sourceIp: "source-ip",
};

export function conditions(given: unknown): RuleCondition[] {
  return (given as Bag[]).map((condition) => {
    const [kind, what] = Object.entries(condition)[0]!;
    const config = kind === "queryStrings" ? { Values: apiNames(what) } : apiNames<object>(what);
    const name = kind === "queryStrings" ? "QueryString" : kind.charAt(0).toUpperCase() + kind.slice(1);
    return { Field: FIELDS[kind], [`${name}Config`]: config };
  });
}
