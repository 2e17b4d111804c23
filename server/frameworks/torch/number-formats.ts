import type { Op, OpKind } from '../../../core/graph/op.ts';
import { namespace, nativeClass, nativeFunction } from '../../interpreter/table.ts';
import {
  boolean,
  type InstanceValue,
  number,
  type TensorValue,
  unknown,
  type Value,
} from '../../interpreter/values.ts';

/* What kind of numbers a tensor holds. A plain run is followed: what nobody casts is of PyTorch's default format. */

const formatClass = nativeClass('torch.dtype', {});

interface Format {
  /** Largest, smallest positive normal, and the distance from 1 to the next one. */
  readonly max: number;
  readonly tiny: number;
  readonly eps: number;
}

const floats: Readonly<Record<string, Format>> = {
  float64: { max: Number.MAX_VALUE, tiny: 2 ** -1022, eps: 2 ** -52 },
  float32: { max: (2 - 2 ** -23) * 2 ** 127, tiny: 2 ** -126, eps: 2 ** -23 },
  float16: { max: 65504, tiny: 2 ** -14, eps: 2 ** -10 },
  bfloat16: { max: (2 - 2 ** -7) * 2 ** 127, tiny: 2 ** -126, eps: 2 ** -7 },
};

const others = ['int8', 'int16', 'int32', 'int64', 'uint8', 'bool', 'complex64', 'complex128'];

const aliases: Readonly<Record<string, string>> = {
  double: 'float64',
  float: 'float32',
  half: 'float16',
  short: 'int16',
  int: 'int32',
  long: 'int64',
  cfloat: 'complex64',
  cdouble: 'complex128',
};

const formats: ReadonlyMap<string, InstanceValue> = new Map(
  [...Object.keys(floats), ...others].map((name) => [name, formatNamed(name)]),
);

function formatNamed(name: string): InstanceValue {
  const attributes = new Map<string, Value>([
    ['is_floating_point', boolean(Object.hasOwn(floats, name))],
    ['is_complex', boolean(name.startsWith('complex'))],
  ]);
  return { type: 'instance', class: formatClass, attributes, at: null, state: null };
}

/** `torch.float32` and all the others, by all their names. */
export const formatMembers: Readonly<Record<string, Value>> = {
  dtype: formatClass,
  ...Object.fromEntries(formats),
  ...Object.fromEntries(Object.entries(aliases).map(([alias, name]) => [alias, formats.get(name) ?? unknown(name)])),
  get_default_dtype: nativeFunction('torch.get_default_dtype', '', () => defaultFormat),
  finfo: nativeFunction('torch.finfo', 'type=None', (given) => {
    const type = given.get('type');
    const [name] = [...formats].find(([, format]) => format === type) ?? [type.type === 'none' ? 'float32' : ''];
    const format = Object.hasOwn(floats, name) ? floats[name] : undefined;
    if (format === undefined) return unknown('finfo');
    const { max, tiny, eps } = format;
    const values = { max, min: -max, tiny, smallest_normal: tiny, eps };
    return namespace('finfo', (member) => {
      const value = Object.entries(values).find(([key]) => key === member)?.[1];
      return value === undefined ? unknown(`finfo.${member}`) : number(value, true);
    });
  }),
};

const defaultFormat: Value = formats.get('float32') ?? unknown('dtype');

const computed = new WeakSet<TensorValue>();

/** Ops whose result is of the format of the weights, or of what is between 0 and 1. */
const computing: ReadonlySet<OpKind> = new Set([
  'dense',
  'conv',
  'embedding',
  'batchNorm',
  'layerNorm',
  'rmsNorm',
  'groupNorm',
  'instanceNorm',
  'softmax',
  'dotProductAttention',
  'attention',
  'recurrent',
]);

/** What is computed of such tensors is of their format too. */
export function noteFormat(op: Op, inputs: readonly TensorValue[], result: TensorValue): void {
  if (op.kind === 'unknown') return;
  if (computing.has(op.kind) || inputs.some((input) => input.isParameter || computed.has(input))) computed.add(result);
}

export function formatOf(tensor: TensorValue): Value {
  return tensor.isParameter || computed.has(tensor) ? defaultFormat : unknown('dtype');
}
