import { formatNumber, formatShare, mean } from '../../core/probe/numbers.ts';
import type { ProbeSummary, SummaryLayer, SummaryVariant } from '../../core/probe/summary.ts';
import { type Chart, lineChart } from './chart.ts';

/** One way to draw the weights, as it trained. */
export interface Contestant {
  readonly title: string;
  readonly color: string;
  readonly variant: SummaryVariant;
}

export interface DigitsReport {
  readonly markdown: string;
  readonly html: string;
  /** File name to SVG. */
  readonly charts: ReadonlyMap<string, string>;
}

/** Loss, accuracy and gradient per layer of every contestant, as tables and charts. */
export function digitsReport(contestants: readonly Contestant[], summary: ProbeSummary): DigitsReport {
  const charts = new Map(
    Object.entries(chartsOf(contestants)).map(([name, chart]) => [`${name}.svg`, lineChart(chart)]),
  );
  const intro = `${summary.model}, ${summary.data}, batch ${summary.batch}, ${contestants[0]?.variant.steps} steps of plain gradient descent on ${summary.engine} (${summary.device}). No digit is seen twice before the set is used up, so the accuracy is that on new digits.`;
  const tables = [table(resultTable(contestants)), table(gradientTable(contestants))];
  const names = [...charts.keys()];
  const markdown = [
    '# Handwritten digits: what initialization decides',
    intro,
    tables[0],
    ...names.slice(0, 2).map((name) => `![${name}](${name})`),
    '## Weight gradient (RMS) per layer before the first update, and after the last',
    tables[1],
    ...names.slice(2).map((name) => `![${name}](${name})`),
  ].join('\n\n');
  const html = page([
    '<h1>Handwritten digits: what initialization decides</h1>',
    `<p>${intro}</p>`,
    htmlTable(resultTable(contestants)),
    '<h2>Weight gradient (RMS) per layer before the first update, and after the last</h2>',
    htmlTable(gradientTable(contestants)),
    ...charts.values(),
  ]);
  return { markdown: `${markdown}\n`, html, charts };
}

/** Accuracy over the last steps: one batch alone is noise. */
export function finalAccuracy({ accuracy }: SummaryVariant): number {
  return mean(accuracy.slice(-20)) ?? 0;
}

export function finalLoss({ loss }: SummaryVariant): number | null {
  return mean(loss.slice(-20));
}

function chartsOf(contestants: readonly Contestant[]): Readonly<Record<string, Chart>> {
  const series = (values: (variant: SummaryVariant) => readonly (number | null)[]) =>
    contestants.map(({ title, color, variant }) => ({ name: title, color, values: values(variant) }));
  const layers = weightLayers(contestants[0]?.variant).map(({ name }) => name);
  const gradient = (at: number) => (variant: SummaryVariant) =>
    weightLayers(variant).map((layer) => layer.weightGradientRms.at(at) ?? null);
  const first = (variant: SummaryVariant) => weightLayers(variant)[0]?.weightGradientRms ?? [];
  return {
    loss: { title: 'Loss', xLabel: 'step', scale: 'linear', top: 4, series: series(({ loss }) => smooth(loss)) },
    accuracy: {
      title: 'Accuracy on new digits',
      xLabel: 'step',
      scale: 'linear',
      top: 1,
      series: series(({ accuracy }) => smooth(accuracy)),
    },
    gradients: {
      title: 'Weight gradient before the first update',
      xLabel: 'layer',
      ticks: layers,
      scale: 'log',
      series: series(gradient(0)),
    },
    first: {
      title: `Weight gradient of ${layers[0]} as it trains`,
      xLabel: 'step',
      scale: 'log',
      series: series(first),
    },
  };
}

/** Mean over ten steps. */
function smooth(values: readonly (number | null)[]): readonly (number | null)[] {
  return values.map((_, index) => mean(values.slice(Math.max(0, index - 9), index + 1)));
}

function weightLayers(variant: SummaryVariant | undefined): readonly SummaryLayer[] {
  return variant?.layers.filter(({ weightRms }) => weightRms.some((value) => value !== null)) ?? [];
}

function resultTable(contestants: readonly Contestant[]): readonly (readonly string[])[] {
  return [
    ['weights', 'first loss', 'loss of the last 20 steps', 'accuracy of the last 20 steps', ''],
    ...contestants.map(({ title, variant }) => [
      title,
      formatNumber(variant.loss[0]),
      formatNumber(finalLoss(variant)),
      formatShare(finalAccuracy(variant)),
      variant.divergedAt === null ? '' : `diverged at step ${variant.divergedAt}`,
    ]),
  ];
}

function gradientTable(contestants: readonly Contestant[]): readonly (readonly string[])[] {
  const layers = weightLayers(contestants[0]?.variant);
  return [
    ['layer', ...contestants.map(({ title }) => title)],
    ...layers.map(({ name }, index) => [
      name,
      ...contestants.map(({ variant }) => {
        const gradient = weightLayers(variant)[index]?.weightGradientRms;
        return `${formatNumber(gradient?.[0])} → ${formatNumber(gradient?.at(-1))}`;
      }),
    ]),
  ];
}

function table(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  return [head, head.map(() => '---'), ...body].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function htmlTable(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  const cells = (row: readonly string[], tag: string) => row.map((cell) => `<${tag}>${cell}</${tag}>`).join('');
  return `<table><tr>${cells(head, 'th')}</tr>${body.map((row) => `<tr>${cells(row, 'td')}</tr>`).join('')}</table>`;
}

function page(parts: readonly string[]): string {
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Handwritten digits</title>
<style>body{font:14px sans-serif;max-width:1180px;margin:2em auto;padding:0 1em}td,th{padding:.2em .8em;text-align:right}:is(td,th):first-child{text-align:left}</style>
</head><body>
${parts.join('\n')}
</body></html>
`;
}
