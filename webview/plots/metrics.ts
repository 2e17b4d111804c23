import type { Metrics } from '../../core/probe/messages.ts';
import { formatNumber, formatShare, geometricMean, mean } from '../../core/probe/numbers.ts';
import { metricAt, type Recording } from '../../core/probe/recording.ts';
import type { VariantName } from '../../core/probe/request.ts';
import { metricIndex, type ProbeRow } from '../../core/probe/rows.ts';

export interface MetricInfo {
  readonly key: keyof Metrics;
  readonly title: string;
  /** `log`: spans decades; `share`: from 0 to 1; `linear`: anything. */
  readonly scale: 'log' | 'share' | 'linear';
  readonly help: string;
}

/** What can be drawn as a heat map. */
export const metrics: readonly MetricInfo[] = [
  { key: 'weightGradientRms', title: 'Weight gradient', scale: 'log', help: 'RMS of ∂loss/∂weight per element' },
  {
    key: 'activationGradientRms',
    title: 'Activation gradient',
    scale: 'log',
    help: 'RMS of ∂loss/∂output per element',
  },
  { key: 'activationRms', title: 'Activation', scale: 'log', help: "RMS of the layer's output" },
  { key: 'activationMean', title: 'Activation mean', scale: 'linear', help: "mean of the layer's output" },
  { key: 'weightRms', title: 'Weight', scale: 'log', help: 'RMS of the weights' },
  { key: 'updateRatio', title: 'Update / weight', scale: 'log', help: 'RMS of one update over RMS of the weights' },
  { key: 'deadFraction', title: 'Dead units', scale: 'share', help: 'units that are zero on the whole batch' },
  { key: 'saturatedFraction', title: 'Saturated', scale: 'share', help: 'units where |φ′| < 0.05' },
  { key: 'unitDiversity', title: 'Unit diversity', scale: 'share', help: '1/n where all n units are copies of one' },
];

export function metricInfo(key: keyof Metrics): MetricInfo {
  const info = metrics.find((one) => one.key === key);
  if (!info) throw new Error(`no metric ${key}`);
  return info;
}

export function formatMetric(info: MetricInfo, value: number | null): string {
  return info.scale === 'share' && info.key !== 'unitDiversity' ? formatShare(value) : formatNumber(value);
}

/** A metric of one row at one step, over all seeds of a variant: geometric mean where it spans decades. */
export function overSeeds(
  recording: Recording,
  variant: VariantName,
  info: MetricInfo,
  row: ProbeRow,
  step: number,
): number | null {
  const runs = recording.variants.filter((one) => one.variant === variant);
  const index = metricIndex(row, info.key);
  const values = runs.map((one) => metricAt(one, info.key, index, step));
  if (values.length === 1) return values[0] ?? null;
  return info.scale === 'log' ? geometricMean(values) : mean(values);
}
