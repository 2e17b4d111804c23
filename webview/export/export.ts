import { summarize } from '../../core/probe/summary.ts';
import { expectationsOf, open, predictions, recording, state } from '../store.ts';
import { csv } from './csv.ts';
import { currentFigure } from './figure.ts';
import { pngBase64 } from './png.ts';

export const exportFormats = {
  png: 'PNG picture',
  svg: 'SVG picture',
  csv: 'CSV, a row per layer and step',
  json: 'JSON summary',
} as const;
export type ExportFormat = keyof typeof exportFormats;

export interface ExportedFile {
  readonly name: string;
  readonly content: string;
  readonly encoding: 'utf8' | 'base64';
}

/** The run on screen as a file. */
export async function exportRun(format: ExportFormat): Promise<ExportedFile> {
  const model = open.value;
  const run = recording.value;
  if (!model || !run) throw new Error('there is no run to export');
  const name = `${model.graph.name}-probe.${format}`;
  switch (format) {
    case 'svg':
      return { name, content: currentFigure().svg, encoding: 'utf8' };
    case 'png':
      return { name, content: await pngBase64(currentFigure()), encoding: 'base64' };
    case 'csv':
      return { name, content: csv(run, model, expectationsOf.value), encoding: 'utf8' };
    case 'json':
      return { name, content: `${JSON.stringify(currentSummary(), null, 2)}\n`, encoding: 'utf8' };
  }
}

/** The documented summary of the run on screen, `null` where there is none. */
export function currentSummary() {
  const model = open.value;
  const run = recording.value;
  if (!model || !run) return null;
  const { graph, path, line, lines } = model;
  return summarize(run, { graph, path, line, lines, predictions: predictions.value, skipped: state.value.skipped });
}
