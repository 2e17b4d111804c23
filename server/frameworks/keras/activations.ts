import type { Op } from '../../../core/graph/op.ts';
import { isNone, numberOf, stringOf } from '../../interpreter/read.ts';
import type { Value } from '../../interpreter/values.ts';

/** Keras' activations by name, with their own defaults; `null` is the identity. */
const activations: Readonly<Record<string, Op | null>> = {
  linear: null,
  relu: { kind: 'activation', fn: 'relu' },
  relu6: { kind: 'activation', fn: 'relu6' },
  leaky_relu: { kind: 'activation', fn: 'leakyRelu', parameter: 0.2 },
  elu: { kind: 'activation', fn: 'elu', parameter: 1 },
  celu: { kind: 'activation', fn: 'celu', parameter: 1 },
  selu: { kind: 'activation', fn: 'selu' },
  gelu: { kind: 'activation', fn: 'gelu' },
  gelu_new: { kind: 'activation', fn: 'geluTanh' },
  silu: { kind: 'activation', fn: 'silu' },
  swish: { kind: 'activation', fn: 'silu' },
  mish: { kind: 'activation', fn: 'mish' },
  softplus: { kind: 'activation', fn: 'softplus' },
  softsign: { kind: 'activation', fn: 'softsign' },
  tanh: { kind: 'activation', fn: 'tanh' },
  sigmoid: { kind: 'activation', fn: 'sigmoid' },
  hard_sigmoid: { kind: 'activation', fn: 'hardSigmoid' },
  hard_silu: { kind: 'activation', fn: 'hardSwish' },
  hard_swish: { kind: 'activation', fn: 'hardSwish' },
  hard_tanh: { kind: 'activation', fn: 'hardTanh' },
  log_sigmoid: { kind: 'activation', fn: 'logSigmoid' },
  exponential: { kind: 'activation', fn: 'exp' },
  softmax: { kind: 'softmax', axis: -1, log: false },
  log_softmax: { kind: 'softmax', axis: -1, log: true },
};

export const activationNames: readonly string[] = Object.keys(activations);

/** What an activation does; unknown names and functions of the user's are unknown ops. */
export function activationNamed(name: string): Op | null {
  if (Object.hasOwn(activations, name)) return activations[name] ?? null;
  return { kind: 'unknown', name };
}

/**
 * The argument `activation=`: a string, a function of the framework (`tf.nn.relu`, `keras.activations.relu`), `None`. Layers
 * and the user's functions cannot be said in an op: they are called.
 */
export function activationOf(value: Value): { readonly op: Op | null } | { readonly call: Value } {
  if (isNone(value)) return { op: null };
  const text = stringOf(value);
  if (text !== null) return { op: activationNamed(snakeCase(text)) };
  if (value.type === 'native') {
    const name = value.function.name.replace(/^tf\./, '');
    if (Object.hasOwn(activations, name)) return { op: activationNamed(name) };
  }
  if (value.type === 'unknown') return { op: { kind: 'unknown', name: 'activation' } };
  return { call: value };
}

/** `hardSigmoid`, as TensorFlow.js writes it, to `hard_sigmoid`. */
export function snakeCase(name: string): string {
  return name.replace(/(?<=[a-z\d])([A-Z])/g, '_$1').toLowerCase();
}

/** An activation function called with its arguments: `leaky_relu(x, negative_slope=0.1)`, `gelu(x, approximate=True)`. */
export function activationWith(name: string, argument: (name: string) => Value): Op | null {
  const op = activationNamed(name);
  const parameter = numberOf(argument('parameter'));
  if (op?.kind === 'softmax') return { ...op, axis: numberOf(argument('axis')) ?? -1 };
  if (op?.kind !== 'activation') return op;
  if (op.fn === 'gelu' && argument('approximate').type === 'boolean' && numberOf(argument('approximate')) === 1)
    return { ...op, fn: 'geluTanh' };
  if (op.parameter !== undefined && parameter !== null) return { ...op, parameter };
  return op;
}

/** `ReLU(max_value, negative_slope, threshold)`. */
export function reluOp(maximum: number | null, slope: number, threshold: number): Op {
  if (threshold !== 0 || (maximum !== null && (maximum !== 6 || slope !== 0))) return { kind: 'unknown', name: 'relu' };
  if (maximum === 6) return { kind: 'activation', fn: 'relu6' };
  return slope === 0 ? { kind: 'activation', fn: 'relu' } : { kind: 'activation', fn: 'leakyRelu', parameter: slope };
}
