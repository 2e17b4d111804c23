import { parseArgs } from 'node:util';
import { createFrameworks } from '../../server/frameworks/all.ts';
import { createAnalyzer } from '../../server/workspace/analyzer.ts';
import { createDiskWorkspace } from '../../server/workspace/disk.ts';
import { type BuiltModel, type Score, scoreModel, type Tally } from '../../test/oracle/built-models.ts';
import type { Collection } from '../../test/oracle/collection.ts';

export interface TableOptions {
  /** The folder that a model's library lies in. */
  readonly importRoot: (built: BuiltModel) => string;
  /** Where installed packages are looked for. */
  readonly searchPaths?: readonly string[];
}

/**
 * Compares a collection's models, or those whose names begin as the command line says, with what the analyzer reads: a line
 * per model, then all of them together. `--problems` prints what is not right.
 */
export function printTable(collection: Collection, { importRoot, searchPaths = [] }: TableOptions): void {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { problems: { type: 'boolean' } } });
  const names = collection
    .names()
    .filter((name) => positionals.length === 0 || positionals.some((start) => name.startsWith(start)));
  /** Starting Python takes seconds; the first rows should not wait for the last. */
  const perProcess = 8;
  const scores: Score[] = [];
  printRow('model', ['parameters', 'right', 'wrong', 'unknown', 'invented', 'outputs', 'right', 'wrong', 'ms']);
  for (let start = 0; start < names.length; start += perProcess) {
    for (const [name, built] of collection.build(names.slice(start, start + perProcess))) {
      // A fresh analyzer: each model is timed from nothing.
      const workspace = createDiskWorkspace({ roots: [importRoot(built)], searchPaths });
      const score = scoreModel(createAnalyzer(workspace, createFrameworks()), built);
      scores.push(score);
      printScore(name, score);
      if (values.problems === true) for (const problem of score.problems) console.log(`    ${problem}`);
    }
  }
  printScore('all', {
    parameters: pool(scores.map((score) => score.parameters)),
    outputs: pool(scores.map((score) => score.outputs)),
    invented: scores.reduce((sum, score) => sum + score.invented, 0),
    milliseconds: Math.max(...scores.map((score) => score.milliseconds)),
  });
}

function printScore(name: string, score: Omit<Score, 'problems'>): void {
  const { parameters, outputs } = score;
  const share = (part: number, { total }: Tally) => (total === 0 ? '-' : `${((100 * part) / total).toFixed(2)}%`);
  printRow(name, [
    `${parameters.total}`,
    share(parameters.right, parameters),
    share(parameters.wrong, parameters),
    `${parameters.total - parameters.right - parameters.wrong}`,
    `${score.invented}`,
    `${outputs.total}`,
    share(outputs.right, outputs),
    share(outputs.wrong, outputs),
    score.milliseconds.toFixed(0),
  ]);
}

function printRow(name: string, cells: readonly string[]): void {
  console.log([name.padEnd(38), ...cells.map((cell) => cell.padStart(10))].join(' '));
}

function pool(tallies: readonly Tally[]): Tally {
  const sum = (of: (tally: Tally) => number) => tallies.reduce((total, tally) => total + of(tally), 0);
  return { total: sum((t) => t.total), right: sum((t) => t.right), wrong: sum((t) => t.wrong) };
}
