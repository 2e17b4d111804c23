import type { Op } from '../../core/graph/op.ts';
import type { Ops, Tensor } from '../backend-ops.ts';
import { logical, logicalValue, range } from '../value.ts';
import { activate } from './activation.ts';
import { BuildError, type Builder, input, type NodeContext } from './builder.ts';
import { type CellWeights, cellWeights } from './recurrent-weights.ts';

type Recurrent = Extract<Op, { kind: 'recurrent' }>;

/** Unrolled over time; the input's share of all gates is one product for all steps. */
export const recurrent: Builder<'recurrent'> = (op, inputs, context) => {
  const { ops } = context;
  const x = logical(ops, input(inputs));
  if (x.shape.length !== 3)
    throw new BuildError('badShape', `expects sequences with a batch, gets ${x.shape.join('×')}`);
  let sequence = op.batchFirst ? ops.transpose(x, [1, 0, 2]) : x;
  let last = sequence;
  for (const layer of range(0, op.layers)) {
    const directions = op.bidirectional ? [false, true] : [false];
    const runs = directions.map((isReverse) =>
      runDirection(op, sequence, cellWeights(layer, isReverse, context), isReverse, context),
    );
    sequence = ops.concat(
      runs.map((run) => stack(ops, run.steps)),
      2,
    );
    last = ops.concat(
      runs.map((run) => run.last),
      1,
    );
  }
  if (!op.returnSequences) return logicalValue(last);
  return logicalValue(op.batchFirst ? ops.transpose(sequence, [1, 0, 2]) : sequence);
};

/** Hidden states in the order of time, and the one computed last. */
interface DirectionRun {
  readonly steps: readonly Tensor[];
  readonly last: Tensor;
}

function runDirection(
  op: Recurrent,
  x: Tensor,
  weights: CellWeights,
  isReverse: boolean,
  context: NodeContext,
): DirectionRun {
  const { ops } = context;
  const [time = 1, batch = 1] = x.shape;
  const product = ops.matMul(x, weights.input, false, false);
  const projected = weights.inputBias === null ? product : ops.add(product, weights.inputBias);
  const width = weights.recurrent.shape[0] ?? 1;
  const step = stepOf(op, weights, width, context);
  const steps: Tensor[] = [];
  let state: State = { hidden: zeros(ops, batch, width), cell: zeros(ops, batch, width) };
  for (const t of isReverse ? range(0, time).reverse() : range(0, time)) {
    const gates = ops.reshape(ops.slice(projected, [t, 0, 0], [1, -1, -1]), [batch, -1]);
    state = step(gates, state);
    steps[t] = state.hidden;
  }
  return { steps, last: state.hidden };
}

interface State {
  readonly hidden: Tensor;
  readonly cell: Tensor;
}

function stepOf(
  op: Recurrent,
  weights: CellWeights,
  width: number,
  context: NodeContext,
): (gates: Tensor, state: State) => State {
  const { ops, framework } = context;
  const gate = (x: Tensor, index: number) => ops.slice(x, [0, index * width], [-1, width]);
  const activation = (x: Tensor) => activate(ops, x, op.activation);
  // TensorFlow.js' gates are hard sigmoids where nothing else is said.
  const squash = (x: Tensor) => (framework === 'tfjs' ? ops.clip(ops.affine(x, 0.2, 0.5), 0, 1) : ops.sigmoid(x));
  const recall = (hidden: Tensor, matrix: Tensor) => ops.matMul(hidden, matrix, false, false);
  const biased = (x: Tensor) => (weights.recurrentBias === null ? x : ops.add(x, weights.recurrentBias));

  switch (op.cell) {
    case 'rnn':
      return (x, { hidden, cell }) => ({
        hidden: activation(ops.add(x, biased(recall(hidden, weights.recurrent)))),
        cell,
      });
    case 'lstm':
      return (x, { hidden, cell }) => {
        const all = ops.add(x, biased(recall(hidden, weights.recurrent)));
        const kept = ops.multiply(squash(gate(all, 1)), cell);
        const next = ops.add(kept, ops.multiply(squash(gate(all, 0)), activation(gate(all, 2))));
        return { hidden: ops.multiply(squash(gate(all, 3)), activation(next)), cell: next };
      };
    case 'gru': {
      // PyTorch orders the gates reset, update, new; Keras and TensorFlow.js update, reset, new.
      const [resetAt, updateAt] = framework === 'torch' ? [0, 1] : [1, 0];
      const newMatrix = ops.slice(weights.recurrent, [0, 2 * width], [-1, width]);
      return (x, { hidden, cell }) => {
        const own = biased(recall(hidden, weights.recurrent));
        const reset = squash(ops.add(gate(x, resetAt), gate(own, resetAt)));
        const update = squash(ops.add(gate(x, updateAt), gate(own, updateAt)));
        const memory = op.resetAfter
          ? ops.multiply(reset, gate(own, 2))
          : recall(ops.multiply(reset, hidden), newMatrix);
        const fresh = activation(ops.add(gate(x, 2), memory));
        return { hidden: ops.add(fresh, ops.multiply(update, ops.subtract(hidden, fresh))), cell };
      };
    }
    default:
      return op.cell satisfies never;
  }
}

function stack(ops: Ops, steps: readonly Tensor[]): Tensor {
  return ops.concat(
    steps.map((step) => ops.reshape(step, [1, ...step.shape])),
    0,
  );
}

function zeros(ops: Ops, batch: number, width: number): Tensor {
  return ops.constant(new Float32Array(batch * width), [batch, width]);
}
