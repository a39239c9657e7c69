import { z } from "zod";
import { DAY, HOUR, period } from "./period.ts";

/** How long AWS Backup keeps what it copies of volumes and tables; days. */
export interface BackupSettings {
  /** Of each day's copy. */
  readonly keep: number;
  /** Of each week's copy. */
  readonly keepWeekly: number;
  /** After which a week's copy moves to cold storage, of what AWS takes there each week (tables, not volumes); never, if left out. */
  readonly coldAfter?: number;
  /** Minutes within which a copy begins. */
  readonly startWindow: number;
}

/** STO-25: what goes cold stays there for 90 d at least (AWS Backup, Lifecycle). */
const COLD = 90;

const days = (least: number) =>
  period(least * DAY, 36_500 * DAY, `must be at least ${least} d. Write one such as 35 d`).transform(
    (seconds) => Math.round(seconds / DAY),
  );

const shape = z
  .strictObject(
    {
      none: z.literal(true, "must not be written. Write `backup: false`").exactOptional(), // what `false` is read as
      keep: days(1).prefault("35 d"),
      keepWeekly: days(7).prefault("365 d"),
      coldAfter: days(1).exactOptional(),
      startWindow: period(HOUR, DAY, "must be 60 min to 24 h (STO-25). Write 60 min")
        .transform((seconds) => Math.round(seconds / 60))
        .prefault("60 min"),
    },
    "must be false or a map. Write one such as { keep: 35 d, keepWeekly: 365 d }",
  )
  .check(({ value: { keepWeekly, coldAfter }, issues }) => {
    if (coldAfter === undefined || keepWeekly >= coldAfter + COLD) return;
    const message = `must be at least ${COLD} d after coldAfter, ${coldAfter} d (STO-25). Write ${coldAfter + COLD} d, or a smaller coldAfter`;
    issues.push({ code: "custom", path: ["keepWeekly"], input: `${keepWeekly} d`, message });
  });

/** `backup:` of a stack's settings; `false` for none. */
export const backupSchema = z.preprocess(
  (input) => (input === false ? { none: true } : input),
  shape.transform(({ none, ...settings }): BackupSettings | undefined => (none ? undefined : settings)),
);

/** What production does where nothing is said. */
export const DEFAULT_BACKUP = backupSchema.parse({});
