import { areaY, axisX, axisY, dot, gridY, lineY, type PlotOptions, ruleX } from '@observablehq/plot';
import { formatNumber, mean } from '../../core/probe/numbers.ts';
import type { Recording } from '../../core/probe/recording.ts';
import type { VariantName } from '../../core/probe/request.ts';
import type { Theme } from '../theme.ts';
import { variantColor } from './colors.ts';
import { plotDefaults } from './plot-figure.tsx';

export interface LossPoint {
  readonly variant: VariantName;
  readonly step: number;
  /** Mean, smallest and largest over the seeds. */
  readonly loss: number;
  readonly low: number;
  readonly high: number;
}

/** The loss per variant and step over the seeds; steps whose loss is not finite are left out, at most `limit` steps are kept. */
export function lossPoints(recording: Recording, variant: VariantName, limit = 500): readonly LossPoint[] {
  const runs = recording.variants.filter((one) => one.variant === variant);
  const length = Math.max(0, ...runs.map((one) => one.steps.length));
  const stride = Math.max(1, Math.ceil(length / limit));
  const points: LossPoint[] = [];
  for (let step = 0; step < length; step += stride) {
    const losses = runs.flatMap((one) => one.steps[step]?.loss ?? []);
    const loss = mean(losses);
    if (loss !== null) points.push({ variant, step, loss, low: Math.min(...losses), high: Math.max(...losses) });
  }
  return points;
}

export interface LossData {
  readonly recording: Recording;
  readonly variants: readonly VariantName[];
  readonly planned: number;
  readonly step: number;
}

/** Loss against step, one line per variant, a band from the worst to the best seed. */
export function lossPlot({ recording, variants, planned, step }: LossData, theme: Theme, width: number): PlotOptions {
  const points = variants.toReversed().flatMap((variant) => lossPoints(recording, variant));
  const log = spansDecades(points);
  const color = ({ variant }: LossPoint): string => variantColor(variant, theme.light);
  const series = { x: 'step', z: 'variant' } as const;
  return {
    ...plotDefaults(theme),
    width,
    height: 210,
    marginTop: 10,
    marginBottom: 26,
    marginLeft: 44,
    marginRight: 14,
    x: { domain: [0, Math.max(1, planned - 1)] },
    y: { type: log ? 'log' : 'linear', nice: true, ...(points.length === 0 ? { domain: [0, 1] } : {}) },
    marks: [
      gridY({ stroke: theme.grid, strokeOpacity: 1, ticks: 5 }),
      axisX({
        tickSize: 0,
        color: theme.muted,
        label: null,
        ticks: Math.min(planned - 1, Math.max(2, Math.min(6, width / 60))),
      }),
      axisY({ tickSize: 0, color: theme.muted, label: null, ticks: 5, tickFormat: formatNumber }),
      ...(step >= 0 ? [ruleX([step], { stroke: theme.muted, strokeDasharray: '3,3' })] : []),
      areaY(points, { ...series, y1: 'low', y2: 'high', fill: color, fillOpacity: 0.2 }),
      lineY(points, { ...series, y: 'loss', stroke: color, strokeWidth: 1.75 }),
      dot(lastBeforeDivergence(recording, points), {
        x: 'step',
        y: 'loss',
        stroke: theme.error,
        symbol: 'times',
        strokeWidth: 2,
      }),
    ],
  };
}

function spansDecades(points: readonly LossPoint[]): boolean {
  const lows = points.map((point) => point.low);
  return (
    points.length > 0 &&
    Math.min(...lows) > 0 &&
    Math.max(...points.map((point) => point.high)) / Math.min(...lows) > 50
  );
}

function lastBeforeDivergence(recording: Recording, points: readonly LossPoint[]): readonly LossPoint[] {
  const diverged = new Set(recording.variants.filter((one) => one.end?.diverged).map((one) => one.variant));
  return [...diverged].flatMap((variant) => points.filter((point) => point.variant === variant).at(-1) ?? []);
}
