import { describe, expect, it } from 'vitest';
import { readCases } from '../cases/cases.ts';
import { flaxOnJax, runPython } from '../oracle/python-packages.ts';
import { allFixed } from './apply.ts';
import { runPrograms } from './programs.ts';

/* Does Flax agree? Every case initializes its models, and so must every fixed one. */

const flaxCases = readCases().filter(({ text }) => /^(?:import flax|from flax)/m.test(text));

describe('Flax', () => {
  const fixed = flaxCases
    .filter(({ expected }) => expected.length > 0)
    .flatMap(({ name, text }) =>
      allFixed(name, text).map(({ fix, fixed: mended }, index) => ({
        name: `${name} #${index} ${fix.title}`,
        text: mended,
      })),
    );
  const programs = [...flaxCases.map(({ name, text }) => ({ name, text })), ...fixed];
  const outcomes = runPrograms(
    programs.map(({ text }) => text),
    (args) => runPython(flaxOnJax, args),
  );

  it.each(programs.map(({ name }, index) => [name, outcomes[index]] as const))('runs %s', (_, outcome) => {
    expect(outcome).toBe('ok');
  });
});
