/** Three significant figures, no exponent, no trailing zeros. */
export function figure(value: number): string {
  if (value === 0) return "0";
  return String(Number(value.toFixed(digitsOf(value))));
}

/** The next figure as `figure` tells it, down and up: what may be at most, and must be at least. */
export function figureBelow(value: number): number {
  return toward(Math.floor, value, digitsOf(value));
}
export function figureAbove(value: number): number {
  return toward(Math.ceil, value, digitsOf(value));
}

function digitsOf(value: number): number {
  return Math.max(0, Math.min(6, 2 - Math.floor(Math.log10(Math.abs(value)))));
}

function toward(whole: (value: number) => number, value: number, digits: number): number {
  const close = Number((value * 10 ** digits).toPrecision(12));
  return Number((whole(close) / 10 ** digits).toFixed(digits));
}

/** A ratio as a percentage, with as many nines as it takes to tell it from 100 %. */
export function percent(ratio: number): string {
  return `${Number((ratio * 100).toFixed(percentDigits(ratio)))} %`;
}

/** The same, never above what it is. */
export function percentBelow(ratio: number): string {
  return `${toward(Math.floor, ratio * 100, percentDigits(ratio))} %`;
}

function percentDigits(ratio: number): number {
  if (ratio < 0.5) return ratio === 0 ? 0 : digitsOf(ratio * 100);
  const error = Math.abs(1 - ratio);
  return error > 0 ? Math.min(6, Math.max(1, -Math.floor(Math.log10(error)) - 1)) : 1;
}

/** A moment to the minute, UTC: 2026-11-24T13:05Z. */
export function isoMinute(unixSeconds: number): string {
  return `${new Date(unixSeconds * 1000).toISOString().slice(0, 16)}Z`;
}

const [DAY, HOUR, MINUTE] = [86_400, 3600, 60];

/** A setting in the largest unit of which it is two or more, and whole. */
export function seconds(value: number): string {
  for (const [size, unit] of [
    [DAY, "d"],
    [HOUR, "h"],
    [MINUTE, "min"],
  ] as const)
    if (value >= 2 * size && value % size === 0) return `${value / size} ${unit}`;
  return value > 0 && value < 1 ? `${figure(value * 1000)} ms` : `${figure(value)} s`;
}

/** A length of time as one says it: minutes, hours from two on, days from three on. */
export function span(value: number): string {
  const [size, unit] =
    value >= 3 * DAY ? [DAY, "days"] : value >= 2 * HOUR ? [HOUR, "hours"] : [MINUTE, "minutes"];
  return `${figure(value / size)} ${unit}`;
}

export function perSecond(rate: number): string {
  return `${figure(rate)} /s`;
}

export function dollars(amount: number): string {
  return `${amount < 100 ? amount.toFixed(2) : Math.round(amount)} USD`;
}
