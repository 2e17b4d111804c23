import type { ActivationName } from '../../core/graph/op.ts';
import type { Ops, Tensor } from '../backend-ops.ts';
import { logical, logicalValue, mapValue, physicalAxis, type Value } from '../value.ts';
import { type Builder, input, type NodeContext } from './builder.ts';

export const activation: Builder<'activation'> = (op, inputs, context) => {
  const x = input(inputs);
  if (op.fn === 'prelu') return prelu(x, op.parameter ?? 0.25, context);
  return mapValue(x, (tensor) => activate(context.ops, tensor, op.fn, op.parameter));
};

/** Activation functions, composed where TensorFlow.js has a wrong gradient, or none. */
export function activate(ops: Ops, x: Tensor, fn: ActivationName, parameter?: number): Tensor {
  switch (fn) {
    case 'identity':
      return x;
    case 'relu':
      return ops.relu(x);
    case 'relu6':
      return ops.clip(x, 0, 6);
    case 'hardTanh':
      return ops.clip(x, -1, 1);
    case 'leakyRelu':
    case 'prelu':
      return leaky(ops, x, parameter ?? (fn === 'prelu' ? 0.25 : 0.01));
    case 'elu':
      return scaledElu(ops, x, 1, parameter ?? 1);
    case 'selu':
      return scaledElu(ops, x, seluScale, seluScale * seluAlpha);
    case 'celu':
      return celu(ops, x, parameter ?? 1);
    case 'gelu':
      return ops.multiply(x, ops.affine(ops.erf(ops.affine(x, Math.SQRT1_2, 0)), 0.5, 0.5));
    case 'geluTanh':
      return ops.multiply(
        x,
        ops.affine(ops.tanh(ops.multiply(x, ops.affine(ops.square(x), geluCube, geluLine))), 0.5, 0.5),
      );
    case 'silu':
      return ops.multiply(x, ops.sigmoid(x));
    case 'mish':
      return ops.multiply(x, ops.tanh(ops.softplus(x)));
    case 'softplus':
      return ops.softplus(x);
    case 'softsign':
      return ops.divide(x, ops.affine(ops.abs(x), 1, 1));
    case 'tanh':
      return ops.tanh(x);
    case 'sigmoid':
      return ops.sigmoid(x);
    case 'hardSigmoid':
      return hardSigmoid(ops, x);
    case 'hardSwish':
      return ops.multiply(x, hardSigmoid(ops, x));
    case 'logSigmoid':
      return ops.affine(ops.softplus(ops.affine(x, -1, 0)), -1, 0);
    case 'sin':
      return ops.sin(ops.affine(x, parameter ?? 1, 0));
    case 'square':
      return ops.square(x);
    case 'abs':
      return ops.abs(x);
    case 'exp':
      return ops.exp(x);
    default:
      return fn satisfies never;
  }
}

export const softmax: Builder<'softmax'> = (op, inputs, { ops }) => {
  const value = input(inputs);
  const axis = physicalAxis(value, op.axis);
  return mapValue(value, (x) => onLastAxis(ops, x, axis, op.log ? ops.logSoftmax : ops.softmax));
};

export const glu: Builder<'glu'> = (op, inputs, { ops }) => {
  const x = logical(ops, input(inputs));
  const axis = op.axis < 0 ? op.axis + x.shape.length : op.axis;
  const half = (x.shape[axis] ?? 2) / 2;
  const part = (from: number) =>
    ops.slice(
      x,
      x.shape.map((_, k) => (k === axis ? from : 0)),
      x.shape.map((size, k) => (k === axis ? half : size)),
    );
  return logicalValue(ops.multiply(part(0), activate(ops, part(half), op.fn)));
};

/** Surviving elements are scaled up, so that the mean stays. */
export const dropout: Builder<'dropout'> = (op, inputs, { ops, random }) => {
  const value = input(inputs);
  if (op.rate === 0) return value;
  const channel = physicalAxis(value, value.unitAxis);
  const shape = value.tensor.shape.map((size, axis) => {
    if (op.mode === 'element' || axis === 0) return size;
    return op.mode === 'channel' && axis === channel ? size : 1;
  });
  const kept = 1 / (1 - op.rate);
  const mask = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () =>
    random.uniform() < op.rate ? 0 : kept,
  );
  return mapValue(value, (x) => ops.multiply(x, ops.constant(mask, shape)));
};

function leaky(ops: Ops, x: Tensor, slope: number): Tensor {
  return ops.add(ops.affine(x, slope, 0), ops.affine(ops.relu(x), 1 - slope, 0));
}

/** A learned slope per channel, or one for all. */
function prelu(value: Value, slope: number, { ops, optional, framework }: NodeContext): Value {
  const learned = optional('weight') ?? optional('scale') ?? optional('alpha');
  if (learned === null) return mapValue(value, (x) => leaky(ops, x, slope));
  const isVector = framework === 'torch' && learned.shape.length === 1 && learned.shape[0] !== 1;
  const channel = physicalAxis(value, 1);
  const spread = isVector ? ops.reshape(learned, [-1, ...value.shape.slice(channel + 1).map(() => 1)]) : learned;
  return mapValue(isVector ? value : logicalValue(logical(ops, value), value.unitAxis), (x) =>
    ops.subtract(ops.relu(x), ops.multiply(spread, ops.relu(ops.affine(x, -1, 0)))),
  );
}

/** scale · max(x, 0) + low · (e^min(x, 0) − 1). */
function scaledElu(ops: Ops, x: Tensor, scale: number, low: number): Tensor {
  if (scale === low) return ops.affine(ops.elu(x), scale, 0);
  const positive = ops.affine(ops.relu(x), scale - low, 0);
  return ops.add(positive, ops.affine(ops.elu(x), low, 0));
}

function celu(ops: Ops, x: Tensor, alpha: number): Tensor {
  return ops.affine(ops.elu(ops.affine(x, 1 / alpha, 0)), alpha, 0);
}

function hardSigmoid(ops: Ops, x: Tensor): Tensor {
  return ops.affine(ops.clip(x, -3, 3), 1 / 6, 0.5);
}

function onLastAxis(ops: Ops, x: Tensor, axis: number, apply: (x: Tensor) => Tensor): Tensor {
  const last = x.shape.length - 1;
  if (axis === last) return apply(x);
  const order = x.shape.map((_, k) => (k === axis ? last : k === last ? axis : k));
  return ops.transpose(apply(ops.transpose(x, order)), order);
}

/** Klambauer et al. 2017, equation 14. */
const seluAlpha = 1.6732632423543772;
const seluScale = 1.0507009873554805;
/** √(2/π) (x + 0.044715 x³) as x · (line + cube · x²). */
const geluLine = Math.sqrt(2 / Math.PI);
const geluCube = geluLine * 0.044715;
