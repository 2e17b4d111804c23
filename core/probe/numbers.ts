/** A number as people read it: three digits at most, in scientific form where it is very small or large; `–` for none. */
export function formatNumber(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 1e-2 || size >= 1e4) return value.toExponential(1).replace('e+', 'e').replace('.0e', 'e');
  if (size >= 100) return value.toFixed(0);
  return String(Number(value.toPrecision(size < 1 ? 2 : 3)));
}

/** `×0.0009`: a factor, never in scientific form above 1e-4, because factors are compared with 1. */
export function formatFactor(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  const size = Math.abs(value);
  if (size > 0 && size < 1e-4) return `×${formatNumber(value)}`;
  if (size < 1) return `×${Number(value.toPrecision(2)).toString()}`;
  return `×${size >= 1e4 ? formatNumber(value) : Number(value.toPrecision(2)).toString()}`;
}

/** `50 %`. */
export function formatShare(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : `${Math.round(value * 100)} %`;
}

/** `1.6 M`, `23.4 k`: a count. */
export function formatCount(value: number): string {
  if (value >= 1e9) return `${(value / 1e9).toPrecision(3)} G`;
  if (value >= 1e6) return `${(value / 1e6).toPrecision(3)} M`;
  if (value >= 1e3) return `${(value / 1e3).toPrecision(3)} k`;
  return String(value);
}

/** Arithmetic mean of what is known, `null` where nothing is. */
export function mean(values: readonly (number | null | undefined)[]): number | null {
  const known = values.filter((value) => typeof value === 'number' && Number.isFinite(value)) as number[];
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** Geometric mean of what is known: the fair middle of quantities that span decades. One zero makes it zero. */
export function geometricMean(values: readonly (number | null | undefined)[]): number | null {
  const known = values.filter((value) => typeof value === 'number' && Number.isFinite(value)) as number[];
  if (known.length === 0) return null;
  return Math.exp(known.reduce((sum, value) => sum + Math.log(Math.abs(value)), 0) / known.length);
}
