import type { Op, Padding } from '../../../core/graph/op.ts';
import type { Dim } from '../../../core/graph/shape.ts';
import type { NativeContext } from '../../interpreter/native.ts';
import { method, nativeClass } from '../../interpreter/table.ts';
import type { ClassValue, InstanceValue, TensorValue } from '../../interpreter/values.ts';
import { apply, applyUnknown, onTensor } from './apply.ts';
import { defaultBound, defaultWeight } from './defaults.ts';
import { layerClass, newParameter, registerParameter } from './layer.ts';
import { moduleClass } from './module.ts';
import { type Reader, readerOf } from './reader.ts';
import { isShapesOnly } from './trial.ts';

/* `torch.nn.modules.conv`. */

export type Rank = 1 | 2 | 3;

const perAxis = ['kernel_size', 'stride', 'dilation', 'output_padding'] as const;

const convParameters =
  "in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True, padding_mode='zeros', device=None, dtype=None";
const transposedParameters =
  "in_channels, out_channels, kernel_size, stride=1, padding=0, output_padding=0, groups=1, bias=True, dilation=1, padding_mode='zeros', device=None, dtype=None";

const convBase = nativeClass('torch.nn._ConvNd', { bases: [moduleClass] });
const transposedBase = nativeClass('torch.nn._ConvTransposeNd', { bases: [convBase] });

function convClass(rank: Rank, transposed: boolean): ClassValue {
  return layerClass(`Conv${transposed ? 'Transpose' : ''}${rank}d`, {
    parameters: transposed ? transposedParameters : convParameters,
    base: transposed ? transposedBase : convBase,
    perAxis: { rank, names: [...perAxis, 'padding'] },
    prepare: (layer) => {
      layer.instance.attributes.set('transposed', { type: 'boolean', value: transposed });
    },
    tensors: (layer) => [
      {
        name: 'weight',
        as: 'weight',
        role: 'weight',
        shape: weightShape(layer, layer.dim('in_channels'), rank, transposed),
      },
      layer.flag('bias')
        ? { name: 'bias', as: 'bias', role: 'bias', shape: [layer.dim('out_channels')] }
        : { name: 'bias', as: 'bias', shape: null },
    ],
    reset: resetConv,
    op: (layer) => convOp(layer, layer.dim('in_channels'), rank, transposed),
  });
}

/** [out, in/groups, ...kernel]; transposed: [in, out/groups, ...kernel]. */
function weightShape(layer: Reader, inChannels: Dim, rank: Rank, transposed: boolean): readonly Dim[] {
  const kernel = layer.numbers('kernel_size', rank) ?? Array.from({ length: rank }, () => null);
  const [first, second] = transposed
    ? [inChannels, layer.dim('out_channels')]
    : [layer.dim('out_channels'), inChannels];
  return [first, divided(second, layer.dim('groups')), ...kernel];
}

function divided(size: Dim, groups: Dim): Dim {
  if (groups === 1) return size;
  if (size === groups && size !== null) return 1;
  return typeof size === 'number' && typeof groups === 'number' ? size / groups : null;
}

function resetConv(layer: Reader) {
  const weight = layer.tensor('weight');
  return { weight: defaultWeight(weight?.shape ?? null), bias: defaultBound(weight?.storage?.fanIn ?? null) };
}

function convOp(layer: Reader, inChannels: Dim, rank: Rank, transposed: boolean): Op | null {
  const kernel = layer.numbers('kernel_size', rank);
  const stride = layer.numbers('stride', rank);
  const dilation = layer.numbers('dilation', rank);
  const groups = layer.dim('groups');
  const padding = paddingOf(layer, rank);
  if (kernel === null || stride === null || dilation === null || padding === null) return null;
  const count = typeof groups === 'number' ? groups : null;
  if (count === null) return null;
  return {
    kind: 'conv',
    rank,
    inChannels,
    outChannels: layer.dim('out_channels'),
    kernel,
    stride,
    padding,
    dilation,
    groups: count,
    transposed,
    outputPadding: layer.numbers('output_padding', rank) ?? kernel.map(() => 0),
    layout: 'channelsFirst',
  };
}

function paddingOf(layer: Reader, rank: Rank): Padding | null {
  const word = layer.text('padding');
  if (word === 'same' || word === 'valid') return word;
  return layer.numbers('padding', rank)?.map((size) => [size, size] as const) ?? null;
}

/** Its input channels come from the first input. */
function lazyClass(rank: Rank, transposed: boolean, base: ClassValue): ClassValue {
  const parameters = (transposed ? transposedParameters : convParameters).replace('in_channels, ', '');
  const names = [...perAxis, 'padding'];
  return layerClass(`Lazy${base.name}`, {
    parameters,
    base,
    perAxis: { rank, names },
    forward: method('input, *args', (self, given, context) =>
      onTensor(given.get('input'), context, (input) => lazyForward(self, input, rank, transposed, context)),
    ),
  });
}

function lazyForward(self: InstanceValue, input: TensorValue, rank: Rank, transposed: boolean, context: NativeContext) {
  const layer = readerOf(self);
  const channels = input.shape?.at(-rank - 1) ?? null;
  if (layer.tensor('weight') === null && !isShapesOnly()) {
    const withBias = layer.flag('bias');
    const shape = weightShape(layer, channels, rank, transposed);
    registerParameter(self, 'weight', newParameter({ role: 'weight', shape }));
    registerParameter(
      self,
      'bias',
      withBias ? newParameter({ role: 'bias', shape: [layer.dim('out_channels')] }) : null,
    );
    context.call(context.getAttribute(self, 'reset_parameters'), []);
  }
  const op = convOp(layer, channels, rank, transposed);
  if (op === null) return applyUnknown(self.class.name, [input], null, context, self);
  const parameters = { weight: layer.tensor('weight'), bias: layer.tensor('bias') };
  return apply({ op, inputs: [input], owner: self, parameters }, context);
}

const ranks = [1, 2, 3] as const;

function classesOf(transposed: boolean): readonly (readonly [string, ClassValue])[] {
  return ranks.flatMap((rank) => {
    const base = convClass(rank, transposed);
    return [[base.name, base] as const, [`Lazy${base.name}`, lazyClass(rank, transposed, base)] as const];
  });
}

export const convolutionClasses: Readonly<Record<string, ClassValue>> = {
  _ConvNd: convBase,
  _ConvTransposeNd: transposedBase,
  ...Object.fromEntries([...classesOf(false), ...classesOf(true)]),
};
