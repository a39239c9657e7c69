/** Histories are judged in windows of two days, in minutes, one beginning every twelve hours: long enough for a budget to mean something, short enough to have many. */
export const WINDOW = 2 * 1440;
export const STRIDE = 720;

/** The minutes at which the windows of a trace begin, the newest of which ends with it; a trace shorter than a window is one. */
export function windowStarts(minutes: number): readonly number[] {
  const room = Math.max(0, minutes - WINDOW);
  return Array.from({ length: Math.floor(room / STRIDE) + 1 }, (_, i) => (room % STRIDE) + i * STRIDE);
}
