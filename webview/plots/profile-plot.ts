import { axisX, dot, gridX, line, type PlotOptions, ruleY } from '@observablehq/plot';
import type { Expectations, Figures } from '../../core/probe/expectation.ts';
import type { Recording } from '../../core/probe/recording.ts';
import type { VariantName } from '../../core/probe/request.ts';
import type { ProbeRow } from '../../core/probe/rows.ts';
import type { Theme } from '../theme.ts';
import { variantColor } from './colors.ts';
import { margins, plotHeight } from './heat-map-layout.ts';
import { metricInfo, overSeeds } from './metrics.ts';
import { plotDefaults } from './plot-figure.tsx';

export interface ProfileData {
  readonly metric: 'weightGradientRms' | 'activationRms';
  readonly recording: Recording;
  readonly rows: readonly ProbeRow[];
  readonly variants: readonly VariantName[];
  readonly expected: ReadonlyMap<VariantName, Expectations>;
  readonly stepOf: (variant: VariantName) => number;
  readonly chosen: number | null;
}

interface Point {
  readonly index: number;
  readonly value: number;
  readonly variant: VariantName;
}

/** One figure per layer, layers downwards as in the heat map: measured at a step, and as predicted before the first. */
export function profilePlot(data: ProfileData, theme: Theme, width: number): PlotOptions {
  // What is drawn last lies on top: the first variant, which is what the source says.
  const variants = data.variants.toReversed();
  const measured = variants.flatMap((variant) => measuredPoints(data, variant));
  const predicted = variants.flatMap((variant) => predictedPoints(data, variant));
  const color = ({ variant }: Point): string => variantColor(variant, theme.light);
  const chosen = data.chosen;
  return {
    ...plotDefaults(theme),
    width,
    height: plotHeight(data.rows.length),
    marginTop: margins.top,
    marginBottom: margins.bottom,
    marginLeft: 18,
    marginRight: 18,
    x: { type: 'log', domain: decades([...measured, ...predicted]), nice: false },
    y: { domain: [-0.5, data.rows.length - 0.5], reverse: true, axis: null },
    marks: [
      gridX({ stroke: theme.grid, strokeOpacity: 1, ticks: tickExponents([...measured, ...predicted], width) }),
      axisX({
        ticks: tickExponents([...measured, ...predicted], width),
        tickFormat: exponent,
        tickSize: 0,
        color: theme.muted,
        label: null,
      }),
      ...(chosen === null ? [] : [ruleY([chosen], { stroke: theme.focus, strokeDasharray: '3,3' })]),
      line(predicted, { ...channels(color), strokeWidth: 1.25, strokeDasharray: '3,3', strokeOpacity: 0.9 }),
      line(measured, { ...channels(color), strokeWidth: 1.75 }),
      dot(alone(predicted), { x: 'value', y: 'index', stroke: color, r: 2 }),
      dot(alone(measured), { x: 'value', y: 'index', fill: color, r: 2.5 }),
      dot(
        measured.filter((point) => point.index === chosen),
        { x: 'value', y: 'index', stroke: color, r: 3.5, fill: theme.background, strokeWidth: 1.75 },
      ),
    ],
  };
}

function channels(color: (point: Point) => string) {
  return { x: 'value', y: 'index', z: 'variant', stroke: color } as const;
}

function measuredPoints({ recording, rows, metric, stepOf }: ProfileData, variant: VariantName): readonly Point[] {
  const step = stepOf(variant);
  if (step < 0) return [];
  const info = metricInfo(metric);
  return rows.map((row, index) => point(index, overSeeds(recording, variant, info, row, step), variant));
}

function predictedPoints({ expected, rows, metric }: ProfileData, variant: VariantName): readonly Point[] {
  const figure: keyof Figures = metric;
  const all = expected.get(variant);
  return rows.map(({ layer }, index) => point(index, all?.get(layer.id)?.predicted[figure] ?? null, variant));
}

/** A logarithmic axis has no place for zero: such a layer leaves a gap in the line, which Plot makes where it meets NaN. */
function point(index: number, value: number | null, variant: VariantName): Point {
  return { index, value: value === null || value <= 0 ? Number.NaN : value, variant };
}

/** A point between two gaps is on no line and gets a dot. */
function alone(points: readonly Point[]): readonly Point[] {
  const isGap = (other: Point | undefined, { variant }: Point) =>
    other === undefined || other.variant !== variant || Number.isNaN(other.value);
  return points.filter((one, k) => !Number.isNaN(one.value) && isGap(points[k - 1], one) && isGap(points[k + 1], one));
}

function decades(points: readonly Point[]): [number, number] {
  const [low, high] = exponents(points);
  return [10 ** low, 10 ** high];
}

function exponents(points: readonly Point[]): [number, number] {
  const logs = points.map((one) => Math.log10(one.value)).filter(Number.isFinite);
  if (logs.length === 0) return [-6, 0];
  const low = Math.floor(Math.min(...logs));
  return [low, Math.max(low + 1, Math.ceil(Math.max(...logs)))];
}

function tickExponents(points: readonly Point[], width: number): number[] {
  const [low, high] = exponents(points);
  const stride = Math.max(1, Math.ceil(((high - low) * 44) / Math.max(1, width - 36)));
  const values: number[] = [];
  for (let at = high; at >= low; at -= stride) values.unshift(10 ** at);
  return values;
}

function exponent(value: number): string {
  const at = Math.round(Math.log10(value));
  return at === 0 ? '1' : at === 1 ? '10' : `1e${at}`;
}
