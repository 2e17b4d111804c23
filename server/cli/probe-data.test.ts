import { mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { UsageError } from './io.ts';
import { readData } from './probe-data.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'initscope-'));

function csv(text: string): string {
  const file = path.join(folder, `${Math.random()}.csv`);
  writeFileSync(file, text);
  return file;
}

describe('readData', () => {
  it('takes the last column as classes where it holds whole numbers', () => {
    expect(readData(csv('a,b,label\n0.5,1,0\n-2,3e-1,2\n'))).toMatchObject({
      kind: 'given',
      count: 2,
      inputs: Float32Array.from([0.5, 1, -2, 0.3]),
      labels: Int32Array.from([0, 2]),
    });
  });

  it('takes it as a regression’s targets elsewhere, also without a header', () => {
    expect(readData(csv('1,0.5\r\n2,1.5\r\n'))).toMatchObject({ count: 2, targets: Float32Array.from([0.5, 1.5]) });
  });

  it('names the row that is not right', () => {
    expect(() => readData(csv('a,b\n1,2\n3,x\n'))).toThrow(/row 3: expected 2 numbers/);
    expect(() => readData(csv('1,2\n3\n'))).toThrow(/row 2: expected 2 numbers/);
  });

  it('refuses other files', () => {
    expect(() => readData('images.zip')).toThrow(UsageError);
    expect(() => readData(path.join(folder, 'missing.csv'))).toThrow(/cannot read/);
    expect(() => readData(csv('\n'))).toThrow(/no rows/);
  });
});
