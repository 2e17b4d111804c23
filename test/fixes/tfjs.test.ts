import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { buildSync } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { readCases } from '../cases/cases.ts';
import { allFixed } from './apply.ts';

/* Does TensorFlow.js agree? Every case and every fixed one is a program that builds its model. */

const root = path.join(import.meta.dirname, '../..');
const jsCases = readCases().filter(({ name }) => /\.[jt]s$/.test(name));
const fixed = jsCases.flatMap(({ name, text }) =>
  allFixed(name, text).map(({ fix, fixed }, index) => ({ name: `${name} #${index} ${fix.title}`, text: fixed })),
);
const programs = [...jsCases.map(({ name, text }) => ({ name, text })), ...fixed];

/** What `@tensorflow/tfjs` exports, from the packages that are installed here. */
const tfjs = `
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js';
import '@tensorflow/tfjs-backend-cpu';
export * from '@tensorflow/tfjs-core';
export * from '@tensorflow/tfjs-layers';
`;

describe('TensorFlow.js', () => {
  const outcomes = run(programs);

  it.each(programs.map(({ name }, index) => [name, index] as const))('runs %s', (_, index) => {
    expect(outcomes[index]).toBe('ok');
  });
});

/** Runs programs in one process: `ok`, or the error, of each. Exported functions are called. */
function run(all: readonly { readonly name: string; readonly text: string }[]): readonly string[] {
  // Inside the project, so that packages are found.
  mkdirSync(path.join(root, 'out'), { recursive: true });
  const folder = mkdtempSync(path.join(root, 'out/tfjs-fixes-'));
  try {
    const imports = all.map(({ text }, index) => {
      writeFileSync(path.join(folder, `program_${index}.ts`), text);
      return `() => import('./program_${index}.ts')`;
    });
    writeFileSync(path.join(folder, 'tfjs.ts'), tfjs);
    const contents = `
      const run = async (load) => {
        for (const value of Object.values(await load())) if (typeof value === 'function') value();
        return 'ok';
      };
      const outcomes = [${imports.join(', ')}].map((load) => run(load).catch(String));
      Promise.all(outcomes).then((all) => process.stdout.write('\\n' + JSON.stringify(all)));`;
    const outfile = path.join(folder, 'programs.cjs');
    buildSync({
      stdin: { contents, resolveDir: folder },
      alias: { '@tensorflow/tfjs': path.join(folder, 'tfjs.ts') },
      bundle: true,
      format: 'cjs',
      platform: 'node',
      // One copy of the library: its chained operations come from its ES modules.
      mainFields: ['module', 'main'],
      outfile,
      logLevel: 'error',
    });
    const output = execFileSync(process.execPath, [outfile], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    return JSON.parse(output.split('\n').at(-1) ?? '[]') as string[];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
