const UNITS = [
  ["d", 86_400],
  ["h", 3600],
  ["min", 60],
] as const;

/** `200 ms`, `75 s`, `90 s`, `3 min`, `1 h`, `28 d`: the largest unit that it is a whole number of. */
export function duration(seconds: number): string {
  if (seconds > 0 && seconds < 1) return `${short(seconds * 1000)} ms`;
  const unit = UNITS.find(([, size]) => seconds >= size && Number.isInteger(seconds / size));
  return unit === undefined ? `${short(seconds)} s` : `${short(seconds / unit[1])} ${unit[0]}`;
}

/** A ratio as declared: `99.9 %`. */
export function percent(ratio: number): string {
  return `${short(100 * ratio)} %`;
}

/** A measured share against its objective: rounded down, never up to a promise that was missed, two digits finer than it. */
export function sharePercent(share: number, objective: number): string {
  const digits = 2 + (short(100 * objective).split(".")[1]?.length ?? 0);
  const scale = 10 ** digits;
  return `${(Math.floor(share * 100 * scale + 1e-6) / scale).toFixed(digits)} %`;
}

/** Requests per second. */
export function rate(perSecond: number): string {
  return `${figure(perSecond)} /s`;
}

/** Three significant digits, thousands apart. */
export function figure(value: number): string {
  return value >= 100 ? whole(value) : String(Number(value.toPrecision(3)));
}

/** A whole number with its thousands apart. */
export function whole(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** Up to twelve digits, so that no binary fraction shows. */
function short(value: number): string {
  return String(Number(value.toPrecision(12)));
}
