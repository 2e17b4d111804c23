/**
 * What a keystroke costs: from the change to the diagnostics of the changed text, over stdio, in real language servers that
 * take turns. `node test/bench/editor.bench.ts [KEYSTROKES] [--without-pyright] [--lines=N]`; files of 1,000 and 20,000 lines
 * where not told.
 */
import path from 'node:path';
import process from 'node:process';
import type { Range } from 'vscode-languageserver/node';
import { bundleServer } from '../lsp/server.ts';
import { random } from '../random.ts';
import { type OpenDocument, openDocument, type ServerCommand } from './language-client.ts';
import { ensurePyright, ensureRuff } from './peers.ts';
import { moduleOf } from './source.ts';

const keystrokes = Number(process.argv.slice(2).find((word) => /^\d+$/.test(word)) ?? 120);
const left = process.argv.includes('--without-pyright') ? ['pyright'] : [];
/** Pyright takes seconds per keystroke in a long file: it gets fewer. */
const slowKeystrokes = Math.max(4, Math.round(keystrokes / 15));

const ours: ServerCommand = {
  name: 'initscope',
  command: process.execPath,
  args: [await bundleServer(), 'lsp', '--stdio'],
};
const ruff: ServerCommand = { name: 'ruff', command: ensureRuff(), args: ['server'] };
const pyright: ServerCommand = {
  name: 'pyright',
  command: process.execPath,
  args: [path.join(ensurePyright(), 'langserver.index.js'), '--stdio'],
};

const given = process.argv.find((word) => word.startsWith('--lines='))?.slice('--lines='.length);
for (const lines of given === undefined ? [1000, 20_000] : [Number(given)]) {
  const text = moduleOf(lines);
  const file = path.resolve(import.meta.dirname, `../../out/bench/typed_${lines}.py`);
  const servers: OpenDocument[] = [];
  for (const server of [ours, ruff, pyright].filter(({ name }) => !left.includes(name)))
    servers.push(await openDocument(server, file, text));
  const times = await typeInto(servers, text);
  console.log(`${lines} lines`);
  const [own, ...peers] = servers.map(({ name }) => ({ name, ...summary(times.get(name) ?? []) }));
  for (const { name, median, p95 } of own === undefined ? [] : [own, ...peers]) {
    const diagnostics = servers.find((server) => server.name === name)?.count() ?? 0;
    const ratio =
      own === undefined || name === own.name ? '' : `, initscope takes ×${(own.p95 / p95).toFixed(3)} at p95`;
    console.log(
      `  ${name.padEnd(10)} median ${median.toFixed(1).padStart(8)} ms, p95 ${p95.toFixed(1).padStart(8)} ms, ${diagnostics} diagnostics${ratio}`,
    );
  }
  for (const server of servers) await server.stop();
}

/** Types a digit into numbers all over the text and takes it away again, in every server after the other. */
async function typeInto(servers: readonly OpenDocument[], text: string): Promise<Map<string, number[]>> {
  const times = new Map<string, number[]>(servers.map(({ name }) => [name, []]));
  const places = numbersIn(text);
  const draw = random(1);
  for (let i = 0; i < keystrokes / 2; i++) {
    const { line, character } = places[Math.floor(draw() * places.length)] ?? { line: 0, character: 0 };
    const at = { line, character };
    for (const server of servers) {
      if (server.name === 'pyright' && i >= slowKeystrokes / 2) continue;
      const typed = await server.type('1', { start: at, end: at });
      const removed = await server.type('', { start: at, end: { line, character: character + 1 } });
      // The first ones warm up.
      if (i >= (server.name === 'pyright' ? 1 : 4)) times.get(server.name)?.push(typed, removed);
    }
  }
  return times;
}

/** Ends of numbers in indented code: widths, depths, kernel sizes, standard deviations. */
function numbersIn(text: string): readonly Range['start'][] {
  return text.split('\n').flatMap((line, index) =>
    /^\s+\S/.test(line)
      ? Array.from(line.matchAll(/[(,=] ?\d+(?=[,)])/g), (match) => ({
          line: index,
          character: match.index + match[0].length,
        }))
      : [],
  );
}

function summary(times: readonly number[]): { readonly median: number; readonly p95: number } {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
  return { median: at(0.5), p95: at(0.95) };
}
