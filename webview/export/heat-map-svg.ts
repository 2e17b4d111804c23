import { formatNumber } from '../../core/probe/numbers.ts';
import type { Recording } from '../../core/probe/recording.ts';
import type { VariantName } from '../../core/probe/request.ts';
import type { ProbeRow } from '../../core/probe/rows.ts';
import { css, shade } from '../plots/colors.ts';
import { type Domain, domainOf, position, ticks } from '../plots/domain.ts';
import { heatMapLayout, labelStride, stepLabels } from '../plots/heat-map-layout.ts';
import { type MetricInfo, overSeeds } from '../plots/metrics.ts';
import type { Theme } from '../theme.ts';
import { element, text } from './svg.ts';

export interface HeatMapFigure {
  readonly recording: Recording;
  readonly variant: VariantName;
  readonly info: MetricInfo;
  readonly rows: readonly ProbeRow[];
  readonly steps: number;
  readonly theme: Theme;
  readonly width: number;
}

const barWidth = 64;

/** The heat map as vectors, with labels and colour bar. */
export function heatMapSvg(figure: HeatMapFigure): { readonly svg: string; readonly height: number } {
  const { recording, variant, info, rows, steps, theme, width } = figure;
  const layout = heatMapLayout(width - barWidth, rows.length, steps, 130);
  const domain = domainOf(recording, info);
  const { left, top, cellWidth, cellHeight } = layout;
  const cells: string[] = [
    element('rect', {
      x: left,
      y: top,
      width: cellWidth * steps,
      height: cellHeight * rows.length,
      fill: theme.empty,
    }),
  ];
  rows.forEach((row, index) => {
    for (let step = 0; step < steps; step += 1) {
      const value = overSeeds(recording, variant, info, row, step);
      if (value === null) continue;
      const fill = domain.log && value === 0 ? '#000' : css(shade(position(domain, value)));
      const at = { x: round(left + step * cellWidth), y: round(top + index * cellHeight) };
      cells.push(element('rect', { ...at, width: round(cellWidth + 0.2), height: round(cellHeight + 0.2), fill }));
    }
  });
  const stride = labelStride(layout, 13);
  const labels = rows.map(({ layer }, index) =>
    index % stride === 0
      ? text(layer.name, {
          x: left - 6,
          y: round(top + (index + 0.5) * cellHeight + 4),
          fill: theme.muted,
          'font-size': 11,
          'text-anchor': 'end',
        })
      : '',
  );
  const numbers = stepLabels(layout).map(({ x, y, label, anchor }) =>
    text(label, { x: round(x), y: y + 9, fill: theme.muted, 'font-size': 11, 'text-anchor': anchor }),
  );
  return {
    svg: [...cells, ...labels, ...numbers, colorBar(domain, width - barWidth + 8, theme)].join(''),
    height: layout.height,
  };
}

function colorBar(domain: Domain, x: number, theme: Theme): string {
  const height = 160;
  const stops = 32;
  const rects = Array.from({ length: stops }, (_, k) =>
    element('rect', {
      x,
      y: round(8 + (height * (stops - 1 - k)) / stops),
      width: 10,
      height: round(height / stops + 0.5),
      fill: css(shade(k / (stops - 1))),
    }),
  );
  const labels = ticks(domain, 5).map((value) =>
    text(formatNumber(value), {
      x: x + 14,
      y: round(12 + height * (1 - position(domain, value))),
      fill: theme.muted,
      'font-size': 11,
    }),
  );
  return [...rects, ...labels].join('');
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
