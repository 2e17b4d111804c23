import type { Dim, Shape } from '../../../core/graph/shape.ts';
import { isKnown } from '../../../core/graph/shape.ts';
import { constant } from '../../../core/initializers/make.ts';
import { numberOf } from '../../interpreter/read.ts';
import { tensor } from '../../interpreter/table.ts';
import { number, unknown, type Value } from '../../interpreter/values.ts';
import { apply, applyUnknown } from './apply.ts';
import type { Operation, Operations } from './op-row.ts';
import { swappedOf } from './views.ts';
import { allocate, constantIn } from './writes.ts';

/* What sends tokens to some of many experts: the largest scores, sorting, and products with the matrix of each token's expert. */

function withIndices(values: Value, shape: Shape | null): Value {
  return { type: 'tuple', items: [values, tensor({ shape })], names: ['values', 'indices'] };
}

function resized(shape: Shape | null, axis: number, size: Dim): Shape | null {
  const place = shape === null ? 0 : (axis + shape.length) % shape.length;
  return shape?.map((dim, i) => (i === place ? size : dim)) ?? null;
}

const topk: Operation = {
  parameters: 'k, dim=-1, largest=True, sorted=True, *, out=None',
  run: (input, given, context) => {
    const [k, axis] = [numberOf(given.get('k')), numberOf(given.get('dim'))];
    const shape = axis === null ? null : resized(input.shape, axis, k);
    return withIndices(applyUnknown('topk', [input], shape, context), shape);
  },
};

const sort: Operation = {
  parameters: 'dim=-1, descending=False, stable=False, *, out=None',
  run: (input, _, context) => withIndices(applyUnknown('sort', [input], input.shape, context), input.shape),
};

const gather: Operation = {
  parameters: 'dim, index, *, sparse_grad=False, out=None',
  run: (input, given, context) => {
    const index = given.get('index');
    if (index.type !== 'tensor') return applyUnknown('gather', [input], null, context);
    // Of equal elements, which ones does not matter.
    const only = input.layer === null && !input.isParameter ? constantIn(input) : null;
    return only === null
      ? applyUnknown('gather', [input], index.shape, context)
      : allocate(index.shape, constant(only), context);
  },
};

/** Rows in groups, each group times a matrix of its own: `mat_b` is [groups, in, out], or that of [groups, out, in] seen so. */
const groupedProduct: Operation = {
  parameters: 'mat_b, *, offs=None, bias=None, out_dtype=None',
  run: (input, given, context) => {
    const matrices = given.get('mat_b');
    if (matrices.type !== 'tensor') return applyUnknown('grouped_mm', [input], null, context);
    const columns = matrices.shape?.length === 3 ? (matrices.shape[2] ?? null) : null;
    const shape = input.shape?.length === 2 && isKnown(columns) ? [input.shape[0] ?? null, columns] : null;
    const weight = swappedOf(matrices) ?? matrices;
    if (!weight.isParameter || weight.layer !== null)
      return applyUnknown('grouped_mm', [input, matrices], shape, context);
    const op = { kind: 'unknown', name: 'grouped_mm' } as const;
    return apply({ op, inputs: [input], parameters: { weight }, shape, name: 'grouped_mm' }, context);
  },
};

/** What the pass computes has memory of its own. */
const firstOfLayers = 2 ** 32;

/** Addresses are multiples of 64, as PyTorch's allocator gives them, and those of one memory are one. */
const address: Operation = {
  parameters: '',
  run: ({ storage, layer, isPart }) => {
    if (layer !== null) return number(64 * (firstOfLayers + layer));
    return storage === null || isPart ? unknown('address') : number(64 * (storage.id + 1));
  },
};

export const routingOperations: Operations = {
  topk,
  sort,
  gather,
  grouped_mm: groupedProduct,
  _grouped_mm: groupedProduct,
  data_ptr: address,
};
