import type { ModelGraph } from '../../core/graph/graph.ts';
import type { FromTrainer } from '../../core/probe/messages.ts';
import type { ProbeSummary, SummaryVariant } from '../../core/probe/summary.ts';

/** What goes to the terminal while it trains. */
export function progressLine(message: FromTrainer, graph: ModelGraph): string | null {
  switch (message.type) {
    case 'ready':
      return `${graph.name} on ${message.engine} (${message.device}): ${message.data}\n`;
    case 'variantEnd': {
      const end = message.diverged === null ? '' : `, diverged at step ${message.diverged.step}`;
      const rate = message.stepsPerSecond.toPrecision(3);
      return `  ${message.variant}, seed ${message.seed}: ${message.steps} steps, ${rate} per second${end}\n`;
    }
    case 'failed':
      return `initscope: ${message.message}${message.hint === null ? '' : `\n  ${message.hint}`}\n`;
    case 'frame':
    case 'done':
      return null;
    default:
      return message satisfies never;
  }
}

/** Per variant the loss, and layer by layer what was measured before the first update. */
export function summaryText(summary: ProbeSummary): string {
  const { variants, ranking } = summary;
  const parts = variants.map((variant) => `\n${variantText(variant)}`);
  const order = ranking.length > 1 ? [`\nRanking: ${ranking.join(', ')}\n`] : [];
  return [...parts, ...order].join('');
}

function variantText({ name, seed, loss, accuracy, layers, verdicts, divergedAt }: SummaryVariant): string {
  const lastAccuracy = accuracy.at(-1);
  const head = [
    `${name} (seed ${seed}): loss ${figure(loss[0])} → ${figure(loss.at(-1))}`,
    ...(typeof lastAccuracy === 'number' ? [`accuracy ${figure(lastAccuracy)}`] : []),
    ...(divergedAt === null ? [] : [`diverged at step ${divergedAt}`]),
  ].join(', ');
  const rows = layers.map(({ name: layer, line, activationRms, activationGradientRms, weightGradientRms }) => [
    layer,
    line === null ? '' : String(line),
    figure(activationRms[0]),
    figure(activationGradientRms[0]),
    figure(weightGradientRms[0]),
  ]);
  const table = [['layer', 'line', 'activation', 'its gradient', 'weight gradient'], ...rows];
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = table.map(
    (row) =>
      `  ${row.map((cell, k) => (k === 0 ? cell.padEnd(widths[k] ?? 0) : cell.padStart(widths[k] ?? 0))).join('  ')}`,
  );
  return `${[head, ...lines, ...verdicts.map(({ message }) => `  ${message}`)].join('\n')}\n`;
}

function figure(x: number | null | undefined): string {
  return typeof x === 'number' ? x.toPrecision(3) : '–';
}
