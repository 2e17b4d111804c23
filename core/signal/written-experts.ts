import type { Layer, ModelGraph } from '../graph/graph.ts';
import { indexOf } from '../graph/graph-index.ts';
import { isKnown } from '../graph/shape.ts';

/*
 * A mixture of experts: every token's row goes to k of n experts, rows are sorted by expert for the products, and what the k
 * experts say is summed with the weights that a router gives them. Which rows go where depends on the data, and does not matter:
 * for the walk the rows stay with their tokens, and what sorts them does nothing.
 */

/** Who decides, and how scores become weights. */
export interface Routing {
  /** The layer whose rows are sent to experts. */
  readonly source: number;
  /** The layer whose output are the scores of all experts, before softmax or sigmoid. */
  readonly scores: number;
  readonly fn: 'softmax' | 'sigmoid';
  readonly chosen: number;
  readonly experts: number;
  /** The weights of the chosen are divided by their sum. */
  readonly isNormalized: boolean;
  readonly factor: number;
}

/** Part of a mixture: where rows go out to experts, an expert's matrix, where what they say is summed. */
export interface Routed {
  readonly part: 'out' | 'expert' | 'sum';
  readonly routing: Routing;
}

/** The graph in which rows stay with their tokens, and the parts of mixtures by layer id. */
export function readExperts(graph: ModelGraph): {
  readonly graph: ModelGraph;
  readonly routed: ReadonlyMap<number, Routed>;
} {
  const routed = new Map<number, Routed>();
  if (!graph.layers.some(isGroupedProduct)) return { graph, routed };
  const still = new Map<number, number>();
  for (const { rows, sum, routing } of mixturesOf(graph)) {
    routed.set(rows.out, { part: 'out', routing });
    routed.set(sum, { part: 'sum', routing });
    for (const id of rows.products) routed.set(id, { part: 'expert', routing });
    for (const [id, from] of rows.still) still.set(id, from);
  }
  const scoresAt = (id: number) => routed.get(id)?.routing.scores ?? -1;
  const layers = graph.layers.map((layer): Layer => {
    const from = still.get(layer.id);
    if (from !== undefined) return { ...layer, op: { kind: 'affine', factor: 1, offset: 0 }, inputs: [from] };
    switch (routed.get(layer.id)?.part) {
      case 'expert':
        return { ...layer, op: productOf(graph, layer) };
      case 'sum':
        return {
          ...layer,
          op: { kind: 'unknown', name: 'sum over experts' },
          inputs: [...layer.inputs, scoresAt(layer.id)],
        };
      default:
        return layer;
    }
  });
  return { graph: { ...graph, layers }, routed };
}

/** Rows on their way through experts. */
interface Rows {
  readonly out: number;
  readonly source: number;
  readonly products: readonly number[];
  /** Layers that only move or weigh rows, and which of their inputs has them. */
  readonly still: ReadonlyMap<number, number>;
  readonly weights: number | null;
}

function mixturesOf(graph: ModelGraph) {
  const onWay = new Map<number, Rows>();
  const found: { rows: Rows; sum: number; routing: Routing }[] = [];
  for (const layer of graph.layers) {
    const { id, op, inputs, outputShape } = layer;
    const on = inputs.map((input) => onWay.get(input));
    const [rows] = on.filter((one) => one !== undefined);
    const [input = -1] = inputs;
    if (isReordering(layer) && rows === undefined) {
      if (outputShape?.length === 2)
        onWay.set(id, { out: id, source: input, products: [], still: new Map(), weights: null });
      continue;
    }
    if (rows === undefined) continue;
    const isWhole = on.every((one) => one?.out === rows.out);
    const stays = (weights = rows.weights, from = input) =>
      onWay.set(id, { ...rows, weights, still: new Map([...rows.still, [id, from]]) });
    if (isGroupedProduct(layer)) onWay.set(id, { ...rows, products: [...rows.products, id] });
    else if (isReordering(layer) || (op.kind === 'reshape' && rows.weights !== null)) stays();
    else if (op.kind === 'multiply' && !isWhole && inputs.length === 2 && rows.weights === null) {
      const [from, weights] = on[0] === undefined ? [inputs[1], inputs[0]] : inputs;
      stays(weights, from);
    } else if (op.kind === 'reduce' && op.fn === 'sum' && `${op.axes}` === '1' && rows.weights !== null) {
      const routing = routingOf(graph, rows.source, rows.weights);
      if (routing !== null && rows.products.length > 0) found.push({ rows, sum: id, routing });
    } else if (isWhole && elementwise.has(op.kind)) onWay.set(id, merged(on, rows));
  }
  return found;
}

const elementwise: ReadonlySet<string> = new Set([
  'split',
  'activation',
  'multiply',
  'glu',
  'affine',
  'dropout',
  'add',
]);

function merged(on: readonly (Rows | undefined)[], rows: Rows): Rows {
  const all = on.filter((one) => one !== undefined);
  return {
    ...rows,
    products: [...new Set(all.flatMap(({ products }) => products))],
    still: new Map(all.flatMap(({ still }) => [...still])),
    weights: all.find(({ weights }) => weights !== null)?.weights ?? null,
  };
}

function isGroupedProduct({ op, parameters }: Layer): boolean {
  return op.kind === 'unknown' && op.name === 'grouped_mm' && 'weight' in parameters;
}

function isReordering({ op, inputs }: Layer): boolean {
  return op.kind === 'unknown' && op.name === 'index' && inputs.length === 1;
}

function productOf(graph: ModelGraph, { inputs, outputShape }: Layer): Layer['op'] {
  const before = indexOf(graph).layers.get(inputs[0] ?? -1);
  return {
    kind: 'dense',
    inFeatures: before?.outputShape?.at(-1) ?? null,
    outFeatures: outputShape?.at(-1) ?? null,
  };
}

/** From the weights back to what they are made of; `null` where that is nothing known. */
function routingOf(graph: ModelGraph, source: number, weights: number): Routing | null {
  const { layers } = indexOf(graph);
  let [factor, isNormalized] = [1, false];
  let chosen: number | null = null;
  let fn: Routing['fn'] | null = null;
  for (let layer = layers.get(weights); layer !== undefined; layer = layers.get(layer.inputs[0] ?? -1)) {
    const { op, inputs, outputShape } = layer;
    const name = op.kind === 'unknown' ? op.name : op.kind;
    if (name === 'topk' || name === 'gather') {
      const width = outputShape?.at(-1);
      if (chosen !== null || !isKnown(width)) return null;
      chosen = width;
    } else if (name === 'divide') {
      if (chosen !== null || !isSumOf(graph, inputs[1], inputs[0])) return null;
      isNormalized = true;
    } else if (op.kind === 'affine') {
      if (op.offset !== 0) return null;
      factor *= op.factor;
    } else if (op.kind === 'softmax' && !op.log && fn === null) {
      fn = 'softmax';
      // Of the chosen scores alone.
      if (chosen === null) isNormalized = true;
    } else if (op.kind === 'activation' && op.fn === 'sigmoid' && fn === null) fn = 'sigmoid';
    else if (op.kind === 'dense') {
      const experts = outputShape?.at(-1);
      if (fn === null || chosen === null || !isKnown(experts)) return null;
      return { source, scores: layer.id, fn, chosen, experts, isNormalized, factor };
    } else if (op.kind !== 'reshape' && name !== 'index') return null;
  }
  return null;
}

/** The sum over the last axis, with a small number added or not. */
function isSumOf(graph: ModelGraph, sum: number | undefined, of: number | undefined): boolean {
  const { layers } = indexOf(graph);
  let layer = layers.get(sum ?? -1);
  if (layer?.op.kind === 'affine' && layer.op.factor === 1 && layer.op.offset < 1e-3)
    layer = layers.get(layer.inputs[0] ?? -1);
  if (layer?.op.kind !== 'reduce' || layer.op.fn !== 'sum' || layer.inputs[0] !== of) return false;
  const [axis = 0] = layer.op.axes;
  return layer.op.axes.length === 1 && (axis === -1 || axis === (layers.get(of ?? -1)?.outputShape?.length ?? 0) - 1);
}
