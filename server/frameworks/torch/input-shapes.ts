import type { Dim, Shape } from '../../../core/graph/shape.ts';
import type { Demand } from './trial.ts';

/** Shapes for an input, likeliest first, from what it meets first; every one has the batch as `null`. */
export function candidateShapes(demand: Demand | undefined): readonly (Shape | null)[] {
  if (demand === undefined) return [null];
  if (demand.kind === 'alike') return [demand.shape];
  return shapesSeen(demand).map(demand.restore).flatMap(withSides);
}

/** Where what was rearranged leaves both sides of an image open, the usual ones are tried. */
function withSides(shape: Shape): readonly Shape[] {
  const open = shape.flatMap((dim, axis) => (dim === null && axis > 0 ? [axis] : []));
  if (shape.length !== 4 || open.length !== 2) return [shape];
  return imageSides.map((side) => shape.map((dim, axis) => (open.includes(axis) ? side : dim)));
}

/** Sides of images: ImageNet's, CIFAR's and MNIST's first, then what other data sets and papers use. */
const imageSides = [
  224, 32, 28, 64, 96, 128, 256, 299, 227, 48, 112, 56, 84, 16, 40, 36, 512, 100, 150, 160, 192, 200, 240, 300, 384, 50,
  20, 80, 60, 72, 120, 180, 320, 448, 8, 4,
];
/** One channel: written digits before all. */
const graySides = [28, 32, 64, 224, 48, 128, 96, 256, 16, 112, 56, 84, 40, 36, 100, 8];
/** Input of a transposed convolution is small: a code, or the map that a decoder starts from. */
const codeSides = [1, 4, 7, 8, 16, 2, 14, 28, 32, 64];
/** When nothing usual fits, the code was made for something small. */
const smallSides = Array.from({ length: 64 }, (_, index) => 64 - index);
const lengths = [128, 64, 256, 32, 100, 512, 1024, 16, 28, 187, 200, 300, 784, 1000, 2048, 3000, 4096, 16_000];
const volumes = [16, 32, 64, 8, 28, 48, 96, 112, 128];

/** Length of a sequence where nothing tells. */
const sequence = 16;
const tokens = 32;

function shapesSeen(demand: Extract<Demand, { kind: 'op' }>): readonly Shape[] {
  const { op, parameters, owner } = demand;
  switch (op.kind) {
    case 'conv':
      return maps(op.inChannels ?? 3, op.rank, op.transposed);
    case 'dense':
      return vectors(op.inFeatures, demand.isFlattened);
    case 'matmul': {
      const [other] = demand.others;
      return vectors((op.transposeB ? other?.at(-1) : other?.at(-2)) ?? 64, demand.isFlattened);
    }
    case 'embedding':
      return [[null, tokens], [null], [null, 1]];
    case 'recurrent':
      return [op.batchFirst ? [null, sequence, op.inputSize] : [sequence, null, op.inputSize]];
    case 'attention':
      return [op.batchFirst ? [null, sequence, op.width] : [sequence, null, op.width]];
    case 'batchNorm':
    case 'instanceNorm':
    case 'groupNorm': {
      const channels = parameters.gain?.shape?.[0] ?? null;
      const rank = Number(/([123])d$/.exec(owner?.class.name ?? '2d')?.[1] ?? 2);
      const plain: readonly Shape[] = rank === 1 ? [[null, channels]] : [];
      return [...plain, ...maps(channels, asRank(rank), false)];
    }
    case 'layerNorm':
    case 'rmsNorm': {
      const axes = parameters.gain?.shape ?? [64];
      return [
        [null, sequence, ...axes],
        [null, ...axes],
      ];
    }
    case 'maxPool':
    case 'averagePool':
      return maps(3, op.rank, false);
    case 'adaptiveAveragePool':
    case 'adaptiveMaxPool':
      return maps(64, asRank(op.output.length), false);
    case 'upsample':
      return maps(3, asRank(op.factor?.length ?? 2), false);
    default:
      return [...maps(3, 2, false).slice(0, 3), [null, 64], [null, sequence, 64], [null, tokens]];
  }
}

function asRank(rank: number): 1 | 2 | 3 {
  return rank === 1 || rank === 3 ? rank : 2;
}

/** Feature maps: batch, channels and equal sides. */
function maps(channels: Dim, rank: 1 | 2 | 3, isTransposed: boolean): readonly Shape[] {
  const sides = isTransposed
    ? codeSides
    : rank === 1
      ? lengths
      : rank === 3
        ? volumes
        : channels === 1
          ? graySides
          : imageSides;
  const all = new Set([...sides, ...(rank === 2 ? smallSides : [])]);
  return [...all].map((side) => [null, channels, ...Array.from({ length: rank }, () => side)]);
}

/** A vector; else a sequence of them; else, where it may be one, an image that is flattened on the way. */
function vectors(features: Dim, isFlattened: boolean): readonly Shape[] {
  const plain: Shape[] = [
    [null, features],
    [null, sequence, features],
  ];
  if (typeof features !== 'number') return plain;
  const images = [1, 3].flatMap((channels): Shape[] => {
    const side = Math.sqrt(features / channels);
    return Number.isInteger(side) && side > 1 ? [[null, channels, side, side]] : [];
  });
  return isFlattened ? [[null, features], ...images, [null, sequence, features]] : [...plain, ...images];
}
