import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { fromTrainerSchema } from '../../core/probe/messages.ts';
import type { ProbeSummary } from '../../core/probe/summary.ts';
import { UsageError } from './io.ts';
import { probe } from './probe.ts';
import { distFolder } from './trainer-process.ts';

/* The whole way through the training process of `dist`, which `npm ci` and `npm run build` make. */

const folder = mkdtempSync(path.join(os.tmpdir(), 'initscope-probe-'));
const file = path.join(folder, 'net.py');
writeFileSync(
  file,
  `import torch.nn as nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(6, 16)
        self.act = nn.ReLU()
        self.head = nn.Linear(16, 3)
        nn.init.zeros_(self.hidden.weight)

    def forward(self, x):
        return self.head(self.act(self.hidden(x)))
`,
);

async function run(...argv: readonly string[]) {
  let [out, err] = ['', ''];
  const io = {
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
    cwd: folder,
    env: process.env,
  };
  return { code: await probe(argv, io), out, err };
}

describe.skipIf(!existsSync(path.join(distFolder(), 'trainer-node.js')))('initscope probe', () => {
  it('writes the trainer’s messages, one a line, and a summary with a number per step last', async () => {
    const { code, out } = await run(
      `${file}:Net`,
      '--engine',
      'wasm',
      '--steps',
      '4',
      '--variants',
      'as-written,he',
      '--json',
    );
    expect(code).toBe(0);
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    for (const line of lines.slice(0, -1)) expect(v.safeParse(fromTrainerSchema, line).success).toBe(true);
    const summary = lines.at(-1) as ProbeSummary;
    expect(summary).toMatchObject({
      version: 1,
      model: 'Net',
      path: 'net.py',
      line: 3,
      engine: 'wasm',
      batch: 32,
      failed: null,
    });
    expect(summary.variants.map(({ name }) => name)).toEqual(['as-written', 'he']);
    for (const variant of summary.variants) {
      expect(variant.loss).toHaveLength(4);
      expect(variant.accuracy).toHaveLength(4);
      expect(variant.layers.map(({ name, line }) => [name, line])).toEqual([
        ['hidden', 6],
        ['act', 7],
        ['head', 8],
      ]);
      for (const { weightGradientRms, activationRms } of variant.layers) {
        expect(weightGradientRms).toHaveLength(4);
        expect(activationRms.every((value) => value !== null)).toBe(true);
      }
    }
    expect(summary.variants[0]?.layers[0]?.unitDiversity[0]).toBe(1 / 16);
    expect([...summary.ranking].sort()).toEqual(['as-written', 'he']);
  });

  it('writes a report that needs nothing else', async () => {
    const { code } = await run(file, '--engine', 'wasm', '--steps', '2', '--report', 'report.html');
    expect(code).toBe(0);
    const html = readFileSync(path.join(folder, 'report.html'), 'utf8');
    expect(html).toContain('__INITSCOPE_REPORT__');
    expect(html).not.toMatch(/(src|href)="(?!data:)/);
  });

  it('trains on a CSV file', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => `${[0, 1, 2, 3, 4, 5].map((k) => Math.sin(i + k))},${i % 3}`);
    writeFileSync(path.join(folder, 'data.csv'), rows.join('\n'));
    const { code, err, out } = await run(file, '--engine', 'wasm', '--steps', '2', '--data', 'data.csv');
    expect(err).toContain('data.csv, 40 examples');
    expect(out).toMatch(/as-written \(seed 0\): loss/);
    expect(code).toBe(0);
  });

  it('exits with 1 and says why where a model cannot be trained', async () => {
    const data = path.join(folder, 'narrow.csv');
    writeFileSync(data, '1,0\n2,1\n');
    const { code, err } = await run(file, '--engine', 'wasm', '--data', data);
    expect(code).toBe(1);
    expect(err).toContain('narrow.csv has 1 values per example, the model takes 6');
  });

  it.each([
    [['missing.py'], /no such file/],
    [[file, '--engine', 'abacus'], /--engine must be one of/],
    [[file, '--variants', 'he,hey'], /--variants must be one of/],
    [[file, '--steps', 'many'], /not a number/],
    [[file, '--steps', '0'], /steps/],
    [[], /takes one FILE/],
  ])('refuses %j', async (argv, reason) => {
    await expect(run(...argv)).rejects.toThrow(UsageError);
    await expect(run(...argv)).rejects.toThrow(reason);
  });
});
