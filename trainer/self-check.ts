import type { Backend, Ops, Tensor } from './backend-ops.ts';
import { type Engine, EngineUnavailable } from './engines/engine.ts';

/** Loss, and the gradients' RMS of kernel and matrix, of the net below: PyTorch in float64. */
const expected = [6.247764528621584, 0.3811704123083391, 1.0326240814147798];
const tolerance = 1e-3;

/**
 * A driver that computes wrongly must not be believed: a strided, padded convolution, ReLU, max pooling, a matrix product and
 * cross-entropy, forward and backward, against numbers from elsewhere.
 */
export async function selfCheck({ backend, name, device }: Engine): Promise<void> {
  const figures = backend.tidy(() => checkFigures(backend));
  if (figures === undefined) return;
  const values = await backend.read(figures);
  backend.dispose([figures]);
  const isRight = expected.every((x, i) => Math.abs((values[i] ?? Number.NaN) - x) <= tolerance * x);
  if (!isRight)
    throw new EngineUnavailable(
      `${name} (${device}) computes wrongly: ${[...values].map((x) => x.toPrecision(4)).join(', ')}`,
    );
}

function checkFigures(backend: Backend): Tensor {
  const { ops } = backend;
  const x = wave(ops, [2, 8, 8, 3], 0.7, 1);
  const filter = wave(ops, [3, 3, 3, 4], 1.3, 0.5);
  const matrix = wave(ops, [16, 3], 2.1, 0.5);
  const labels = ops.integers(Int32Array.from([0, 2]), [2]);
  const forward = () => {
    const window = {
      stride: [2, 2],
      padding: [
        [1, 1],
        [1, 1],
      ],
      dilation: [1, 1],
    } as const;
    const pooled = ops.maxPool2d(ops.relu(ops.conv2d(x, filter, window)), [2, 2], [2, 2]);
    const scores = ops.matMul(ops.reshape(pooled, [2, 16]), matrix, false, false);
    return ops.affine(ops.sum(ops.multiply(ops.logSoftmax(scores), ops.oneHot(labels, 3)), [0, 1], false), -0.5, 0);
  };
  const { value, gradients } = backend.gradients(forward, [filter, matrix], () => []);
  const sizes = gradients.map((gradient) =>
    gradient === null
      ? ops.constant([0], [])
      : ops.sqrt(ops.mean(ops.square(gradient), [...gradient.shape.keys()], false)),
  );
  return ops.concat(
    [value, ...sizes].map((scalar) => ops.reshape(scalar, [1])),
    0,
  );
}

/** scale · sin(step · (i + 1)): numbers that every language makes alike. */
function wave(ops: Ops, shape: readonly number[], step: number, scale: number): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return ops.constant(
    Float32Array.from({ length: size }, (_, i) => scale * Math.sin(step * (i + 1))),
    shape,
  );
}
