import type { Recording } from '../../core/probe/recording.ts';
import type { MetricInfo } from './metrics.ts';

/** The range of values that the colours or an axis stand for; both ends are exponents of ten where the metric spans decades. */
export interface Domain {
  readonly log: boolean;
  readonly low: number;
  readonly high: number;
}

/** The domain of a metric over all variants of a run, so that switching between variants compares them. */
export function domainOf(recording: Recording, info: MetricInfo): Domain {
  if (info.scale === 'share') return { log: false, low: 0, high: 1 };
  const { low, high } = extent(recording, info);
  if (info.scale === 'linear') return low > high ? { log: false, low: 0, high: 1 } : widened(low, high);
  if (low > high) return { log: true, low: -6, high: 0 };
  const from = Math.floor(Math.log10(low) + 1e-9);
  return { log: true, low: from, high: Math.max(from + 1, Math.ceil(Math.log10(high) - 1e-9)) };
}

/** Where a value lies in a domain, from 0 to 1; a zero lies below every decade. */
export function position(domain: Domain, value: number): number {
  const at = domain.log ? Math.log10(Math.abs(value)) : value;
  return Math.min(1, Math.max(0, (at - domain.low) / (domain.high - domain.low)));
}

/** About `count` round values of the domain, lowest first. */
export function ticks(domain: Domain, count: number): readonly number[] {
  const span = domain.high - domain.low;
  if (!domain.log) return Array.from({ length: count }, (_, k) => domain.low + (span * k) / (count - 1));
  const stride = Math.max(1, Math.ceil(span / count));
  const all: number[] = [];
  for (let exponent = domain.high; exponent >= domain.low; exponent -= stride) all.unshift(10 ** exponent);
  return all;
}

function extent(recording: Recording, { key, scale }: MetricInfo): { low: number; high: number } {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const one of recording.variants) {
    for (const { metrics } of one.steps) {
      for (const value of metrics[key]) {
        // A logarithm has no place for zero; the heat map draws it in a colour of its own.
        if (value === null || (scale === 'log' && value <= 0)) continue;
        if (value < low) low = value;
        if (value > high) high = value;
      }
    }
  }
  return { low, high };
}

function widened(low: number, high: number): Domain {
  return low === high ? { log: false, low: low - 0.5, high: high + 0.5 } : { log: false, low, high };
}
