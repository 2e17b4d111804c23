/**
 * Reads every Python file of the installed packages, breaks lines in every way, and runs hostile code; prints tables. What
 * must hold: no exception, no file over a second, no class lost that the break is not in, hostile code answered within 100 ms
 * (processor time of a warm process). `node scripts/fuzz.ts [PACKAGE…] [--every=N]` takes every N-th file.
 */
import path from 'node:path';
import process from 'node:process';
import { createFrameworks } from '../server/frameworks/all.ts';
import { createAnalyzer } from '../server/workspace/analyzer.ts';
import { deadline } from '../server/workspace/deadline.ts';
import { createDiskWorkspace } from '../server/workspace/disk.ts';
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

console.log('Files: processor time of one analysis in a warm process\n');
for (const name of names) readPackage(name);
console.log('\nOne broken line: classes and functions elsewhere that are still found\n');
breakLines(names.flatMap((name) => filesOf(name)).filter((_, index) => index % (every * 10) === 0));
console.log('\nHostile code: processor time of the second run\n');
for (const [name, code] of Object.entries(hostilePrograms)) time(name, () => runHostile(code));
for (const [name, json] of Object.entries(hostileNotebooks)) time(`notebook: ${name}`, () => runHostileNotebook(json));
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
  let [worst, total, models] = [0, 0, 0];
  for (const file of files) {
    const started = milliseconds();
    const analysis = analyzer.analyze(file, { isCancelled: deadline(5000) });
    const took = milliseconds() - started;
    total += took;
    worst = Math.max(worst, took);
    models += analysis.models.length;
    if (took > 1000) slow.push(`${(took / 1000).toFixed(2)} s ${path.relative(folder, file)}`);
    for (const message of internalErrors(analysis))
      errors.push(`${path.relative(folder, file)}: ${message.split('\n')[0]}`);
  }
  failed ||= slow.length > 0 || errors.length > 0;
  console.log(
    `${name.padEnd(22)} ${String(files.length).padStart(5)} files, ${String(models).padStart(5)} models, ${errors.length} exceptions, ` +
      `mean ${(total / files.length).toFixed(0).padStart(4)} ms, worst ${worst.toFixed(0).padStart(5)} ms, ${slow.length} over 1 s`,
  );
  for (const line of [...slow, ...errors].slice(0, 12)) console.log(`    ${line}`);
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
  console.log(`${Object.keys(breakings).length} ways, ${files.length} files each: ${lost} of ${others} lost`);
}

function time(name: string, run: () => ReturnType<typeof runHostile>): void {
  run();
  const started = milliseconds();
  const errors = internalErrors(run());
  const took = milliseconds() - started;
  failed ||= errors.length > 0;
  console.log(
    `${took.toFixed(0).padStart(6)} ms  ${name}${took > 100 ? '  over 100 ms' : ''}${errors.length > 0 ? '  EXCEPTION' : ''}`,
  );
}

function milliseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
