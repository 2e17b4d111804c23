/** Runs every benchmark of `test/bench/`, one after the other: ratios against peers of the same run, asserted nowhere. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

const folder = path.resolve(import.meta.dirname, '../test/bench');
const wanted = process.argv.slice(2);
const files = readdirSync(folder).filter(
  (name) => name.endsWith('.bench.ts') && (wanted.length === 0 || wanted.some((word) => name.includes(word))),
);

for (const name of files) {
  console.log(`\n=== ${name}`);
  const { status } = spawnSync(process.execPath, [path.join(folder, name)], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
