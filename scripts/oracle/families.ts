/**
 * npm run oracle:families [-- NAME… [--models] [--worst] [--kept]]
 *
 * Reads the sources in test/oracle/families and compares the predicted signal and gradient with what PyTorch measures of the same
 * models: a line per family, then all of them together. Names may be beginnings (`MLP/Perceptron`). `--models` prints a
 * line per model too, `--worst` the largest errors. What was not measured yet is measured now (half an hour of all), but not with
 * `--kept`.
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { createFrameworks } from '../../server/frameworks/all.ts';
import { createAnalyzer } from '../../server/workspace/analyzer.ts';
import { createDiskWorkspace } from '../../server/workspace/disk.ts';
import { families, familiesRoot } from '../../test/oracle/families.ts';
import {
  type MeasuredModel,
  quantile,
  quantities,
  type SignalScore,
  scoreSignal,
} from '../../test/oracle/measured-signal.ts';
import { ensureSystem, pytorch } from '../../test/system.ts';

if (ensureSystem([pytorch]).length > 0) process.exit(2);
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { models: { type: 'boolean' }, worst: { type: 'boolean' }, kept: { type: 'boolean' } },
});

const names = families
  .names()
  .filter((name) => positionals.length === 0 || positionals.some((start) => name.startsWith(start)))
  .filter((name) => values.kept !== true || families.has(name));
const rows: { readonly model: MeasuredModel; readonly score: SignalScore }[] = [];
/** Starting Python takes seconds. */
const perProcess = 8;
for (let start = 0; start < names.length; start += perProcess) {
  for (const model of families.build(names.slice(start, start + perProcess)).values()) {
    const workspace = createDiskWorkspace({ roots: [familiesRoot], searchPaths: [] });
    rows.push({ model, score: scoreSignal(createAnalyzer(workspace, createFrameworks()), model) });
  }
}
if (values.models === true) {
  printHeader('model');
  for (const { model, score } of rows) printScores(model.name, [score]);
}
printHeader('family');
for (const family of new Set(rows.map(({ model }) => model.family))) {
  printScores(
    family,
    rows.filter(({ model }) => model.family === family).map(({ score }) => score),
  );
}
printScores(
  'all',
  rows.map(({ score }) => score),
);
if (values.worst === true) printWorst();

function printHeader(title: string): void {
  const columns = quantities.flatMap((quantity) => [quantity, 'truth ±']);
  printRow(title, [...columns, 'matched', 'dead', 'saturated', 'loss %']);
}

/** Median and 95th percentile in decades, the truth's own standard errors beside them; of the rest the 95th percentile. */
function printScores(name: string, scores: readonly SignalScore[]): void {
  const figures = (list: readonly number[], digits = 3) =>
    list.length === 0 ? '-' : `${quantile(list, 0.5).toFixed(digits)} ${quantile(list, 0.95).toFixed(digits)}`;
  const columns = quantities.flatMap((quantity) => {
    const errors = scores.flatMap((score) => score.errors[quantity]);
    return [figures(errors.map(({ decades }) => decades)), figures(errors.map(({ sharpness }) => sharpness))];
  });
  const matched = scores.reduce((sum, { errors }) => sum + quantities.reduce((n, q) => n + errors[q].length, 0), 0);
  const missing = scores.reduce((sum, { unmatched }) => sum + quantities.reduce((n, q) => n + unmatched[q], 0), 0);
  const share = matched + missing === 0 ? '-' : `${((100 * matched) / (matched + missing)).toFixed(1)}%`;
  const losses = scores.flatMap(({ loss }) => (loss === null ? [] : [100 * loss]));
  printRow(name, [
    ...columns,
    share,
    figures(scores.flatMap(({ dead }) => dead)),
    figures(scores.flatMap(({ saturated }) => saturated)),
    figures(losses, 1),
  ]);
}

function printWorst(): void {
  for (const quantity of quantities) {
    const errors = rows.flatMap(({ model, score }) =>
      score.errors[quantity].map((error) => ({ ...error, model: model.name })),
    );
    console.log(`\n${quantity}`);
    for (const error of errors.toSorted((a, b) => Math.abs(b.decades) - Math.abs(a.decades)).slice(0, 25)) {
      const { decades, sharpness, predicted, measured } = error;
      const numbers = `${decades.toFixed(3)} ±${sharpness.toFixed(3)} predicted ${predicted.toExponential(2)} measured ${measured.toExponential(2)}`;
      console.log(`  ${error.model} ${error.layer}: ${numbers}`);
    }
  }
}

function printRow(name: string, cells: readonly string[]): void {
  console.log([name.padEnd(values.models === true ? 60 : 24), ...cells.map((cell) => cell.padStart(13))].join(''));
}
