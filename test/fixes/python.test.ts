import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCases } from '../cases/cases.ts';
import { systemPython } from '../system.ts';
import { allFixed } from './apply.ts';

/*
 * Does PyTorch agree? Cases are real programs: each builds its model and runs it once. Those of the rules about code that
 * raises must raise, all others and every fixed one must run.
 */

const raising = new Set(['fan-of-vector', 'unsupported-nonlinearity']);
const torchCases = readCases().filter(({ text }) => /^(?:import torch|from torch)/m.test(text));

describe('PyTorch', () => {
  const risky = torchCases.filter(({ expected }) => expected.length > 0);
  const isRaising = ({ rule, expected }: (typeof torchCases)[number]) => raising.has(rule) && expected.length > 0;
  // A file with two calls that raise runs when both are mended.
  const fixed = risky.flatMap(({ name, text, expected }) =>
    allFixed(name, text)
      .filter(({ fix }) => !fix.safe || expected.length === 1)
      .map(({ fix, fixed }, index) => ({ name: `${name} #${index} ${fix.title}`, text: fixed })),
  );
  const programs = [...torchCases.map(({ name, text }) => ({ name, text })), ...fixed];
  const outcomes = run(programs.map(({ text }) => text));
  const outcomeOf = (wanted: string) => outcomes[programs.findIndex(({ name }) => name === wanted)];

  it.each(torchCases.filter(isRaising).map(({ name }) => name))('raises ValueError in %s', (name) => {
    expect(outcomeOf(name)).toMatch(/^ValueError/);
  });

  it.each(torchCases.filter((one) => !isRaising(one)).map(({ name }) => name))('runs %s', (name) => {
    expect(outcomeOf(name)).toBe('ok');
  });

  it.each(fixed.map(({ name }) => name))('runs the fixed %s', (name) => {
    expect(outcomeOf(name)).toBe('ok');
  });
});

/** Runs programs in one interpreter: `ok`, or the exception, of each. */
function run(programs: readonly string[]): readonly string[] {
  const folder = mkdtempSync(path.join(tmpdir(), 'initscope-fixes-'));
  try {
    programs.forEach((text, index) => {
      writeFileSync(path.join(folder, `program_${index}.py`), text);
    });
    const script = `
import json, runpy, sys
outcomes = []
for index in range(int(sys.argv[2])):
    try:
        runpy.run_path(f"{sys.argv[1]}/program_{index}.py", run_name="__main__")
        outcomes.append("ok")
    except Exception as error:
        outcomes.append(f"{type(error).__name__}: {error}")
print(json.dumps(outcomes))
`;
    const output = execFileSync(systemPython, ['-c', script, folder, String(programs.length)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return JSON.parse(output.trim().split('\n').at(-1) ?? '[]') as string[];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
