/**
 * How the cost of an analysis grows: with the lines of a file, with the depth of a model, and of a keystroke with the lines
 * of the file. Processor time of a warm process, the least of some runs; written as plots to `out/bench/`.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { createFrameworks } from '../server/frameworks/all.ts';
import { createAnalyzer } from '../server/workspace/analyzer.ts';
import { createSourceCache } from '../server/workspace/parse.ts';
import { moduleOf } from '../test/bench/source.ts';
import { lineChart } from './digits/chart.ts';

const folder = path.resolve(import.meta.dirname, '../out/bench');
const file = '/work/main.py';

/** Whole rounds of the cases, so that each size has the same mixture. */
const sizes = [1600, 3200, 4800, 6400];
const depths = [25, 50, 100, 150, 200];

for (let i = 0; i < 3; i++) firstAnalysis(moduleOf(1600));
plot('file size', 'lines of the file', sizes, [
  { name: 'first', color: '#c33', values: sizes.map((lines) => firstAnalysis(moduleOf(lines))) },
]);
plot('keystroke', 'lines of the file', sizes, [
  { name: 'keystroke', color: '#36c', values: sizes.map((lines) => keystroke(moduleOf(lines))) },
]);
plot('model depth', 'layers with weights', depths, [
  {
    name: 'analysis',
    color: '#393',
    values: depths.map((depth) => Math.min(firstAnalysis(deep(depth)), firstAnalysis(deep(depth)))),
  },
]);

/** Prints and draws milliseconds, and how the last one compares with the first one in proportion: 1 is linear growth. */
function plot(
  title: string,
  xLabel: string,
  ticks: readonly number[],
  series: readonly { readonly name: string; readonly color: string; readonly values: readonly number[] }[],
): void {
  mkdirSync(folder, { recursive: true });
  const name = path.join(folder, `growth-${title.replaceAll(' ', '-')}.svg`);
  const chart = { title: `${title}: milliseconds`, xLabel, ticks: ticks.map(String), scale: 'linear' as const, series };
  writeFileSync(name, lineChart(chart));
  for (const { values } of series) {
    const [first = 0, last = 0] = [values[0], values.at(-1)];
    const growth = last / first / ((ticks.at(-1) ?? 1) / (ticks[0] ?? 1));
    const row = ticks.map((tick, index) => `${tick}: ${(values[index] ?? 0).toFixed(1)} ms`).join(', ');
    console.log(`${title}: ${row}; ×${growth.toFixed(2)} of linear growth (${path.relative(process.cwd(), name)})`);
  }
}

function firstAnalysis(text: string): number {
  const { analyze } = editor(text);
  return timed(analyze);
}

/** Median over keystrokes in places all over the text. */
function keystroke(start: string): number {
  let text = start;
  const { analyze, put } = editor(text);
  analyze();
  const places = Array.from(text.matchAll(/[(,=] ?\d+(?=[,)])/g), (match) => match.index + match[0].length);
  const times: number[] = [];
  for (let i = 0; i < 24; i++) {
    const at = places[((i >> 1) * 7919) % places.length] ?? 0;
    text = i % 2 === 0 ? `${text.slice(0, at)}1${text.slice(at)}` : text.slice(0, at) + text.slice(at + 1);
    put(text);
    times.push(timed(analyze));
  }
  return times.sort((a, b) => a - b)[times.length >> 1] ?? Number.NaN;
}

function editor(start: string) {
  let source = { text: start, version: 0 };
  const workspace = {
    roots: ['/work'],
    searchPaths: [],
    read: (path: string) => (path === file ? source : null),
    isFile: (path: string) => path === file,
    isDirectory: () => false,
  };
  const analyzer = createAnalyzer(workspace, createFrameworks(), createSourceCache(workspace), true);
  return {
    analyze: () => analyzer.analyze(file),
    put(text: string) {
      source = { text, version: source.version + 1 };
    },
  };
}

function timed(body: () => unknown): number {
  const before = process.cpuUsage();
  body();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function deep(depth: number): string {
  return `from torch import nn
class Deep(nn.Module):
    def __init__(self, width=64, depth=${depth}):
        super().__init__()
        self.layers = nn.Sequential(*[m for _ in range(depth) for m in (nn.Linear(width, width), nn.ReLU())])
    def forward(self, x):
        return self.layers(x)
`;
}
