/**
 * Reads every Python file of the installed packages, breaks lines in every way, and runs hostile code; prints tables. What
 * must hold: no exception, no file over a second, no class lost that the break is not in, hostile code answered within 100 ms
 * (processor time of a warm process; what has passed on the wall, which other programs lengthen, is printed beside it). `node scripts/fuzz.ts [PACKAGE…] [--every=N]` takes every N-th file.
 */
import path from 'node:path';
import process from 'node:process';
import { createFrameworks } from '../server/frameworks/all.ts';
import { fileBudgetMs } from '../server/workspace/analysis.ts';
import { createAnalyzer } from '../server/workspace/analyzer.ts';
import { createDiskWorkspace } from '../server/workspace/disk.ts';
import { startStopwatch } from '../server/workspace/stopwatch.ts';
import { breakings } from '../test/fuzz/breakings.ts';
import { breakLine } from '../test/fuzz/definitions.ts';
import {
  hostileNotebooks,
  hostilePrograms,
  internalErrors,
  runHostile,
  runHostileNotebook,
} from '../test/fuzz/hostile.ts';
import { filesOf, packages, read } from '../test/fuzz/sources.ts';
import { random } from '../test/random.ts';

const every = Number(process.argv.find((word) => word.startsWith('--every='))?.slice(8) ?? 1);
const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const names = Object.keys(packages).filter((name) => wanted.length === 0 || wanted.includes(name));
let failed = false;

console.log(
  'Limits (1 s for a file, 100 ms for hostile code, no exception, nothing lost) are held to the processor time of this thread.\n',
);
console.log(`Files: one analysis with ${fileBudgetMs} ms, as in the editor and in check, in a warm process\n`);
for (const name of names) readPackage(name);
console.log('\nOne broken line: classes and functions elsewhere that are still found\n');
breakLines(names.flatMap((name) => filesOf(name)).filter((_, index) => index % (every * 10) === 0));
console.log('\nHostile code: processor time in a warm process that has read the like, but never this text\n');
for (const [name, code] of Object.entries(hostilePrograms)) time(name, runHostile, code);
for (const [name, json] of Object.entries(hostileNotebooks)) time(`notebook: ${name}`, runHostileNotebook, json);
console.log(failed ? '\nA limit is broken.' : '\nAll limits are kept.');
process.exitCode = failed ? 1 : 0;

function readPackage(name: string): void {
  const files = filesOf(name).filter((_, index) => index % every === 0);
  if (files.length === 0) {
    console.log(`${name.padEnd(22)} not installed`);
    return;
  }
  const folder = path.dirname(packages[name] ?? '/');
  const analyzer = createAnalyzer(createDiskWorkspace({ roots: [folder], searchPaths: [folder] }), createFrameworks());
  const slow: string[] = [];
  const errors: string[] = [];
  const empty: string[] = [];
  const sum = { processor: 0, wall: 0, models: 0, partial: 0 };
  const worst = { processor: 0, wall: 0 };
  for (const file of files) {
    const { value: analysis, processor, wall } = timed(() => analyzer.analyze(file, { milliseconds: fileBudgetMs }));
    const name = path.relative(folder, file);
    sum.processor += processor;
    sum.wall += wall;
    sum.models += analysis.models.length;
    worst.processor = Math.max(worst.processor, processor);
    worst.wall = Math.max(worst.wall, wall);
    if (processor > 1000) slow.push(`${processor.toFixed(0)} ms (${wall.toFixed(0)} ms passed) ${name}`);
    if (analysis.partial !== undefined) sum.partial++;
    if (analysis.partial !== undefined && analysis.models.length === 0) empty.push(`no model in time: ${name}`);
    for (const message of internalErrors(analysis)) errors.push(`${name}: ${message.split('\n')[0]}`);
  }
  failed ||= slow.length > 0 || errors.length > 0;
  console.log(
    `${name.padEnd(22)} ${String(files.length).padStart(5)} files, ${String(sum.models).padStart(5)} models, ${errors.length} exceptions, ` +
      `mean ${(sum.processor / files.length).toFixed(0)} ms, worst ${worst.processor.toFixed(0)} ms, ${slow.length} over 1 s ` +
      `(passed: mean ${(sum.wall / files.length).toFixed(0)} ms, worst ${worst.wall.toFixed(0)} ms); ${sum.partial} partial, ${empty.length} of them without a model`,
  );
  for (const line of [...slow, ...errors, ...empty]) console.log(`    ${line}`);
}

function breakLines(files: readonly string[]): void {
  const draw = random(3);
  let [others, lost] = [0, 0];
  for (const way of Object.keys(breakings)) {
    let [own, gone] = [0, 0];
    let example = '';
    for (const file of files) {
      const loss = breakLine(read(file), way, draw(), draw());
      own += loss.others;
      gone += loss.lost.length;
      if (loss.lost.length > 0) example = `${file}:${loss.line + 1}`;
    }
    others += own;
    lost += gone;
    if (gone > 0) console.log(`${way.padEnd(36)} ${gone} of ${own} lost, ${example}`);
  }
  failed ||= lost > 0;
  console.log(`${Object.keys(breakings).length} ways, ${files.length} files each: ${lost} of ${others} lost`);
}

function time(name: string, run: typeof runHostile, code: string): void {
  run(code.replaceAll(/\bx\b/g, 'other'));
  const { value, processor, wall } = timed(() => run(code));
  const errors = internalErrors(value);
  const isSlow = processor > 100;
  failed ||= isSlow || errors.length > 0;
  console.log(
    `${processor.toFixed(0).padStart(6)} ms (${wall.toFixed(0)} ms passed)  ${name}${isSlow ? '  over 100 ms' : ''}${errors.length > 0 ? '  EXCEPTION' : ''}`,
  );
}

/** Milliseconds that this thread has computed, as it would take on an idle machine, and that have passed on the wall. */
function timed<T>(body: () => T): { readonly value: T; readonly processor: number; readonly wall: number } {
  const [time, started] = [startStopwatch(), performance.now()];
  const value = body();
  return { value, processor: time.elapsed(), wall: performance.now() - started };
}
