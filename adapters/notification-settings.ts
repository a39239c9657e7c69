import { z } from "zod";
import type { Fault } from "./bad-input.ts";
import { soundRules } from "./sound.ts";

/** Who hears of an alarm: e-mail addresses, and https addresses of a pager or a chat. */
export interface NotificationSettings {
  /** Woken at once. */
  readonly page: readonly string[];
  /** Read in working hours; those who are woken, if nobody else is named. */
  readonly ticket: readonly string[];
}

/** E-mail or HTTPS; over plain HTTP anyone on the way would read it. */
const ENDPOINT =
  /^([^\s@,;:/]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+|https:\/\/[a-z0-9.-]+\.[a-z]{2,}(:\d+)?(\/\S*)?)$/i;
/** Characters of an endpoint of SNS (Subscribe). */
const LONGEST = 2048;

const endpoints = z
  .array(
    z
      .string("must be an e-mail or https address. Write on-call@example.com or https://…")
      .max(LONGEST, `must have at most ${LONGEST} characters. Shorten it`)
      .regex(ENDPOINT, "must be an e-mail or https address. Write on-call@example.com or https://…"),
    "must be a list of addresses. Write [on-call@example.com]",
  )
  .refine((all) => new Set(all).size === all.length, "must not repeat an address. Name each once");

/** `notify:` of a stack's settings. */
export const notificationSchema = z.strictObject(
  { page: endpoints.default([]), ticket: endpoints.exactOptional() },
  "must be a map with page and ticket. Write { page: [on-call@example.com] }",
);

/** CW-24: an alarm that nobody hears is none; `where` is the settings' place. */
export function notificationFaults(
  notify: NotificationSettings,
  { protect }: { readonly protect: boolean },
  where: string,
): readonly Fault[] {
  if (!protect) return [];
  return soundRules(
    (["page", "ticket"] as const).map((severity) => () => {
      if (notify[severity].length > 0) return [];
      const message = `${severity} is an empty list; with protect: true somebody hears each alarm (CloudWatch.15). Write [on-call@example.com].`;
      return [{ where: `${where}.${severity}`, message }];
    }),
  );
}
