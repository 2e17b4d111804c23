/**
 * A whole repository: `initscope check` on transformers' models (about a million lines), beside pyright and ruff with all its
 * rules. Wall clock, processor time and peak memory of each. Only with `--whole`: pyright takes some ten minutes.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { filesOf } from '../fuzz/sources.ts';
import { bundleServer } from '../lsp/server.ts';
import { folderOf, modelCollections } from '../oracle/python-packages.ts';
import { ensurePyright, ensureRuff } from './peers.ts';

interface Usage {
  readonly name: string;
  readonly wall: number;
  readonly processor: number;
  readonly memory: number;
}

const packages = folderOf(modelCollections);
const models = path.join(packages, 'transformers/models');

if (!process.argv.includes('--whole')) console.log('left out; npm run bench -- whole --whole');
else if (filesOf('transformers').length === 0)
  console.log('transformers is not installed; see test/oracle/python-packages.ts');
else await compare();

async function compare(): Promise<void> {
  const configuration = path.resolve(import.meta.dirname, '../../out/bench/whole');
  mkdirSync(configuration, { recursive: true });
  const project = path.join(configuration, 'pyrightconfig.json');
  // Pyright passes over what is not relative to the file, and says so only in a line that nobody sees.
  const [include, extraPath] = [models, packages].map((folder) => path.relative(configuration, folder));
  writeFileSync(project, JSON.stringify({ include: [include], extraPaths: [extraPath] }));
  const ruff = [
    'check',
    '--select',
    'ALL',
    '--no-cache',
    '--exit-zero',
    '--quiet',
    '--output-format',
    'concise',
    models,
  ];
  const own = await measure('initscope', process.execPath, [
    await bundleServer(),
    'check',
    '--exit-zero',
    '--format',
    'json',
    models,
  ]);
  print(own, own);
  print(await measure('ruff, all rules', ensureRuff(), ruff), own);
  const pyright = [path.join(ensurePyright(), 'index.js'), '-p', project];
  print(await measure('pyright', process.execPath, pyright), own);
}

function print({ name, wall, processor, memory }: Usage, own: Usage): void {
  const ratio =
    name === own.name
      ? ''
      : `, ×${(wall / own.wall).toFixed(2)} the time of initscope (×${(processor / own.processor).toFixed(2)} of the processor), ×${(memory / own.memory).toFixed(2)} its memory`;
  console.log(
    `${name.padEnd(16)} ${wall.toFixed(1).padStart(7)} s, ${processor.toFixed(1).padStart(7)} s of processor time, ${memory.toFixed(0).padStart(6)} MB${ratio}`,
  );
}

/** Runs a command to its end; what it used is read from the system while it runs. */
function measure(name: string, command: string, args: readonly string[]): Promise<Usage> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(command, [...args], { stdio: ['ignore', 'ignore', 'ignore'], cwd: models });
    let [processor, memory] = [0, 0];
    const timer = setInterval(() => {
      const now = usageOf(child.pid ?? 0);
      processor = Math.max(processor, now.processor);
      memory = Math.max(memory, now.memory);
    }, 100);
    child.once('error', reject);
    child.once('exit', () => {
      clearInterval(timer);
      resolve({ name, wall: (performance.now() - started) / 1000, processor, memory });
    });
  });
}

/** Seconds of processor time and megabytes at the peak, so far; Linux only. */
function usageOf(pid: number): { readonly processor: number; readonly memory: number } {
  const folder = `/proc/${pid}`;
  if (!existsSync(folder)) return { processor: 0, memory: 0 };
  try {
    const fields = readFileSync(`${folder}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`${folder}/status`, 'utf8'))?.[1];
    return { processor: (Number(fields[11]) + Number(fields[12])) / 100, memory: Number(peak ?? 0) / 1024 };
  } catch {
    return { processor: 0, memory: 0 };
  }
}
