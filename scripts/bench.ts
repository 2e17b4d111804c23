/**
 * Runs every benchmark, one after the other: ratios against peers of the same run, asserted nowhere. `npm run bench -- editor`
 * runs those with the word in their name; options go to each.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

const folder = path.resolve(import.meta.dirname, '../test/bench');
const options = process.argv.slice(2).filter((word) => word.startsWith('--'));
const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const benchmarks = readdirSync(folder).filter((name) => name.endsWith('.bench.ts'));
const files = [
  ...benchmarks.map((name) => path.join(folder, name)),
  path.join(import.meta.dirname, 'growth.ts'),
].filter((file) => wanted.length === 0 || wanted.some((word) => path.basename(file).includes(word)));

for (const file of files) {
  console.log(`\n=== ${path.basename(file)}`);
  const { status } = spawnSync(process.execPath, [file, ...options], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
