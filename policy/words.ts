/** Three significant figures, no exponent, no trailing zeros. */
export function figure(value: number): string {
  if (value === 0) return "0";
  const digits = Math.max(0, Math.min(6, 2 - Math.floor(Math.log10(Math.abs(value)))));
  return String(Number(value.toFixed(digits)));
}

/** A ratio as a percentage, with as many nines as it takes to tell it from 100 %. */
export function percent(ratio: number): string {
  if (ratio < 0.5) return `${figure(ratio * 100)} %`;
  const error = Math.abs(1 - ratio);
  const digits = error > 0 ? Math.min(6, Math.max(1, -Math.floor(Math.log10(error)) - 1)) : 1;
  return `${Number((ratio * 100).toFixed(digits))} %`;
}

export function seconds(value: number): string {
  if (value >= 120 && value % 60 === 0) return `${value / 60} min`;
  return value < 1 ? `${figure(value * 1000)} ms` : `${figure(value)} s`;
}

export function perSecond(rate: number): string {
  return `${figure(rate)} /s`;
}

export function dollars(amount: number): string {
  return `${amount < 100 ? amount.toFixed(2) : Math.round(amount)} USD`;
}
