import type { Layer, ModelGraph } from '../graph/graph.ts';
import { indexOf } from '../graph/graph-index.ts';
import type { OpKind } from '../graph/op.ts';
import { isKnown } from '../graph/shape.ts';
import { type Layout, layoutOf, type Stretch } from './layout.ts';

/*
 * Attention that is written out, softmax(q kᵀ · s + bias) v, is no product of independent tensors: each row of weights sums to one.
 * For the walk through the graph the last product becomes one node that reads queries, keys and values.
 */

/** What happens to the scores between the two products. */
export interface Scores {
  /** Constant factor. */
  readonly factor: number;
  /** Layers that are multiplied with them and added to them, the same for every input of the model. */
  readonly factors: readonly number[];
  readonly biases: readonly number[];
  /** Layers that cap them: functions that are odd, of which only what they leave of the size matters. */
  readonly caps: readonly number[];
  /** What is added removes pairs, by filling a part of it with a number. */
  readonly isMasked: boolean;
  /** What is added removes all pairs of a token and a later one. */
  readonly causal: boolean;
  readonly dropped: number;
}

/** The graph with a node for each attention, and what its scores go through, by the id of that node. */
export function readAttention(
  graph: ModelGraph,
  fixed: ReadonlySet<number>,
): { readonly graph: ModelGraph; readonly scores: ReadonlyMap<number, Scores> } {
  const scores = new Map<number, Scores>();
  for (const layer of graph.layers) {
    const given = givenScores(graph, layer);
    if (given !== null) scores.set(layer.id, given);
  }
  if (!graph.layers.some(({ op }) => op.kind === 'softmax')) return { graph, scores };
  const masks = masksOf(graph);
  const layers = graph.layers.map((layer): Layer => {
    const found = attentionAt(graph, layer, fixed, masks);
    if (found === null) return isWeighing(graph, layer) ? { ...layer, op: { kind: 'unknown', name: 'matmul' } } : layer;
    scores.set(layer.id, found.scores);
    return { ...layer, op: { kind: 'dotProductAttention', causal: false }, inputs: found.inputs };
  });
  return layers.every((layer, i) => layer === graph.layers[i])
    ? { graph, scores }
    : { graph: { ...graph, layers }, scores };
}

/** A product with shares of a whole, which are no independent numbers: of those nothing follows where they were changed meanwhile. */
function isWeighing(graph: ModelGraph, { op, inputs }: Layer): boolean {
  if (op.kind !== 'matmul') return false;
  const { layers } = indexOf(graph);
  return inputs.some((id) => {
    let layer = layers.get(id);
    while (layer !== undefined && layer.op.kind !== 'softmax' && keepsShares.has(layer.op.kind))
      layer = layers.get(layer.inputs[0] ?? -1);
    return layer?.op.kind === 'softmax' && !layer.op.log;
  });
}

/** What is done to the weights between a softmax and a product, talking heads above all. */
const keepsShares: ReadonlySet<OpKind> = new Set([
  'dense',
  'conv',
  'permute',
  'reshape',
  'flatten',
  'dropout',
  'affine',
  'scale',
  'batchNorm',
  'split',
]);

/** Of an attention that is one op, with the usual scale. */
function givenScores(graph: ModelGraph, { op, inputs }: Layer): Scores | null {
  if (op.kind !== 'dotProductAttention') return null;
  const width = indexOf(graph)
    .layers.get(inputs[0] ?? -1)
    ?.outputShape?.at(-1);
  return isKnown(width) ? { ...noScores, factor: 1 / Math.sqrt(width), causal: op.causal } : null;
}

const noScores: Scores = { factor: 1, factors: [], biases: [], caps: [], isMasked: false, causal: false, dropped: 0 };

function attentionAt(
  graph: ModelGraph,
  { op, inputs }: Layer,
  fixed: ReadonlySet<number>,
  masks: ReadonlySet<number>,
): { readonly inputs: readonly number[]; readonly scores: Scores } | null {
  if (op.kind !== 'matmul' || op.transposeA || op.transposeB) return null;
  const { layers } = indexOf(graph);
  const [weights, value] = inputs;
  if (weights === undefined || value === undefined) return null;
  let scores = noScores;
  let isNormalized = false;
  for (let layer = layers.get(weights); layer !== undefined; ) {
    const { op: step } = layer;
    const varying = layer.inputs.filter((id) => !fixed.has(id));
    const others = layer.inputs.filter((id) => fixed.has(id));
    if (step.kind === 'matmul')
      return isNormalized ? product(graph, layer, value, withMasks(graph, scores, masks)) : null;
    const [next] = varying;
    if (next === undefined || varying.length > 1) return null;
    switch (step.kind) {
      case 'dropout':
        scores = { ...scores, dropped: isNormalized ? scores.dropped : step.rate };
        if (isNormalized && step.rate > 0) return null;
        break;
      case 'softmax':
        if (isNormalized || step.log || !isLast(step.axis, layer)) return null;
        isNormalized = true;
        break;
      case 'affine':
        scores = { ...scores, factor: scores.factor * step.factor };
        break;
      case 'activation':
        if (!odd.has(step.fn)) return null;
        scores = { ...scores, caps: [...scores.caps, layer.id] };
        break;
      case 'scale':
      case 'multiply':
        if (step.kind === 'scale' || others.length !== 1) return null;
        scores = { ...scores, factors: [...scores.factors, ...others] };
        break;
      case 'add':
        scores = { ...scores, biases: [...scores.biases, ...others] };
        break;
      case 'reshape':
        // Windows and heads may be told apart; what is looked at stays the last axis.
        if (layer.outputShape?.at(-1) !== layers.get(next)?.outputShape?.at(-1)) return null;
        break;
      default:
        return null;
    }
    layer = layers.get(next);
  }
  return null;
}

const odd: ReadonlySet<string> = new Set(['tanh', 'softsign', 'hardTanh']);

function product(graph: ModelGraph, { op, inputs }: Layer, value: number, scores: Scores) {
  const { layers } = indexOf(graph);
  const [query, right] = inputs;
  if (op.kind !== 'matmul' || op.transposeA || query === undefined || right === undefined) return null;
  const key = op.transposeB ? right : untransposed(layers.get(right));
  if (scores.biases.some((id) => isSteep(graph, id))) return null;
  return key === null ? null : { inputs: [query, key, value], scores };
}

function untransposed(layer: Layer | undefined): number | null {
  if (layer?.op.kind !== 'permute') return null;
  const { order } = layer.op;
  const rank = order.length;
  const swaps = order.every((axis, i) => axis === (i === rank - 2 ? rank - 1 : i === rank - 1 ? rank - 2 : i));
  return swaps ? (layer.inputs[0] ?? null) : null;
}

function isLast(axis: number, { outputShape }: Layer): boolean {
  return axis === -1 || axis === (outputShape?.length ?? 0) - 1;
}

function withMasks(graph: ModelGraph, scores: Scores, masks: ReadonlySet<number>): Scores {
  const kinds = scores.biases.map((id) => (masks.has(id) ? 'filled' : maskAt(graph, id)));
  return {
    ...scores,
    biases: scores.biases.filter((_, i) => kinds[i] === null),
    isMasked: kinds.some((kind) => kind === 'filled' || kind === 'other'),
    causal: kinds.includes('causal'),
  };
}

/** Far below any score: a pair of tokens to which this is added has no weight. */
export const removed = -1e4;

/**
 * Numbers that favour some tokens over others (the slopes of ALiBi, Press et al. 2022) by more than a little: no bias of random numbers
 * does the same.
 */
function isSteep(graph: ModelGraph, id: number): boolean {
  const { layers } = indexOf(graph);
  let layer = layers.get(id);
  let factor = 1;
  for (; layer?.op.kind === 'reshape' || layer?.op.kind === 'affine'; layer = layers.get(layer.inputs[0] ?? -1))
    if (layer.op.kind === 'affine') factor *= layer.op.factor;
  if (layer?.op.kind !== 'constant') return false;
  const { numbers = [] } = layer.op;
  const tokens = layer.outputShape?.at(-1);
  if (!isKnown(tokens) || tokens < 2) return false;
  const rows = Math.floor(numbers.length / tokens);
  let variance = 0;
  for (let row = 0; row < rows; row++) {
    const own = numbers.slice(row * tokens, (row + 1) * tokens).map((one) => factor * one);
    const mean = own.reduce((sum, one) => sum + one, 0) / tokens;
    variance += own.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (tokens * rows);
  }
  return variance > steep;
}

/** Variance over tokens of what is added to their scores. */
const steep = 0.1;

/** What a table of numbers [..., queries, tokens] removes, the same for every input and head; `null` where it removes nothing. */
function maskAt(graph: ModelGraph, id: number): 'causal' | 'other' | null {
  const { layers } = indexOf(graph);
  let layer = layers.get(id);
  // Repeated along axes in front.
  while (layer?.op.kind === 'reshape') layer = layers.get(layer.inputs[0] ?? -1);
  if (layer?.op.kind !== 'constant') return null;
  const { op, outputShape } = layer;
  const { numbers = [], value } = op;
  if (value !== null) return value < removed ? 'other' : null;
  if (!numbers.some((one) => one < removed)) return null;
  const tokens = outputShape?.at(-1);
  if (!isKnown(tokens) || numbers.length !== tokens * tokens) return 'other';
  const isCausal = numbers.every((one, i) =>
    one === 0 ? i % tokens <= Math.floor(i / tokens) : one < removed && i % tokens > Math.floor(i / tokens),
  );
  return isCausal ? 'causal' : 'other';
}

/** What was filled with a number where a condition holds, and what is made of it. Layers come after what they read. */
function masksOf(graph: ModelGraph): ReadonlySet<number> {
  const masks = new Set<number>();
  for (const { id, op, inputs } of graph.layers) {
    const isFilled = op.kind === 'unknown' && op.name === 'masked_fill';
    if (isFilled || inputs.some((input) => masks.has(input))) masks.add(id);
  }
  return masks;
}

/** Tokens that look at each other: a block of the map, or places that lie apart. */
export interface TokenWindow {
  readonly length: readonly [y: number, x: number];
  readonly stride: readonly [y: number, x: number];
  readonly rolled: readonly [y: number, x: number];
}

/** The axis of tokens, the last but one. `null` where its places in the map are not known. */
export function windowOf(graph: ModelGraph, id: number): TokenWindow | null {
  const tokens = layoutOf(graph, id)?.at(-2);
  if (tokens === undefined) return null;
  return asWindow(tokens);
}

function asWindow(tokens: Layout[number]): TokenWindow | null {
  if (tokens.some(({ of }) => of === 'batch' || of === 'channel')) return null;
  const along = (of: 'y' | 'x') => tokens.filter((stretch) => stretch.of === of);
  const [ys, xs] = [along('y'), along('x')];
  if (ys.length > 1 || xs.length > 1) return null;
  const whole: Stretch = { of: 'y', length: 1, stride: 1, rolled: 0 };
  const [y, x] = [ys[0] ?? whole, xs[0] ?? whole];
  if (y.length === null || x.length === null) return null;
  return { length: [y.length, x.length], stride: [y.stride, x.stride], rolled: [y.rolled, x.rolled] };
}
