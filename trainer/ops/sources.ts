import { logicalValue } from '../value.ts';
import { BuildError, type Builder } from './builder.ts';

/** Where its numbers are not known: positions 0, 1, 2, … along the last axis, which is what models make in `forward`. */
export const constant: Builder<'constant'> = (op, _, { ops, layer, batch }) => {
  const shape = (layer.outputShape ?? []).map((dim, axis) =>
    typeof dim === 'number' ? dim : axis === 0 ? batch : null,
  );
  if (layer.outputShape === null || shape.some((dim) => dim === null))
    throw new BuildError('badShape', 'the shape of this tensor is not known');
  const sizes = shape.map(Number);
  const size = sizes.reduce((a, b) => a * b, 1);
  if (op.value !== null) return logicalValue(ops.constant(new Float32Array(size).fill(op.value), sizes));
  if (op.numbers?.length === size) return logicalValue(ops.constant(new Float32Array(op.numbers), sizes));
  const last = sizes.at(-1) ?? 1;
  return logicalValue(
    ops.constant(
      Float32Array.from({ length: size }, (_, i) => i % last),
      sizes,
    ),
  );
};

export const parameter: Builder<'parameter'> = (_, __, { layer, optional }) => {
  const found = Object.keys(layer.parameters)
    .map((role) => optional(role))
    .find((tensor) => tensor !== null);
  if (found === undefined) throw new BuildError('badShape', 'this parameter has no value');
  return logicalValue(found);
};
