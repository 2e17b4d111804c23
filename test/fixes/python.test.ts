import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { readCases } from '../cases/cases.ts';
import { systemPython } from '../system.ts';
import { allFixed } from './apply.ts';
import { runPrograms } from './programs.ts';

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
  const outcomes = runPrograms(
    programs.map(({ text }) => text),
    (args) => execFileSync(systemPython, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }),
  );
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
