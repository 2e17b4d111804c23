import type { Shape } from '../../../core/graph/shape.ts';
import type { NativeContext } from '../../interpreter/native.ts';
import { tensor } from '../../interpreter/table.ts';
import type { CallArguments, InstanceValue, TensorValue } from '../../interpreter/values.ts';
import type { Dialect } from './dialect.ts';
import { callLayer } from './layer-classes.ts';
import { isLayer, isPlainModule, isSequential, stateOf } from './layer-state.ts';
import { describeModel } from './names.ts';
import { markOurs } from './ours.ts';
import { flatTensors, inputOrigin } from './symbolic.ts';

/** Runs a model once on inputs whose shapes are the user's, those that its code names, or those that its first layer needs. */
export function traceModel(
  root: InstanceValue,
  given: readonly Shape[] | null,
  dialect: Dialect,
  context: NativeContext,
): { readonly inputs: readonly TensorValue[]; readonly outputs: readonly TensorValue[] } | null {
  // Layers get their names before the nodes that are called after them.
  describeModel(root, dialect);
  const state = stateOf(root);
  const own = state.functional === null ? [] : flatTensors(state.functional.inputs);
  const known = state.inputShapes ?? guessShapes(root);
  const count = Math.max(own.length, given?.length ?? 0, known.length, parametersOfCall(root));
  const inputs = Array.from({ length: count }, (_, index): TensorValue => {
    const expected = known[index] ?? null;
    const shape = withBatch(given?.[index] ?? null, expected) ?? expected;
    const origin = own[index] === undefined ? null : inputOrigin(own[index]);
    const name = origin?.name ?? 'input_layer';
    const at = origin?.at ?? root.at ?? context.at;
    const made = context.graph.isTracing
      ? context.graph.add({ op: { kind: 'input' }, inputs: [], outputShape: shape, name, calledAt: at })
      : tensor({ shape });
    return markOurs(made);
  });
  const arguments_: CallArguments = {
    positional: inputs.map((value) => ({ value, at: null })),
    keyword: new Map(),
    open: false,
  };
  const result = callLayer(root, arguments_, context);
  const outputs = flatTensors(result);
  return outputs.length === 0 ? null : { inputs, outputs };
}

/** The user may leave the batch out. */
function withBatch(shape: Shape | null, expected: Shape | null): Shape | null {
  if (shape === null) return null;
  return expected !== null && shape.length === expected.length - 1 ? [null, ...shape] : shape;
}

/** How many axes the first layer wants, where nothing says the sizes. */
function guessShapes(root: InstanceValue): readonly (Shape | null)[] {
  const first = firstLayer(root);
  const state = first === null ? null : stateOf(first);
  if (state?.inputShapes != null) return state.inputShapes;
  const name = first?.class.name ?? '';
  const rank = Number(/([123])D/.exec(name)?.[1] ?? Number.NaN);
  if (/^(?:Conv|SeparableConv|DepthwiseConv|MaxPool|AveragePool|ZeroPadding)/.test(name) && rank > 0)
    return [Array.from({ length: rank + 2 }, () => null)];
  if (/^(?:LSTM|GRU|SimpleRNN|Bidirectional|MultiHeadAttention)$/.test(name)) return [[null, null, null]];
  if (/^(?:Dense|Embedding)$/.test(name)) return [[null, null]];
  return [null];
}

function firstLayer(root: InstanceValue): InstanceValue | null {
  if (isSequential(root)) {
    const first = stateOf(root).layers[0];
    return first !== undefined && isSequential(first) ? firstLayer(first) : (first ?? null);
  }
  for (const value of root.attributes.values()) {
    if (isLayer(value)) return isSequential(value) ? firstLayer(value) : value;
  }
  return null;
}

/** Arguments that a user's `call` needs, without `self` and without those with defaults. */
function parametersOfCall(root: InstanceValue): number {
  for (const class_ of root.class.order) {
    const member = class_.members.get(isPlainModule(root) ? '__call__' : 'call');
    if (member?.type !== 'function') continue;
    const needed = member.node.parameters.filter(
      (parameter) => (parameter.kind === 'normal' || parameter.kind === 'positionalOnly') && parameter.default === null,
    );
    const names = needed.map(({ target }) => (target.type === 'Name' ? target.name : ''));
    return names.filter((name) => !['self', 'training', 'mask', 'kwargs'].includes(name)).length;
  }
  return 1;
}
