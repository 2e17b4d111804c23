import { type Dim, isKnown, type Shape, sizeOf } from '../../../../core/graph/shape.ts';
import { shapeOf } from '../../../interpreter/read.ts';
import type { Config, LayerSpec } from '../layer-spec.ts';

/* `keras.layers.EinsumDense`: the equation and the shapes that are given say the shape of the kernel. */

export const einsumLayers: Readonly<Record<string, LayerSpec>> = {
  EinsumDense: {
    parameters:
      "equation, output_shape, activation=None, bias_axes=None, kernel_initializer='glorot_uniform', bias_initializer='zeros', kernel_regularizer=None, bias_regularizer=None, kernel_constraint=None, bias_constraint=None",
    weights: (config, [input]) => {
      const parts = partsOf(config, input ?? null);
      const kernel: Shape =
        parts === null ? [null] : [...parts.weight].map((letter) => parts.sizes.get(letter) ?? null);
      const areOutputs = parts === null ? [] : [...parts.weight].map((letter) => parts.output.includes(letter));
      const fans = {
        fanIn: sizeOf(kernel.filter((_, axis) => areOutputs[axis] === false)),
        fanOut: sizeOf(kernel.filter((_, axis) => areOutputs[axis] === true)),
      };
      const biasAxes = config.text('bias_axes');
      const bias = biasAxes === null || parts === null ? null : biasShape(parts, biasAxes);
      return [
        {
          name: 'kernel',
          as: 'weight',
          role: 'weight',
          shape: kernel,
          initializer: 'kernel_initializer',
          ...(parts === null ? {} : { fans }),
        },
        ...(bias === null
          ? []
          : [{ name: 'bias', as: 'bias', role: 'bias', shape: bias, initializer: 'bias_initializer' } as const]),
      ];
    },
    // A dense layer where the last axis of the input becomes the last one of the output, and nothing else happens.
    op: (config, [input]) => {
      const parts = partsOf(config, input ?? null);
      if (parts === null || parts.weight.length !== 2) return null;
      const [from = '', to = ''] = parts.weight;
      const isDense = parts.input.endsWith(from) && parts.output === `${parts.input.slice(0, -1)}${to}`;
      const sizes = { inFeatures: parts.sizes.get(from) ?? null, outFeatures: parts.sizes.get(to) ?? null };
      return isDense ? { kind: 'dense', ...sizes } : null;
    },
    shape: (config, [input]) => partsOf(config, input ?? null)?.shape ?? null,
  },
};

interface Parts {
  readonly input: string;
  readonly weight: string;
  readonly output: string;
  readonly sizes: ReadonlyMap<string, Dim>;
  readonly shape: Shape;
}

/** `ab...,bc->ac...` with an input of four axes is `abyz,bc->acyz`; the sizes come from the input and from `output_shape`. */
function partsOf(config: Config, shape: Shape | null): Parts | null {
  const match = /^([\w.]+),(\w+)->([\w.]+)$/.exec((config.text('equation') ?? '').replaceAll(' ', ''));
  const given = shapeOf(config.value('output_shape'));
  if (match === null || given === null || shape === null) return null;
  const [, input = '', weight = '', output = ''] = match;
  const elided = shape.length - input.replace('...', '').length;
  if (elided < 0 || (elided > 0 && !input.includes('...'))) return null;
  // Capital Greek letters stand for the axes that the dots leave out: no equation has them.
  const dots = Array.from({ length: elided }, (_, index) => String.fromCharCode(0x391 + index)).join('');
  const spelled = { input: input.replace('...', dots), output: output.replace('...', dots) };
  const sizes = new Map<string, Dim>([...spelled.input].map((letter, axis) => [letter, shape[axis] ?? null]));
  // The batch is not given, nor are the axes of the dots.
  const letters = [...spelled.output].filter(
    (letter, axis) => !dots.includes(letter) && (axis > 0 || output.startsWith('...')),
  );
  const own = output.startsWith('...') ? letters.slice(-given.length) : letters;
  for (const [axis, letter] of own.entries()) {
    const dim = given[axis] ?? null;
    if (isKnown(dim)) sizes.set(letter, dim);
  }
  return { ...spelled, weight, sizes, shape: [...spelled.output].map((letter) => sizes.get(letter) ?? null) };
}

/** The axes of the bias keep their sizes; those behind the first of them are 1. */
function biasShape({ output, sizes }: Parts, axes: string): Shape {
  const first = Math.min(...[...axes].map((letter) => output.indexOf(letter)));
  return [...output].slice(first).map((letter) => (axes.includes(letter) ? (sizes.get(letter) ?? null) : 1));
}
