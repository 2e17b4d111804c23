import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { check } from './check.ts';
import { inspect } from './inspect.ts';
import type { CommandIo } from './io.ts';

const samples = path.resolve(import.meta.dirname, '../../samples');
const folder = mkdtempSync(path.join(os.tmpdir(), 'check-'));
let printed = '';
const io: CommandIo = {
  out: (text) => {
    printed += text;
  },
  err: () => {},
  cwd: folder,
  env: {},
};
cpSync(samples, path.join(folder, 'samples'), { recursive: true });

beforeEach(() => {
  printed = '';
});
afterAll(() => rmSync(folder, { recursive: true }));

async function checkJson(...argv: string[]) {
  printed = '';
  const code = await check(['--format', 'json', ...argv], io);
  return { code, json: JSON.parse(printed) };
}

test('sound samples give no finding and exit code 0', async () => {
  const { code, json } = await checkJson(
    'samples/pytorch/residual_sound.py',
    'samples/pytorch/adapters_sound.py',
    'samples/keras/functional_sound.py',
    'samples/flax/vision_sound.py',
    '--min-severity',
    'hint',
  );
  expect(json.findings).toEqual([]);
  expect(json.files).toBe(4);
  expect(code).toBe(0);
});

test('every rule has its sample, at the line where the initializer is written', async () => {
  const { code, json } = await checkJson('samples');
  expect(code).toBe(1);
  const places = json.findings.map(
    (finding: { rule: string; path: string; cell?: number; range: { start: { line: number } } }) =>
      [finding.rule, finding.path, finding.cell, finding.range.start.line]
        .filter((part) => part !== undefined)
        .join(' '),
  );
  expect(places).toEqual(
    expect.arrayContaining([
      'zero-init samples/pytorch/zero_hidden.py 14',
      'constant-init samples/pytorch/constant_units.py 14',
      'xavier-relu samples/pytorch/deep_plain.py 20',
      'he-saturating samples/pytorch/he_before_tanh.py 13',
      'std-too-large samples/pytorch/wide_normal.py 20',
      'std-too-large samples/notebooks/tanh.ipynb 3 3',
      'std-too-small samples/pytorch/tiny_normal.py 21',
      'unsupported-nonlinearity samples/pytorch/raises.py 12',
      'fan-of-vector samples/pytorch/raises.py 23',
      'zero-init samples/keras/digits.py 11',
      'constant-init samples/tfjs/classifier.js 6',
      'xavier-relu samples/flax/deep_plain.py 16',
      'xavier-relu samples/tfjs/deep.ts 14',
    ]),
  );
});

test('--fix mends what raises and leaves alone what changes training', async () => {
  const file = path.join(folder, 'samples/pytorch/raises.py');
  const wide = path.join(folder, 'samples/pytorch/wide_normal.py');
  const before = readFileSync(wide, 'utf8');
  await check(['--fix', 'samples/pytorch/raises.py', 'samples/pytorch/wide_normal.py'], io);
  expect(readFileSync(file, 'utf8')).toContain("nonlinearity='relu'");
  expect(readFileSync(wide, 'utf8')).toBe(before);
  const { json } = await checkJson('samples/pytorch/raises.py');
  expect(json.findings.filter((finding: { severity: string }) => finding.severity === 'error')).toEqual([]);
});

test('--diff shows the change and writes nothing', async () => {
  const file = path.join(folder, 'samples/notebooks/tanh.ipynb');
  const before = readFileSync(file, 'utf8');
  await check(['--diff', '--unsafe-fixes', 'samples/notebooks/tanh.ipynb'], io);
  expect(printed).toMatch(/^-.*normal_\(m\.weight, mean=0\.0, std=1\.0\)/m);
  expect(printed).toMatch(/^\+.*xavier_normal_\(m\.weight/m);
  expect(readFileSync(file, 'utf8')).toBe(before);
});

test('the nearest configuration turns rules off, and an ignore comment silences its line', async () => {
  writeFileSync(path.join(folder, 'initscope.json'), '{"rules": {"std-too-small": "off"}}');
  expect((await checkJson('samples/pytorch/tiny_normal.py')).json.findings).toEqual([]);
  rmSync(path.join(folder, 'initscope.json'));
  const file = path.join(folder, 'samples/pytorch/tiny_normal.py');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace('.normal_(0, 0.001)', '.normal_(0, 0.001)  # initscope: ignore[std-too-small]'));
  expect((await checkJson('samples/pytorch/tiny_normal.py')).json.findings).toEqual([]);
});

test('inspect tells every parameter of a model, what it starts with and who said so', async () => {
  expect(
    await inspect(['samples/pytorch/residual_sound.py:ResidualSound', '--json', '--args', '{"channels": 8}'], io),
  ).toBe(0);
  const [model] = JSON.parse(printed).models;
  expect(model).toMatchObject({ name: 'ResidualSound', framework: 'torch', complete: true });
  const zeroed = model.parameters.find((parameter: { name: string }) => parameter.name === 'blocks.0.bn2.weight');
  expect(zeroed).toMatchObject({ shape: [8], initializer: { family: 'zeros', std: 0 } });
  expect(zeroed.writes.map((write: { family: string }) => write.family)).toEqual(['ones', 'ones', 'zeros']);
});
