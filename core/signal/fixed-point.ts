import type { Layer, ModelGraph } from '../graph/graph.ts';
import { indexOf } from '../graph/graph-index.ts';
import type { Parameter } from '../graph/parameter.ts';
import { isWeightLayer } from '../graph/queries.ts';
import { activationOf } from '../maths/activation.ts';

/** What training can and cannot change, whatever it learns. */
interface FixedPoint {
  /** Parameters (ids) that get no gradient on any step. */
  readonly dead: ReadonlySet<number>;
  /** Weight layers (ids) whose units start equal and stay so. */
  readonly symmetric: ReadonlySet<number>;
}

/**
 * Follows which tensors are zero, which have equal channels, which get a gradient and whether it is equal for all channels; takes
 * every parameter that gets a gradient as moved (unequally, unless all it sees is equal); repeats until nothing changes. Zero
 * heads, ReZero and LoRA come alive after a step or two; zeros before ReLU and products of two zeros never do. `checkpoint` is
 * called before every round, and may throw.
 */
export function fixedPointOf(graph: ModelGraph, checkpoint: () => void = () => {}): FixedPoint {
  const states = new Map(graph.parameters.map((parameter) => [parameter.id, startOf(parameter)]));
  // Every round moves at least one parameter one way, or is the last.
  for (let round = 0; round <= 3 * graph.parameters.length; round++) {
    checkpoint();
    const values = forward(graph, states);
    const slopes = backward(graph, states, values);
    if (!move(graph, states, values, slopes)) break;
  }
  const dead = graph.parameters.filter(({ id, trainable }) => trainable && states.get(id)?.reached === false);
  const symmetric = graph.layers.filter((layer) => isWeightLayer(layer) && staysSymmetric(layer, states));
  return { dead: new Set(dead.map(({ id }) => id)), symmetric: new Set(symmetric.map(({ id }) => id)) };
}

/** `equalOut`: the same for all output units; `equalIn`: for all inputs. */
interface ParameterState {
  readonly zero: boolean;
  readonly equalOut: boolean;
  readonly equalIn: boolean;
  readonly reached: boolean;
}

/** Of a tensor, or of the gradient with respect to it. */
interface TensorState {
  readonly zero: boolean;
  readonly equal: boolean;
}

const anything: TensorState = { zero: false, equal: false };
const nothing: TensorState = { zero: true, equal: true };

function startOf({ initializer, overwrittenByUnknown }: Parameter): ParameterState {
  const known = overwrittenByUnknown !== true && initializer.std === 0 && initializer.mean !== null;
  return { zero: known && initializer.mean === 0, equalOut: known, equalIn: known, reached: false };
}

type States = Map<number, ParameterState>;
type Tensors = ReadonlyMap<number, TensorState>;

function rolesOf(layer: Layer, states: States): (role: string) => ParameterState | null {
  return (role) => {
    const id = layer.parameters[role];
    return id === undefined ? null : (states.get(id) ?? null);
  };
}

/** The ids of a layer's parameters. */
interface Ids {
  readonly all: readonly number[];
  readonly matrices: readonly number[];
  readonly biases: readonly number[];
}

const idsOf = new WeakMap<Layer, Ids>();

/** Every round asks for them several times. */
function idsIn(layer: Layer): Ids {
  const known = idsOf.get(layer);
  if (known !== undefined) return known;
  const roles = Object.entries(layer.parameters);
  const ids = (wanted: (role: string) => boolean) => roles.filter(([role]) => wanted(role)).map(([, id]) => id);
  const made = {
    all: ids(() => true),
    matrices: ids((role) => !isBias(role) && role !== 'weightGain'),
    biases: ids(isBias),
  };
  idsOf.set(layer, made);
  return made;
}

/** All matrices that the layer multiplies by, all its biases, or both. */
function gather(layer: Layer, states: States, wanted: keyof Ids): ParameterState | null {
  let gathered: ParameterState | null = null;
  for (const id of idsIn(layer)[wanted]) {
    const state = states.get(id);
    if (state === undefined) continue;
    gathered =
      gathered === null
        ? state
        : {
            zero: gathered.zero && state.zero,
            equalOut: gathered.equalOut && state.equalOut,
            equalIn: gathered.equalIn && state.equalIn,
            reached: gathered.reached || state.reached,
          };
  }
  return gathered;
}

const isBias = (role: string) => /bias/i.test(role);

/** A standardized weight is zero where its gain is, and where all of its elements are equal. */
function isSilent(layer: Layer, states: States): boolean {
  const weight = gather(layer, states, 'matrices');
  const isStandardized = layer.op.kind === 'conv' && layer.op.standardized !== undefined;
  const role = rolesOf(layer, states);
  return (weight?.zero ?? false) || (isStandardized && (role('weightGain')?.zero === true || weight?.equalIn === true));
}

function staysSymmetric(layer: Layer, states: States): boolean {
  const weight = gather(layer, states, 'matrices');
  const bias = gather(layer, states, 'biases');
  return weight?.equalOut === true && (bias === null || bias.equalOut);
}

function forward(graph: ModelGraph, states: States): Tensors {
  const values = new Map<number, TensorState>();
  for (const layer of graph.layers) {
    const inputs = layer.inputs.map((id) => values.get(id) ?? anything);
    values.set(layer.id, tensorOf(layer, inputs, states));
  }
  return values;
}

function tensorOf(layer: Layer, inputs: readonly TensorState[], states: States): TensorState {
  const { op } = layer;
  const [input = anything] = inputs;
  const role = rolesOf(layer, states);
  switch (op.kind) {
    case 'input':
    case 'unknown':
      return anything;
    case 'constant':
      return { zero: op.value === 0, equal: op.value !== null };
    case 'parameter':
    case 'embedding': {
      const state = gather(layer, states, 'all');
      return { zero: state?.zero ?? false, equal: state?.equalIn ?? false };
    }
    case 'dense':
    case 'conv':
    case 'recurrent':
    case 'attention': {
      const bias = gather(layer, states, 'biases');
      const silent = isSilent(layer, states) || (input.zero && op.kind !== 'recurrent');
      return {
        zero: silent && (bias?.zero ?? true),
        equal: staysSymmetric(layer, states) || (silent && (bias?.equalOut ?? true)),
      };
    }
    case 'batchNorm':
    case 'layerNorm':
    case 'rmsNorm':
    case 'groupNorm':
    case 'instanceNorm': {
      const [gain, bias] = [role('gain'), role('bias')];
      const centred = op.kind === 'layerNorm' && input.equal;
      const silent = input.zero || centred || gain?.zero === true;
      const equal = (input.equal || silent) && (gain?.equalOut ?? true) && (bias?.equalOut ?? true);
      return { zero: silent && (bias?.zero ?? true), equal };
    }
    case 'activation': {
      const atZero = activationOf(op.fn, op.parameter).value(0);
      return { zero: input.zero && atZero === 0, equal: input.equal };
    }
    case 'scale': {
      const factor = role('scale');
      return { zero: input.zero || factor?.zero === true, equal: input.equal && (factor?.equalOut ?? true) };
    }
    case 'dropout':
      return { zero: input.zero, equal: input.equal && (input.zero || op.rate === 0 || op.mode === 'row') };
    case 'affine':
      return { zero: input.zero && op.offset === 0, equal: input.equal };
    case 'softmax':
      return { zero: false, equal: input.equal };
    case 'multiply':
      return { zero: inputs.some(({ zero }) => zero), equal: inputs.every(({ equal }) => equal) };
    case 'matmul':
      return { zero: inputs.some(({ zero }) => zero), equal: inputs[1]?.equal === true };
    case 'dotProductAttention':
      return inputs[2] ?? anything;
    default:
      return { zero: inputs.every(({ zero }) => zero), equal: inputs.every(({ equal }) => equal) };
  }
}

function backward(graph: ModelGraph, states: States, values: Tensors): Tensors {
  const slopes = new Map<number, TensorState>();
  const give = (id: number, slope: TensorState) => {
    const before = slopes.get(id) ?? nothing;
    slopes.set(id, {
      zero: before.zero && slope.zero,
      equal: (before.equal || before.zero) && (slope.equal || slope.zero),
    });
  };
  for (const id of graph.outputs) give(id, anything);
  for (const layer of graph.layers.toReversed()) {
    const slope = slopes.get(layer.id) ?? nothing;
    if (slope.zero) continue;
    layer.inputs.forEach((id, i) => {
      give(id, slopeOf(layer, i, slope, states, values));
    });
  }
  return slopes;
}

function slopeOf(layer: Layer, index: number, slope: TensorState, states: States, values: Tensors): TensorState {
  const { op } = layer;
  const valueAt = (i: number) => values.get(layer.inputs[i] ?? -1) ?? anything;
  const input = valueAt(index);
  const role = rolesOf(layer, states);
  switch (op.kind) {
    case 'dense':
    case 'conv':
    case 'recurrent':
    case 'attention': {
      const weight = gather(layer, states, 'matrices');
      return { zero: isSilent(layer, states), equal: weight?.equalIn ?? false };
    }
    case 'batchNorm':
    case 'groupNorm':
    case 'instanceNorm':
    case 'rmsNorm':
      return {
        zero: role('gain')?.zero === true,
        equal: slope.equal && input.equal && (role('gain')?.equalOut ?? true),
      };
    case 'layerNorm': {
      // What is equal for all channels is taken away with their mean.
      const equal = slope.equal && (role('gain')?.equalOut ?? true);
      return { zero: role('gain')?.zero === true || (equal && input.equal), equal: equal && input.equal };
    }
    case 'activation': {
      const flat = input.zero && activationOf(op.fn, op.parameter).slope(0) === 0;
      return { zero: flat, equal: slope.equal && input.equal };
    }
    case 'scale':
      return { zero: role('scale')?.zero === true, equal: slope.equal && (role('scale')?.equalOut ?? true) };
    case 'affine':
      return { zero: op.factor === 0, equal: slope.equal };
    case 'dropout':
      return { zero: op.rate >= 1, equal: slope.equal && (op.rate === 0 || op.mode === 'row') };
    case 'multiply': {
      const others = layer.inputs.map((_, i) => valueAt(i)).filter((_, i) => i !== index);
      return { zero: others.some(({ zero }) => zero), equal: slope.equal && others.every(({ equal }) => equal) };
    }
    case 'matmul':
      return { zero: valueAt(1 - index).zero, equal: false };
    case 'dotProductAttention':
      // A query learns through the keys and a key through the queries.
      return { zero: index < 2 && (valueAt(1 - index).zero || valueAt(2).zero), equal: false };
    case 'softmax':
    case 'unknown':
      return { zero: false, equal: false };
    default:
      return slope;
  }
}

/** Takes what gets a gradient as moved; says whether anything changed. */
function move(graph: ModelGraph, states: States, values: Tensors, slopes: Tensors): boolean {
  let changed = false;
  const update = (id: number, next: ParameterState) => {
    const now = states.get(id);
    if (now === undefined) return;
    const merged: ParameterState = {
      zero: now.zero && next.zero,
      equalOut: now.equalOut && next.equalOut,
      equalIn: now.equalIn && next.equalIn,
      reached: now.reached || next.reached,
    };
    changed ||= (Object.keys(merged) as (keyof ParameterState)[]).some((key) => merged[key] !== now[key]);
    states.set(id, merged);
  };
  const { parameters } = indexOf(graph);
  for (const layer of graph.layers) {
    const slope = slopes.get(layer.id) ?? nothing;
    if (slope.zero) continue;
    const input = values.get(layer.inputs[0] ?? -1) ?? anything;
    for (const [role, id] of Object.entries(layer.parameters)) {
      if (!learns(layer, role, input, states)) continue;
      // A frozen parameter would get a gradient, but does not move.
      const moves = parameters.get(id)?.trainable ?? true;
      update(id, {
        zero: !moves,
        equalOut: !moves || slope.equal,
        equalIn: !moves || input.equal,
        reached: true,
      });
    }
  }
  return changed;
}

/** Whether a gradient at the layer's output reaches this parameter. */
function learns(layer: Layer, role: string, input: TensorState, states: States): boolean {
  const { op } = layer;
  if (isBias(role)) return true;
  const other = (name: string) => rolesOf(layer, states)(name)?.zero === true;
  switch (op.kind) {
    case 'dense':
    case 'scale':
      return !input.zero;
    case 'conv':
      return (
        !input.zero && !(role === 'weightGain' ? isSilent(layer, states) && !other('weightGain') : other('weightGain'))
      );
    case 'recurrent':
      return !input.zero || (gather(layer, states, 'biases')?.zero ?? true) === false;
    case 'attention':
      // The output projection sees the values, queries see keys and keys see queries, all through values and output.
      if (input.zero) return false;
      if (role === 'output') return !other('value');
      if (role === 'value') return !other('output');
      if (role === 'query') return !other('key') && !other('value') && !other('output');
      if (role === 'key') return !other('query') && !other('value') && !other('output');
      return !other('output');
    case 'batchNorm':
    case 'layerNorm':
    case 'rmsNorm':
    case 'groupNorm':
    case 'instanceNorm':
      return !input.zero && !(op.kind === 'layerNorm' && input.equal);
    default:
      return true;
  }
}
