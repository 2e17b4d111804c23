import { variantTitles } from '../../core/probe/variant-titles.ts';
import { variantColor } from '../plots/colors.ts';
import { lossPlot } from '../plots/loss-plot.ts';
import { metricInfo } from '../plots/metrics.ts';
import { drawPlot } from '../plots/plot-figure.tsx';
import { profilePlot } from '../plots/profile-plot.ts';
import {
  expectationsOf,
  open,
  plannedSteps,
  recording,
  rows,
  selection,
  shownVariant,
  step,
  stepOf,
  variants,
  verdict,
} from '../store.ts';
import { theme } from '../theme.ts';
import { heatMapSvg } from './heat-map-svg.ts';
import { element, text, wrapped } from './svg.ts';

/** One picture of the run: title, verdict, heat map, profiles and loss. */
export interface Figure {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

const width = 1200;
const left = 620;
const gap = 24;
const column = (width - left - 3 * gap) / 2;

/** What is on screen, in the colours of the theme. */
export function currentFigure(): Figure {
  const model = open.value;
  const run = recording.value;
  if (!model || !run) throw new Error('there is no run to draw');
  const colors = theme.value;
  const judged = verdict.value;
  const lines = judged ? wrapped(`${judged.headline}. ${judged.message.replaceAll('`', '')}`, 170) : [];
  const top = 44 + lines.length * 18;
  const info = metricInfo(selection.value.metric);
  const shown = rows.value;
  const heat = heatMapSvg({
    recording: run,
    variant: shownVariant.value,
    info,
    rows: shown,
    steps: plannedSteps.value,
    theme: colors,
    width: left,
  });
  const profile = (metric: 'weightGradientRms' | 'activationRms', x: number): string =>
    placed(
      drawPlot(
        profilePlot(
          {
            metric,
            recording: run,
            rows: shown,
            variants: variants.value,
            expected: expectationsOf.value,
            stepOf,
            chosen: null,
          },
          colors,
          column,
        ),
      ),
      x,
      top + 22,
    );
  const lower = top + 22 + heat.height + 30;
  const height = lower + 240;
  const caption = (content: string, x: number, y: number): string =>
    text(content, { x, y, fill: colors.foreground, 'font-weight': 600, 'font-size': 12 });
  const body = [
    element('rect', { width, height, fill: colors.background }),
    text(`${model.graph.name}  ${model.path}:${model.line}`, {
      x: gap,
      y: 28,
      fill: colors.foreground,
      'font-size': 16,
    }),
    ...lines.map((line, k) => text(line, { x: gap, y: 52 + k * 18, fill: colors.foreground, 'font-size': 12 })),
    caption(`${info.title}, layers × steps, ${variantTitles[shownVariant.value]}`, gap, top + 12),
    element('g', { transform: `translate(${gap} ${top + 22})` }, heat.svg),
    caption(`Weight gradient at step ${step.value}`, left + 2 * gap, top + 12),
    profile('weightGradientRms', left + 2 * gap),
    caption(`Activation at step ${step.value}`, left + 2 * gap + column, top + 12),
    profile('activationRms', left + 2 * gap + column),
    caption('Loss', gap, lower),
    placed(
      drawPlot(
        lossPlot({ recording: run, variants: variants.value, planned: plannedSteps.value, step: -1 }, colors, left),
      ),
      gap,
      lower + 10,
    ),
    ...variants.value.map((variant, k) =>
      element(
        'g',
        { transform: `translate(${left + 2 * gap} ${lower + 24 + k * 20})` },
        element('circle', { cx: 5, cy: -4, r: 5, fill: variantColor(variant, colors.light) }) +
          text(variantTitles[variant], { x: 18, fill: colors.foreground, 'font-size': 12 }),
      ),
    ),
    text(`${run.ready?.engine} · ${run.ready?.device} · ${run.ready?.data}, batch ${run.ready?.batch}`, {
      x: left + 2 * gap,
      y: lower + 220,
      fill: colors.muted,
      'font-size': 11,
    }),
  ];
  const svg = element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      'font-family': 'system-ui, sans-serif',
    },
    body.join('\n'),
  );
  return { svg, width, height };
}

/** A drawn plot as a nested picture at a place. */
function placed(plot: Element, x: number, y: number): string {
  plot.setAttribute('x', String(x));
  plot.setAttribute('y', String(y));
  plot.setAttribute('color', theme.value.muted);
  plot.removeAttribute('class');
  return new XMLSerializer().serializeToString(plot);
}
