/**
 * npm run oracle:families [-- NAME… [--models] [--worst] [--measure] [--library]]
 *
 * Reads the sources in test/oracle/families and compares the predicted signal and gradient with what PyTorch measured of the same
 * models: a line per family, then all of them together beside the goals; ends with an error if one is missed. Names may be beginnings
 * (`MLP/Perceptron`). `--models` prints a line per model too, `--worst` the largest errors. `--measure` measures what is missing
 * from test/oracle/families-truth (an hour for all) and keeps it there. `--library`: small models of Hugging Face transformers instead,
 * read from its sources, for which there are no goals.
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { createFrameworks } from '../../server/frameworks/all.ts';
import { createAnalyzer } from '../../server/workspace/analyzer.ts';
import { families, libraryModels } from '../../test/oracle/families.ts';
import {
  goals,
  type MeasuredModel,
  overGoals,
  quantile,
  quantities,
  type SignalScore,
  scoreSignal,
} from '../../test/oracle/measured-signal.ts';
import { ensureSystem, pytorch } from '../../test/system.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    models: { type: 'boolean' },
    worst: { type: 'boolean' },
    measure: { type: 'boolean' },
    library: { type: 'boolean' },
  },
});

const isWanted = (name: string) => positionals.length === 0 || positionals.some((start) => name.startsWith(start));
const measured = values.library === true ? libraryModels : families;
if (values.measure === true) measureMissing();
const rows = measured
  .truth()
  .filter(({ name }) => isWanted(name))
  .map((model): { readonly model: MeasuredModel; readonly score: SignalScore } => {
    return { model, score: scoreSignal(createAnalyzer(measured.workspace(), createFrameworks()), model) };
  });
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
const all = rows.map(({ score }) => score);
printScores('all', all);
const goal = [`${goals.median} ${goals.tail}`, ''];
printRow('goal', [
  ...quantities.flatMap(() => goal),
  ...['', `${goals.dead}`, `${goals.saturated}`, `${100 * goals.loss}`],
]);
const missed = positionals.length === 0 && measured === families ? overGoals(all) : [];
for (const line of missed) console.log(`over: ${line}`);
if (missed.length > 0) process.exitCode = 1;
if (values.worst === true) printWorst();

function measureMissing(): void {
  if (ensureSystem([pytorch]).length > 0) process.exit(2);
  const known = new Set(measured.truth().map(({ name }) => name));
  const names = measured.names().filter((name) => isWanted(name) && !known.has(name));
  /** Starting Python takes seconds. */
  const perProcess = 8;
  for (let start = 0; start < names.length; start += perProcess)
    measured.keep([...measured.build(names.slice(start, start + perProcess)).values()]);
}

function printHeader(title: string): void {
  const columns = quantities.flatMap((quantity) => [quantity, 'truth ±']);
  printRow(title, [...columns, 'matched', 'dead', 'saturated', 'loss %', 'truth ±']);
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
  const percent = (of: (score: SignalScore) => number | null) =>
    figures(
      scores.flatMap((score) => 100 * (of(score) ?? Number.NaN)).filter((value) => !Number.isNaN(value)),
      1,
    );
  printRow(name, [
    ...columns,
    share,
    figures(scores.flatMap(({ dead }) => dead)),
    figures(scores.flatMap(({ saturated }) => saturated)),
    percent(({ loss }) => loss),
    percent(({ lossSharpness }) => lossSharpness),
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
