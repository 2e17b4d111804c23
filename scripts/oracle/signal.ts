/**
 * npm run oracle:signal [-- NAME… [--measure] [--worst N]]
 *
 * Predicts signal and gradient of torchvision's classification models from their sources and compares with what PyTorch's hooks
 * measured: median and 95th percentile of |log10 predicted - log10 measured| over all layers, per model, per family and
 * together, beside the spread of single seeds around their mean. Names may be beginnings (`resnet`). Takes what
 * was measured and kept; `--measure` measures what is missing (hours for all). `--worst N` lists the N largest errors.
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { createFrameworks } from '../../server/frameworks/all.ts';
import type { Analyzer } from '../../server/workspace/analysis.ts';
import { createAnalyzer } from '../../server/workspace/analyzer.ts';
import { createDiskWorkspace } from '../../server/workspace/disk.ts';
import { torchvisionRoot } from '../../test/oracle/torchvision.ts';
import {
  type Comparison,
  compareSignal,
  type MeasuredModel,
  measuredSignals,
  quantile,
  quantities,
  seedsOf,
} from '../../test/oracle/torchvision-signal.ts';
import { ensureSystem, pytorch } from '../../test/system.ts';

const families: Readonly<Record<string, RegExp>> = {
  'AlexNet, VGG, SqueezeNet': /^(alexnet|vgg\d+$|squeezenet)/,
  'VGG with batch norm': /^vgg\d+_bn/,
  'GoogLeNet, Inception': /^(googlenet|inception)/,
  'ResNet, ResNeXt, RegNet': /^(resnet|resnext|wide_resnet|regnet)/,
  DenseNet: /^densenet/,
  'MobileNet, MNASNet, ShuffleNet, EfficientNet': /^(mobilenet|mnasnet|shufflenet|efficientnet)/,
  ConvNeXt: /^convnext/,
  'ViT, Swin, MaxViT': /^(vit|swin|maxvit)/,
  all: /./,
};

const headings = ['RMS', 'input std', 'activation gradient', 'weight gradient'] as const;

if (ensureSystem([pytorch]).length > 0) process.exit(2);
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { measure: { type: 'boolean' }, worst: { type: 'string' } },
});

let analyzer: Analyzer | null = null;
let incomplete = 0;
const compared = new Map<string, readonly Comparison[]>();
printRow('model', ['seeds', ...headings.flatMap((heading) => ['matched', heading, '(seeds)'])]);
for (const name of measuredSignals.names()) {
  if (positionals.length > 0 && !positionals.some((start) => name.startsWith(start))) continue;
  const seeds = measured(name);
  if (seeds.length < seedsOf(name)) incomplete++;
  if (seeds.length === 0) continue;
  const comparisons = compare(seeds);
  compared.set(name, comparisons);
  printSummary(name, `${seeds.length}`, comparisons);
}
console.log();
for (const [family, pattern] of Object.entries(families)) {
  const members = [...compared].filter(([name]) => pattern.test(name));
  if (members.length > 0) {
    printSummary(
      family,
      `${members.length} nets`,
      members.flatMap(([, comparisons]) => comparisons),
    );
  }
}
if (incomplete > 0) console.log(`\n${incomplete} models lack seeds that were not measured yet: --measure`);
if (values.worst !== undefined) printWorst(Number(values.worst));

function measured(name: string): readonly MeasuredModel[] {
  const wanted = Array.from({ length: seedsOf(name) }, (_, seed) => `${name}@${seed}`);
  const available = values.measure === true ? wanted : wanted.filter((one) => measuredSignals.has(one));
  return [...measuredSignals.build(available).values()];
}

function compare(seeds: readonly MeasuredModel[]): readonly Comparison[] {
  const [first] = seeds;
  if (first === undefined) return [];
  analyzer ??= createAnalyzer(
    createDiskWorkspace({ roots: [torchvisionRoot(first)], searchPaths: [] }),
    createFrameworks(),
  );
  const { models } = analyzer.analyze(first.path, {
    symbol: first.symbol,
    arguments: first.arguments,
    inputs: [first.input],
  });
  return compareSignal(models[0]?.graph, models[0]?.prediction, seeds);
}

/** Median and 95th percentile of every quantity, and of its seeds in brackets. */
function printSummary(name: string, size: string, comparisons: readonly Comparison[]): void {
  const cells = quantities.flatMap((quantity) => {
    const own = comparisons.filter((one) => one.quantity === quantity);
    const known = own.filter(({ predicted }) => predicted !== null);
    const spread = own.flatMap((one) => one.spread);
    return [
      own.length === 0 ? '-' : `${((100 * known.length) / own.length).toFixed(1)}%`,
      figures(own.map(({ error }) => error).filter((error) => error !== null)),
      spread.length === 0 ? '-' : `(${figures(spread)})`,
    ];
  });
  printRow(name, [size, ...cells]);
}

function figures(errors: readonly number[]): string {
  return errors.length === 0 ? '-' : `${quantile(errors, 0.5).toFixed(3)} ${quantile(errors, 0.95).toFixed(3)}`;
}

function printWorst(count: number): void {
  for (const quantity of quantities) {
    const all = [...compared].flatMap(([name, comparisons]) => comparisons.map((one) => ({ name, ...one })));
    const wrong = all.filter((one) => one.quantity === quantity && (one.error !== null || one.predicted === null));
    const size = ({ error }: Comparison) => error ?? Number.POSITIVE_INFINITY;
    console.log(`\n${quantity}`);
    for (const one of wrong.toSorted((a, b) => size(b) - size(a)).slice(0, count)) {
      const number = (value: number | null) => value?.toExponential(2) ?? 'unknown';
      console.log(
        `  ${(one.error ?? Number.NaN).toFixed(3)} ${one.name} ${one.layer} (${one.type}): ${number(one.predicted)}, measured ${number(one.measured)}`,
      );
    }
  }
}

function printRow(name: string, cells: readonly string[]): void {
  console.log([name.padEnd(45), ...cells.map((cell) => cell.padStart(cell.startsWith('(') ? 14 : 12))].join(' '));
}
