import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { ProbeOptions } from '../../core/probe/request.ts';
import { UsageError } from './io.ts';

/**
 * Examples from a CSV file: numbers, one example a row, a header line if there is one, the last column the target. Whole
 * numbers from 0 in the last column are classes, anything else is a regression's target.
 */
export function readData(file: string): ProbeOptions['data'] {
  if (!file.endsWith('.csv')) throw new UsageError(`--data takes a .csv file, not ${path.basename(file)}`);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new UsageError(`cannot read ${file}`);
  }
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const parsed = lines.map((line) => line.split(',').map((cell) => (cell.trim() === '' ? Number.NaN : Number(cell))));
  const rows = parsed[0]?.some(Number.isNaN) ? parsed.slice(1) : parsed;
  const width = rows[0]?.length ?? 0;
  if (rows.length === 0 || width < 2) throw new UsageError(`${file} has no rows of features and a target`);
  const bad = rows.findIndex((row) => row.length !== width || row.some((cell) => !Number.isFinite(cell)));
  if (bad >= 0) {
    const line = bad + 1 + (parsed.length - rows.length);
    throw new UsageError(`${file}, row ${line}: expected ${width} numbers`);
  }
  const last = rows.map((row) => row[width - 1] ?? 0);
  const isClasses = last.every((value) => Number.isInteger(value) && value >= 0 && value < 100_000);
  return {
    kind: 'given',
    name: path.basename(file),
    inputs: Float32Array.from(rows.flatMap((row) => row.slice(0, -1))),
    count: rows.length,
    ...(isClasses ? { labels: Int32Array.from(last) } : { targets: Float32Array.from(last) }),
  };
}
