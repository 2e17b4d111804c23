import { describe, expect, it } from 'vitest';
import type { Layer } from '../../core/graph/graph.ts';
import { emptyRecording, record } from '../../core/probe/recording.ts';
import { plainNet, recordedRun } from '../../core/testing/recorded-run.ts';
import { shade } from './colors.ts';
import { domainOf, position, ticks } from './domain.ts';
import { cellAt, heatMapLayout, labelStride, margins, niceStride } from './heat-map-layout.ts';
import { lossPoints } from './loss-plot.ts';
import { metricInfo, overSeeds } from './metrics.ts';

const graph = plainNet(20);
const recording = recordedRun({ run: 'r', graph, variants: ['as-written', 'he'], seeds: 3, steps: 50 }).reduce(
  record,
  emptyRecording('r'),
);

describe('the domain of a metric', () => {
  it('covers all variants in whole decades', () => {
    // From 6e-3 · 2^(-9.5) · 0.9 = 7.5e-6 to 3 · 6e-3 · 1.1 = 2e-2.
    const domain = domainOf(recording, metricInfo('weightGradientRms'));
    expect(domain).toEqual({ log: true, low: -6, high: -1 });
    expect(position(domain, 1e-6)).toBe(0);
    expect(position(domain, 1e-1)).toBe(1);
    expect(position(domain, 10 ** -3.5)).toBeCloseTo(0.5, 12);
    expect(ticks(domain, 3).map(Math.log10)).toEqual([-5, -3, -1]);
  });

  it('of a share is from 0 to 1', () => {
    const domain = domainOf(recording, metricInfo('deadFraction'));
    expect(domain).toEqual({ log: false, low: 0, high: 1 });
    expect(ticks(domain, 5)).toEqual([0, 0.25, 0.5, 0.75, 1]);
  });

  it('exists before anything is measured, and for one value only', () => {
    expect(domainOf(emptyRecording('r'), metricInfo('weightRms')).log).toBe(true);
    const { low, high } = domainOf(recording, metricInfo('weightRms'));
    expect([low, high]).toEqual([-2, -1]);
  });
});

describe('the shades', () => {
  it('are those of viridis, from dark violet to yellow', () => {
    // The ends of matplotlib's table, `viridis(0)` and `viridis(1.0)`: #440154 and #fde725.
    expect(shade(0)).toEqual([68, 1, 84]);
    expect(shade(1)).toEqual([253, 231, 37]);
  });
});

describe('the layout of the heat map', () => {
  const layout = heatMapLayout(800, 20, 50, 100);

  it('finds the cell under the pointer', () => {
    const x = layout.left + 7.5 * layout.cellWidth;
    const y = margins.top + 3.5 * layout.cellHeight;
    expect(cellAt(layout, x, y)).toEqual({ index: 3, step: 7 });
    expect(cellAt(layout, 5, y)).toEqual({ index: 3, step: -1 });
    expect(cellAt(layout, x, layout.height)).toBeNull();
    expect(cellAt(layout, x, 0)).toBeNull();
  });

  it('leaves out labels that would overlap', () => {
    expect(labelStride(layout, 13)).toBe(1);
    expect(labelStride(heatMapLayout(800, 100, 50, 100), 13)).toBe(4);
  });

  it('numbers steps by 1, 2 or 5 times a power of ten', () => {
    expect([0.3, 1, 1.2, 3, 7, 12, 40, 180].map(niceStride)).toEqual([1, 1, 2, 5, 10, 20, 50, 200]);
  });
});

describe('values over seeds', () => {
  const row = { layer: graph.layers[0] as Layer, index: 2, activation: null };

  it('are a geometric mean where they span decades', () => {
    const info = metricInfo('activationGradientRms');
    const values = [0, 1, 2].map((seed) => {
      const one = recording.variants.find(({ variant, seed: own }) => variant === 'he' && own === seed);
      return one?.steps[4]?.metrics.activationGradientRms[2] ?? Number.NaN;
    });
    const product = values.reduce((result, value) => result * value, 1);
    expect(overSeeds(recording, 'he', info, row, 4)).toBeCloseTo(Math.cbrt(product), 14);
  });

  it('are null where no seed has a value', () => {
    expect(overSeeds(recording, 'he', metricInfo('saturatedFraction'), row, 4)).toBeNull();
    expect(overSeeds(recording, 'zeros', metricInfo('weightRms'), row, 4)).toBeNull();
  });

  it('make a band of the loss from the best seed to the worst', () => {
    const points = lossPoints(recording, 'he');
    expect(points).toHaveLength(50);
    const losses = [0, 1, 2].map((seed) => 2.3 * Math.exp(-0.02 * 9) + 0.02 * Math.sin(9 + seed));
    expect(points[9]?.low).toBeCloseTo(Math.min(...losses), 12);
    expect(points[9]?.high).toBeCloseTo(Math.max(...losses), 12);
    expect(points[9]?.loss).toBeCloseTo((losses[0] ?? 0) / 3 + (losses[1] ?? 0) / 3 + (losses[2] ?? 0) / 3, 12);
  });

  it('are thinned out where a run is long', () => {
    expect(lossPoints(recording, 'he', 10).map(({ step }) => step)).toEqual([0, 5, 10, 15, 20, 25, 30, 35, 40, 45]);
  });
});
