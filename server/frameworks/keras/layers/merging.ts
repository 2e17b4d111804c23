import type { Op } from '../../../../core/graph/op.ts';
import type { Shape } from '../../../../core/graph/shape.ts';
import { itemsOf, numberOf } from '../../../interpreter/read.ts';
import type { TensorValue } from '../../../interpreter/values.ts';
import type { Emitter } from '../emitter.ts';
import type { ActiveLayer, LayerSpec } from '../layer-spec.ts';

/* `keras.src.layers.merging`: layers of a list of tensors. */

export const mergingLayers: Readonly<Record<string, LayerSpec>> = {
  Add: { parameters: '', forward: folding({ kind: 'add' }) },
  Subtract: { parameters: '', forward: folding({ kind: 'subtract' }) },
  Multiply: { parameters: '', forward: folding({ kind: 'multiply' }) },
  Maximum: { parameters: '', op: () => null, shape: (_, [first]) => first ?? null },
  Minimum: { parameters: '', op: () => null, shape: (_, [first]) => first ?? null },
  Average: {
    parameters: '',
    forward: (layer, inputs, emit) => {
      const sum = fold({ kind: 'add' }, layer, inputs, null, emit);
      const op: Op = { kind: 'affine', factor: 1 / Math.max(1, inputs.length), offset: 0 };
      return emit.add({ op, inputs: [sum], owner: layer.instance });
    },
  },
  Concatenate: {
    parameters: 'axis=-1',
    op: (config) => {
      const axis = config.number('axis');
      return axis === null ? null : { kind: 'concat', axis };
    },
  },
  Dot: {
    parameters: 'axes, normalize=False',
    op: () => null,
    shape: (config, [a, b]) => {
      const axes =
        itemsOf(config.value('axes'))?.map(numberOf) ?? Array.from({ length: 2 }, () => config.number('axes'));
      const [first = null, second = null] = axes;
      if (!a || !b || first === null || second === null) return null;
      const without = (shape: Shape, axis: number) =>
        shape.filter((_, at) => at !== (axis < 0 ? axis + shape.length : axis));
      const rest = [...without(a, first), ...without(b, second).slice(1)];
      return rest.length === 1 ? [...rest, 1] : rest;
    },
  },
};

function folding(op: Op): NonNullable<LayerSpec['forward']> {
  return (layer, inputs, emit) => fold(op, layer, inputs, layer, emit);
}

/** Ops have two inputs: of more the last node is the layer's. */
function fold(
  op: Op,
  layer: ActiveLayer,
  inputs: readonly TensorValue[],
  owner: ActiveLayer | null,
  emit: Emitter,
): TensorValue {
  const [first, ...rest] = inputs;
  if (first === undefined || rest.length === 0) {
    return emit.add({ op: { kind: 'unknown', name: op.kind }, inputs, owner: owner?.instance ?? null });
  }
  return rest.reduce<TensorValue>(
    (sum, input, index) =>
      emit.add({
        op,
        inputs: [sum, input],
        ...(index === rest.length - 1 && owner !== null
          ? { owner: owner.instance }
          : { name: `${layer.name}/${op.kind}` }),
      }),
    first,
  );
}
