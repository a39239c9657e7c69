/** Histories are judged in windows of two days, in minutes, one beginning every twelve hours: long enough for a budget to mean something, short enough to have many. */
export const WINDOW = 2 * 1440;
export const STRIDE = 720;

/** The minutes at which the windows of a trace begin; a trace shorter than a window is one. */
export function windowStarts(minutes: number): readonly number[] {
  return Array.from({ length: Math.floor(Math.max(0, minutes - WINDOW) / STRIDE) + 1 }, (_, i) => i * STRIDE);
}
