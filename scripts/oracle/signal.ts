/**
 * npm run oracle:signal [-- NAME… [--worst N] [--measure] [--keep]]
 *
 * Predicts signal and gradient of torchvision's classification models from their sources and compares with what PyTorch's hooks
 * measured (`test/oracle/signal-truth/`): median and 95th percentile of |log10 predicted - log10 measured| over all layers, per model,
 * per family and together, beside the spread of single seeds around their mean. Names may be beginnings (`resnet`). `--worst N`
 * lists the N largest errors. `--measure` measures the seeds that are missing (minutes on a large GPU, hours without; kept in
 * `out/oracle`), `--keep` writes what was measured into the repository.
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { createFrameworks } from '../../server/frameworks/all.ts';
import { createAnalyzer } from '../../server/workspace/analyzer.ts';
import { createDiskWorkspace } from '../../server/workspace/disk.ts';
import { keepSignalTruth, quantities, signalTruths } from '../../test/oracle/signal-truth.ts';
import { installedTorchvision } from '../../test/oracle/torchvision.ts';
import {
  type Comparison,
  compareSignal,
  measuredSignals,
  quantile,
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
/** Median and 95th percentile to be reached, all layers of all models together. */
const goals = ['0.003 0.100', '0.005 0.200', '0.030 0.200', '0.035 0.300'] as const;

if (ensureSystem([pytorch]).length > 0) process.exit(2);
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { measure: { type: 'boolean' }, keep: { type: 'boolean' }, worst: { type: 'string' } },
});
const isWanted = (name: string) => positionals.length === 0 || positionals.some((start) => name.startsWith(start));

if (values.measure === true || values.keep === true) {
  for (const name of measuredSignals.names().filter(isWanted)) {
    const seeds = Array.from({ length: seedsOf(name) }, (_, seed) => `${name}@${seed}`);
    const available = values.measure === true ? seeds : seeds.filter((one) => measuredSignals.has(one));
    keepSignalTruth([...measuredSignals.build(available).values()]);
  }
}

const { root, version } = installedTorchvision();
const analyzer = createAnalyzer(createDiskWorkspace({ roots: [root], searchPaths: [] }), createFrameworks());
const compared = new Map<string, readonly Comparison[]>();
const details: string[] = [];
printRow('model', ['seeds', 'input', ...headings.flatMap((heading) => ['matched', heading, '(seeds)'])]);
for (const truth of signalTruths().filter(({ name }) => isWanted(name))) {
  const { name, seeds, input, versions } = truth;
  if (versions.torchvision !== version)
    details.push(`${name} was measured with torchvision ${versions.torchvision}; read is ${version}`);
  const comparisons = compareSignal(analyzer, root, truth);
  compared.set(name, comparisons);
  printSummary(name, [`${seeds.length}`, `${input[0]}x${input[2]}²`], comparisons);
}
console.log();
for (const [family, pattern] of Object.entries(families)) {
  const members = [...compared].filter(([name]) => pattern.test(name));
  if (members.length > 0) {
    printSummary(
      family,
      [`${members.length} nets`, ''],
      members.flatMap(([, comparisons]) => comparisons),
    );
  }
}
printRow('goal', ['', '', ...goals.flatMap((goal, i) => [i === 0 ? '98%' : i === 3 ? '95%' : '', goal, ''])]);
for (const detail of details) console.log(detail);
if (values.worst !== undefined) printWorst(Number(values.worst));

/** Median and 95th percentile of every quantity, and of its seeds in brackets. */
function printSummary(name: string, size: readonly string[], comparisons: readonly Comparison[]): void {
  const cells = quantities.flatMap((quantity) => {
    const own = comparisons.filter((one) => one.quantity === quantity);
    const known = own.filter(({ predicted }) => predicted !== null);
    const spread = own.map((one) => one.spread).filter((one) => one !== null);
    return [
      own.length === 0 ? '-' : `${((100 * known.length) / own.length).toFixed(1)}%`,
      figures(own.map(({ error }) => error).filter((error) => error !== null)),
      spread.length === 0 ? '-' : `(${figures(spread)})`,
    ];
  });
  printRow(name, [...size, ...cells]);
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
