import { type Dim, isKnown, type Shape, sizeOf } from '../../../../core/graph/shape.ts';
import type { NativeContext } from '../../../interpreter/native.ts';
import { itemsOf, numberOf, stringOf } from '../../../interpreter/read.ts';
import type { TensorValue } from '../../../interpreter/values.ts';
import { apply, applyUnknown } from '../../torch/apply.ts';
import { reshape } from '../../torch/rearrange.ts';
import { einsum } from '../einsum.ts';
import { type ActiveLayer, biasOf, type LayerRows, lastOf, outputValue, outputWidth } from '../layer-row.ts';
import { shapeOf } from '../shapes.ts';

/* `flax.linen.linear` and `flax.nnx.nn.linear` without the convolutions. Kernels are [in, out]. */

const kernel = "kernel_init='lecun_normal', bias_init='zeros'";
const linenTail = 'promote_dtype=None, dot_general=None, dot_general_cls=None, name=None, parent=None';
const nnxTail =
  'promote_dtype=None, dot_general=None, dot_general_cls=None, preferred_element_type=None, rngs=None, kernel_metadata=None, bias_metadata=None';

/** `variance_scaling(1.0, 'fan_in', 'normal', out_axis=0)`: a row of the table has variance 1 / features. */
const embedding = "embedding_init='default_embed_init'";

export const denseLayers: LayerRows = {
  Dense: {
    linen: `features, use_bias=True, dtype=None, param_dtype=None, precision=None, ${kernel}, ${linenTail}`,
    nnx: `in_features, out_features, *, use_bias=True, dtype=None, param_dtype=None, precision=None, ${kernel}, ${nnxTail}`,
    nnxName: 'Linear',
    promised: (config) => [null, config.dim('in_features')],
    weights: (config, [input]) => {
      const out = outputWidth(config);
      return [
        { name: 'kernel', as: 'weight', role: 'weight', shape: [lastOf(input), out], init: 'kernel_init' },
        ...biasOf(config, [out]),
      ];
    },
    forward: ({ instance, weights, config }, [input], _, context) => {
      const [inFeatures = null] = weights.weight?.shape ?? [];
      const op = { kind: 'dense', inFeatures, outFeatures: outputWidth(config) } as const;
      return apply({ op, inputs: [input], owner: instance, parameters: weights }, context);
    },
  },
  DenseGeneral: {
    linen: `features, axis=-1, batch_dims=(), use_bias=True, dtype=None, param_dtype=None, ${kernel}, precision=None, ${linenTail}`,
    nnx: `in_features, out_features, *, axis=-1, batch_axis=None, use_bias=True, dtype=None, param_dtype=None, ${kernel}, precision=None, ${nnxTail}`,
    nnxName: 'LinearGeneral',
    promised: (config) => shapeOf(config.value('in_features')) ?? [null],
    weights: (config, [input]) => {
      const inputs = contracted(config, input ?? null).map((axis) => input?.at(axis) ?? null);
      const outputs = shapeOf(outputValue(config)) ?? [null];
      const drawn = [sizeOf(inputs), sizeOf(outputs)];
      const batch = batchSizes(config, input ?? null);
      return [
        {
          name: 'kernel',
          as: 'weight',
          role: 'weight',
          shape: [...batch, ...inputs, ...outputs],
          drawn: [times(sizeOf(batch), drawn[0] ?? null), drawn[1] ?? null],
          init: 'kernel_init',
        },
        ...biasOf(config, [...batch, ...outputs]),
      ];
    },
    forward: denseGeneral,
  },
  Einsum: {
    linen: `shape, einsum_str=None, use_bias=True, dtype=None, param_dtype=None, precision=None, ${kernel}, promote_dtype=None, preferred_element_type=None, name=None, parent=None`,
    nnx: `einsum_str, kernel_shape, bias_shape=None, *, dtype=None, param_dtype=None, precision=None, ${kernel}, promote_dtype=None, einsum_op=None, preferred_element_type=None, rngs=None, kernel_metadata=None, bias_metadata=None`,
    promised: () => [null],
    call: 'inputs, einsum_str=None',
    weights: (config) => {
      const isLinen = config.value('kernel_shape').type === 'unknown';
      const shape = shapeOf(config.value(isLinen ? 'shape' : 'kernel_shape')) ?? [];
      const equation = stringOf(config.value('einsum_str'));
      const bias = isLinen
        ? config.flag('use_bias') && equation !== null
          ? biasOfEinsum(equation, shape)
          : null
        : shapeOf(config.value('bias_shape'));
      return [
        { name: 'kernel', as: 'weight', role: 'weight', shape, init: 'kernel_init' },
        ...(bias === null ? [] : [{ name: 'bias', as: 'bias', role: 'bias', shape: bias, init: 'bias_init' } as const]),
      ];
    },
    forward: ({ config, weights, instance }, [input], given, context) => {
      const equation = stringOf(given.get('einsum_str')) ?? stringOf(config.value('einsum_str'));
      const weight = weights.weight ?? null;
      if (equation === null || weight === null) return applyUnknown('Einsum', [input], null, context, instance);
      const product = einsum(equation, [input, weight], context, instance);
      const bias = weights.bias ?? null;
      return bias === null
        ? product
        : apply({ op: { kind: 'add' }, inputs: [product, bias], name: 'add', shape: product.shape }, context);
    },
  },
  Embed: {
    linen: `num_embeddings, features, dtype=None, param_dtype=None, ${embedding}, promote_dtype=None, name=None, parent=None`,
    nnx: `num_embeddings, features, *, dtype=None, param_dtype=None, ${embedding}, promote_dtype=None, rngs=None, embedding_metadata=None`,
    promised: () => [null],
    weights: (config) => [
      {
        name: 'embedding',
        as: 'weight',
        role: 'embedding',
        shape: [config.dim('num_embeddings'), config.dim('features')],
        init: 'embedding_init',
      },
    ],
    forward: ({ instance, config, weights }, [input], _, context) => {
      const op = {
        kind: 'embedding',
        vocabulary: config.dim('num_embeddings'),
        width: config.dim('features'),
        paddingIndex: null,
      } as const;
      return apply({ op, inputs: [input], owner: instance, parameters: weights }, context);
    },
    methods: {
      // `query @ embedding.T`: the table as the head of a language model.
      attend: {
        parameters: 'query, out_sharding=None',
        usesWeights: true,
        run: ({ weights }, given, context) => {
          const query = given.get('query');
          const table = weights.weight ?? null;
          if (query.type !== 'tensor' || table === null) return { type: 'unknown', reason: 'attend' };
          const op = { kind: 'matmul', transposeA: false, transposeB: true } as const;
          const shape = query.shape === null ? null : [...query.shape.slice(0, -1), table.shape?.[0] ?? null];
          return apply({ op, inputs: [query, table], name: 'attend', shape }, context);
        },
      },
    },
  },
};

/** Axes of the input that are summed over, as they stand in it. */
function contracted(config: ActiveLayer['config'], input: Shape | null): readonly number[] {
  const axes = (itemsOf(config.value('axis')) ?? [config.value('axis')]).flatMap((item) => numberOf(item) ?? []);
  return input === null ? axes : axes.map((axis) => (axis < 0 ? axis + input.length : axis));
}

function batchSizes(config: ActiveLayer['config'], input: Shape | null): readonly Dim[] {
  const axes = itemsOf(config.value('batch_dims')) ?? [];
  return axes.map((item) => input?.at(numberOf(item) ?? 0) ?? null);
}

function times(left: number | null, right: number | null): number | null {
  return left === null || right === null ? null : left * right;
}

/** Over the last axes it is a dense layer between two reshapes. */
function denseGeneral(
  { instance, config, weights }: ActiveLayer,
  [input]: readonly [TensorValue, ...TensorValue[]],
  _: unknown,
  context: NativeContext,
): TensorValue {
  const outputs = shapeOf(outputValue(config)) ?? [null];
  const { shape } = input;
  const axes = contracted(config, shape);
  const rank = shape?.length ?? null;
  const areLast = rank === null ? false : axes.every((axis, index) => axis === rank - axes.length + index);
  const kept = shape === null ? null : shape.filter((_dim, axis) => !axes.includes(axis));
  const result = kept === null ? null : [...kept, ...outputs];
  const isPlain = shape === null && axes.length === 1 && axes[0] === -1 && outputs.length === 1;
  if ((!areLast && !isPlain) || batchSizes(config, shape).length > 0)
    return applyUnknown(instance.class.name, [input], result, context, instance);
  const inFeatures = sizeOf(axes.map((axis) => shape?.at(axis) ?? null));
  const flat = axes.length === 1 || kept === null ? input : reshape(input, [...kept, inFeatures], context);
  const op = { kind: 'dense', inFeatures, outFeatures: sizeOf(outputs) } as const;
  const made = apply({ op, inputs: [flat], owner: instance, parameters: weights }, context);
  return outputs.length === 1 || result === null ? made : reshape(made, result, context);
}

/** Axes of the kernel that the result has. */
function biasOfEinsum(equation: string, shape: Shape): Shape | null {
  const [left = '', result = ''] = equation.replace(/\s+|\.\.\./g, '').split('->');
  const letters = left.split(',')[1] ?? '';
  const bias = [...result].flatMap((letter) => {
    const axis = letters.indexOf(letter);
    return axis < 0 ? [] : [shape[axis] ?? null];
  });
  return bias.every(isKnown) || bias.length > 0 ? bias : null;
}
