import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { runFiles } from './test-run.ts';

describe('JavaScript code prints what Node prints', () => {
  it('language.js', () => {
    const file = path.join(import.meta.dirname, 'fixtures', 'language.js');
    const real = spawnSync(process.execPath, [file], { encoding: 'utf8' });
    expect(real.status).toBe(0);
    const run = runFiles({ '/main.js': readFileSync(file, 'utf8') });
    expect(run.printed).toEqual(real.stdout.trimEnd().split('\n'));
  });
});

describe('modules', () => {
  it('import by name, as a namespace, by default, and by require', () => {
    const files = {
      '/main.js': `
import { width as w } from './lib.js';
import * as lib from './lib';
import make from './lib.js';
const { depth } = require('./common');
console.log([w, lib.width, make(2), depth].join(' '));
`,
      '/lib.js': 'export const width = 3;\nexport default function make(n) { return n * width; }',
      '/common.js': 'const depth = 7;\nmodule.exports = { depth };',
    };
    expect(runFiles(files).printed).toEqual(['3 3 6 7']);
  });

  it('of TypeScript drop their types', () => {
    const files = {
      '/main.ts': `
import { Config } from './config';
interface Shape { readonly width: number }
const build = <T extends Shape>(shape: T, names: string[] = []): number => shape.width as number;
console.log([build({ width: 4 } as Shape), Config.size!].join(' '));
`,
      '/config.ts': 'export class Config { static size: number = 5; private readonly x?: string; }',
    };
    expect(runFiles(files).printed).toEqual(['4 5']);
  });
});

describe('what is not known', () => {
  it('is absorbed', () => {
    const text = `import { flag, thing } from 'nowhere';\nlet a = 1;\nif (flag) a = 2;\nconsole.log(a, thing.x.y(3)[0], thing ?? 1, \`\${thing}\`);`;
    expect(runFiles({ '/main.js': text }).printed).toEqual(['? ? ? ?']);
  });
});
