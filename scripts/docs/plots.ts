/**
 * npm run docs:plots
 *
 * Draws the plots of docs/prediction.md: known results as the analyzer alone tells them from source (lines), beside what PyTorch
 * measures of the same networks (points). Measuring takes a few minutes, once.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import type { Layer } from '../../core/graph/graph.ts';
import type { LayerSignal } from '../../core/signal/signal.ts';
import { createFrameworks } from '../../server/frameworks/all.ts';
import type { ModelAnalysis } from '../../server/workspace/analysis.ts';
import { createAnalyzer } from '../../server/workspace/analyzer.ts';
import type { PlainArguments } from '../../server/workspace/construct.ts';
import { createDiskWorkspace } from '../../server/workspace/disk.ts';
import { ensureSystem, pytorch, systemPython } from '../../test/system.ts';
import { type Chart, lineChart, type Series } from '../digits/chart.ts';

const here = import.meta.dirname;
const familiesRoot = path.join(here, '../../test/oracle/families');
const images = path.join(here, '../../docs/images');
const colors = { he: '#0072b2', xavier: '#d55e00', other: '#009e73', fourth: '#8a5a9e' };

if (ensureSystem([pytorch]).length > 0) process.exit(2);
const deep = { depth: 100, width: 256, fn: 'relu' };
const squashed = { depth: 20, width: 256, fn: 'tanh' };
const shallow = { depth: 12, width: 512, fn: 'relu', scheme: 'default' };
const gpt = { depth: 24, width: 384, length: 64, vocabulary: 500 };
const measured = measure({
  he: ['perceptron', { seeds: 24, ...deep, scheme: 'he' }],
  xavier: ['perceptron', { seeds: 24, ...deep, scheme: 'xavier' }],
  large: ['perceptron', { seeds: 8, ...squashed, scheme: 'large' }],
  tanh: ['perceptron', { seeds: 8, ...squashed, scheme: 'xavier' }],
  default: ['perceptron', { seeds: 8, ...shallow }],
  vgg16: ['vgg16', { seeds: 3 }],
  scaled: ['gpt', { seeds: 2, scheme: 'gpt2', ...gpt }],
  unscaled: ['gpt', { seeds: 2, scheme: 'plain', ...gpt }],
});

mkdirSync(images, { recursive: true });
draw('he-and-xavier-100-layers', {
  title: '100 ReLU layers of 256 units',
  xLabel: 'layer',
  first: 1,
  yLabel: 'RMS after the ReLU',
  scale: 'log',
  series: [
    ...pair('He', colors.he, activations(deep, 'he', 'rms'), measured.he?.rms),
    ...pair('Xavier', colors.xavier, activations(deep, 'xavier', 'rms'), measured.xavier?.rms),
  ],
});
draw('tanh-std-1', {
  title: 'tanh, 20 layers of 256 units: share of saturated units',
  xLabel: 'layer',
  first: 1,
  yLabel: 'slope below 0.05',
  scale: 'linear',
  top: 1,
  series: [
    ...pair('std 1', colors.xavier, activations(squashed, 'large', 'saturatedFraction'), measured.large?.saturated),
    ...pair('Xavier', colors.he, activations(squashed, 'xavier', 'saturatedFraction'), measured.tanh?.saturated),
  ],
});
draw('pytorch-default-12-layers', {
  title: "PyTorch's default, 12 ReLU layers of 512 units",
  xLabel: 'layer',
  first: 1,
  yLabel: 'after the ReLU',
  scale: 'log',
  series: [
    ...pair('RMS', colors.he, activations(shallow, 'default', 'rms'), measured.default?.rms),
    ...pair('std over inputs', colors.xavier, activations(shallow, 'default', 'inputStd'), measured.default?.inputStd),
  ],
});
draw('keras-vgg16-glorot', {
  title: 'VGG-16 in Keras, Glorot everywhere',
  xLabel: 'convolution or dense layer',
  first: 1,
  yLabel: 'RMS before the ReLU',
  scale: 'log',
  series: pair('Glorot', colors.xavier, vggSignal(), measured.vgg16?.rms),
});
draw('gpt2-residual-growth', {
  title: 'GPT-2, 24 blocks: the residual stream',
  xLabel: 'blocks passed',
  yLabel: 'RMS',
  scale: 'linear',
  top: 1.2,
  series: [
    ...pair('std 0.02', colors.xavier, residualStream('plain'), measured.unscaled?.rms),
    ...pair('and 1/√(2L)', colors.he, residualStream('gpt2'), measured.scaled?.rms),
  ],
});

type Measured = Readonly<Record<string, Readonly<Record<'rms' | 'inputStd' | 'saturated', readonly number[]>>>>;

function measure(
  request: Readonly<Record<string, readonly [kind: string, options: Readonly<Record<string, unknown>>]>>,
): Measured {
  const input = JSON.stringify(request);
  const kept = path.join(here, '../../out/oracle/known_results.json');
  if (existsSync(kept)) {
    const earlier = JSON.parse(readFileSync(kept, 'utf8'));
    if (JSON.stringify(earlier.request) === input) return earlier.answer;
  }
  const script = path.join(here, 'known_results.py');
  const answer = JSON.parse(execFileSync(systemPython, [script], { input, encoding: 'utf8' }));
  mkdirSync(path.dirname(kept), { recursive: true });
  writeFileSync(kept, JSON.stringify({ request, answer }));
  return answer;
}

function analyze(file: string, symbol: string, options: PlainArguments, inputs?: (number | null)[][]): ModelAnalysis {
  const workspace = createDiskWorkspace({ roots: [path.dirname(file)], searchPaths: [] });
  const analyzer = createAnalyzer(workspace, createFrameworks());
  const [model] = analyzer.analyze(file, {
    symbol,
    arguments: options,
    ...(inputs === undefined ? {} : { inputs }),
  }).models;
  if (model === undefined) throw new Error(`no ${symbol} in ${file}`);
  return model;
}

function activations(
  options: { readonly depth: number; readonly width: number; readonly fn: string },
  scheme: string,
  figure: keyof LayerSignal,
): readonly (number | null)[] {
  const file = path.join(familiesRoot, 'mlp.py');
  const { graph, prediction } = analyze(file, 'Perceptron', { ...options, scheme }, [[null, options.width]]);
  return graph.layers
    .filter(({ op }) => op.kind === 'activation')
    .map(({ id }) => prediction.layers.get(id)?.signal[figure] ?? null);
}

function vggSignal(): readonly (number | null)[] {
  const { graph, prediction } = analyze(path.join(here, 'keras_vgg16.py'), 'vgg16', {});
  return graph.layers
    .filter(({ op }) => op.kind === 'conv' || op.kind === 'dense')
    .map(({ id }) => prediction.layers.get(id)?.signal.rms ?? null);
}

/** What the first normalization of every block reads, and the last one. */
function residualStream(scheme: string): readonly (number | null)[] {
  const options = { ...gpt, heads: gpt.width / 64, scheme };
  const { graph, prediction } = analyze(path.join(familiesRoot, 'transformer.py'), 'Gpt', options, [
    [null, gpt.length],
  ]);
  const reads = ({ name }: Layer) => name.endsWith('.norm1') || name === 'norm';
  return graph.layers.filter(reads).map(({ inputs }) => prediction.layers.get(inputs[0] ?? -1)?.signal.rms ?? null);
}

function pair(
  name: string,
  color: string,
  predicted: readonly (number | null)[],
  points: readonly number[] = [],
): readonly Series[] {
  return [
    { name, color, values: predicted },
    // Of a hundred points every fifth: the line should be seen too.
    {
      name: '',
      color,
      values: points.map((value, i) => (points.length > 50 && i % 5 > 0 ? null : value)),
      drawn: 'points',
    },
  ];
}

function draw(name: string, chart: Chart): void {
  writeFileSync(path.join(images, `${name}.svg`), `${lineChart({ ...chart, note: 'points: PyTorch' })}\n`);
  console.log(`docs/images/${name}.svg`);
  for (let i = 0; i + 1 < chart.series.length; i += 2) {
    const [line, dots] = [chart.series[i], chart.series[i + 1]];
    const show = (series: Series | undefined, at: number) => series?.values.at(at)?.toPrecision(3) ?? '-';
    const ends = [0, (line?.values.length ?? 1) > 50 ? 95 : -1].map(
      (at) => `${show(line, at)} (PyTorch ${show(dots, at)})`,
    );
    console.log(`  ${line?.name}: ${ends.join(' … ')}`);
  }
}
