import type { Op } from '../../graph/op.ts';
import { isKnown } from '../../graph/shape.ts';
import { type Field, merge, positionsOf } from '../field.ts';
import { type Contribution, total } from '../gradient.ts';
import { addKernels, atZero, combine, type Kernel, scaleKernel } from '../kernel.ts';
import type { Segment } from '../segment.ts';
import type { Site, Transfer } from '../site.ts';

type Matmul = Extract<Op, { kind: 'matmul' }>;

/** The product of two independent tensors (an input and a free parameter, above all) over `n` common elements. */
export const matmul: Transfer<Matmul> = {
  forward(site, [a, b]) {
    const sizes = sizesOf(site);
    if (a === undefined || b === undefined || sizes === null) return null;
    return {
      size: a.size,
      channelAxis: sizes.rank - 1,
      segments: [product(merge(a), merge(b), sizes.inner, sizes.columns)],
    };
  },
  backward(site, [a, b], _output, gradient) {
    const sizes = sizesOf(site);
    if (a === undefined || b === undefined || sizes === null) return { inputs: [null, null] };
    const above = total(gradient[0] ?? []);
    const toLeft = times(above, merge(b), sizes.columns);
    const toRight = times(above, merge(a), positionsOf(a));
    return { inputs: [everySegment(a, toLeft), everySegment(b, toRight)] };
  },
};

function sizesOf({ op, inputShapes, layer }: Site<Matmul>) {
  const [a, b] = inputShapes;
  const inner = a?.[a.length - (op.transposeA ? 2 : 1)] ?? b?.[b.length - (op.transposeB ? 1 : 2)];
  const columns = b?.[b.length - (op.transposeB ? 2 : 1)];
  if (!isKnown(inner) || !isKnown(columns)) return null;
  return { inner, columns, rank: layer.outputShape?.length ?? a?.length ?? 2 };
}

function product(a: Segment, b: Segment, inner: number, columns: number): Segment {
  const right = atZero(b.total);
  const rightVarying = atZero(b.varying);
  const shared = (segment: Segment): Kernel => combine(segment.total, segment.varying, (k, v) => k - v);
  return {
    channels: columns,
    mean: inner * a.mean * b.mean,
    total: scaleKernel(a.total, inner * right),
    varying: addKernels(scaleKernel(a.varying, inner * right), scaleKernel(shared(a), inner * rightVarying)),
    coherence: inner * a.coherence * b.coherence,
    varyingCoherence: 0,
  };
}

function times(above: Contribution, other: Segment, count: number): Contribution {
  return {
    total: scaleKernel(above.total, count * atZero(other.total)),
    shared: scaleKernel(above.shared, count * (atZero(other.total) - atZero(other.varying))),
    coherence: 0,
  };
}

function everySegment(field: Field, one: Contribution) {
  return field.segments.map(() => [one]);
}
