import type { Op } from '../../../core/graph/op.ts';
import { booleanOf, isNone, itemsOf, numberOf, numbersOf } from '../../interpreter/read.ts';
import type { TensorValue, Value } from '../../interpreter/values.ts';
import { modulesOf, type Operations, type OpRow, operationsOf } from './op-row.ts';

/* `torch.nn.modules.pooling` and the functions of the same names. */

type Argument = (name: string) => Value;
type Rank = 1 | 2 | 3;

const ranks: readonly Rank[] = [1, 2, 3];

const rows: readonly OpRow[] = ranks.flatMap((rank): readonly OpRow[] => [
  {
    module: `MaxPool${rank}d`,
    parameters: 'kernel_size, stride=None, padding=0, dilation=1, return_indices=False, ceil_mode=False',
    indices: 'return_indices',
    op: (argument) => maxPool(argument, rank),
  },
  {
    // The function takes its last two the other way round.
    functions: [`max_pool${rank}d`],
    parameters: 'kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False',
    indices: 'return_indices',
    op: (argument) => maxPool(argument, rank),
  },
  {
    module: `AvgPool${rank}d`,
    functions: [`avg_pool${rank}d`],
    parameters: 'kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None',
    op: (argument) => averagePool(argument, rank),
  },
  {
    module: `AdaptiveAvgPool${rank}d`,
    functions: [`adaptive_avg_pool${rank}d`],
    parameters: 'output_size',
    op: (argument, input) => adaptive('adaptiveAveragePool', argument, input, rank),
  },
  {
    module: `AdaptiveMaxPool${rank}d`,
    functions: [`adaptive_max_pool${rank}d`],
    parameters: 'output_size, return_indices=False',
    indices: 'return_indices',
    op: (argument, input) => adaptive('adaptiveMaxPool', argument, input, rank),
  },
  {
    module: `LPPool${rank}d`,
    functions: [`lp_pool${rank}d`],
    parameters: 'norm_type, kernel_size, stride=None, ceil_mode=False',
    op: () => null,
  },
]);

function window(argument: Argument, rank: Rank) {
  const kernel = numbersOf(argument('kernel_size'), rank);
  const padding = numbersOf(argument('padding'), rank);
  const hasStride = !isNone(argument('stride')) && itemsOf(argument('stride'))?.length !== 0;
  const stride = hasStride ? numbersOf(argument('stride'), rank) : kernel;
  if (kernel === null || stride === null || padding === null) return null;
  return {
    rank,
    kernel,
    stride,
    padding: padding.map((size) => [size, size] as const),
    ceilMode: booleanOf(argument('ceil_mode')) ?? false,
    layout: 'channelsFirst',
  } as const;
}

function maxPool(argument: Argument, rank: Rank): Op | null {
  const dilation = numbersOf(argument('dilation'), rank);
  const pool = window(argument, rank);
  return pool === null || dilation?.some((step) => step !== 1) ? null : { kind: 'maxPool', ...pool };
}

function averagePool(argument: Argument, rank: Rank): Op | null {
  const pool = window(argument, rank);
  const countIncludePad = booleanOf(argument('count_include_pad')) ?? true;
  return pool === null ? null : { kind: 'averagePool', ...pool, countIncludePad };
}

/** `None` keeps an axis as it is. */
function adaptive(
  kind: 'adaptiveAveragePool' | 'adaptiveMaxPool',
  argument: Argument,
  input: TensorValue,
  rank: Rank,
): Op | null {
  const value = argument('output_size');
  const items = itemsOf(value) ?? Array.from({ length: rank }, () => value);
  const output = items.map((item, axis) => {
    if (!isNone(item)) return numberOf(item);
    const size = input.shape?.[input.shape.length - rank + axis];
    return typeof size === 'number' ? size : null;
  });
  if (output.length !== rank || !output.every((size) => size !== null)) return null;
  return { kind, output, layout: 'channelsFirst' };
}

export const poolingClasses = modulesOf(rows);

export const poolingOperations: Operations = operationsOf(rows);
