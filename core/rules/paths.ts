import type { Layer, ModelGraph } from '../graph/graph.ts';
import { indexOf } from '../graph/graph-index.ts';
import type { Parameter } from '../graph/parameter.ts';
import { isNormalization } from '../graph/queries.ts';
import { weightUses } from './weight-uses.ts';

/** What some layers' factors do on the way through a graph. */
export interface Passage {
  /** Factor on the signal where it leaves the model or enters a normalization: the one farthest from 1. */
  readonly signal: number;
  /** Factor on what leaves the model. */
  readonly output: number;
  /** Factor on the gradient at the output of one of the layers, on its way back from there. */
  readonly gradient: number;
  /** Layers with a factor that the signal cannot pass by; most of them that lie in a row. */
  readonly layers: readonly Layer[];
  readonly inARow: number;
}

/**
 * Follows the paths that keep most: a skip connection carries what its branch loses, a gate's other side what the gate loses,
 * and a normalization sets the scale anew.
 */
export function followFactors(graph: ModelGraph, factors: ReadonlyMap<number, number>): Passage {
  const forward = forwardSteps(graph, factors, shutLayers(graph));
  const backward = backwardFactors(graph, factors);
  const layers = new Map<number, Layer>();
  let [signal, inARow] = [1, 0];
  for (const end of endsOf(graph)) {
    const step = forward.get(end);
    // Where nothing comes through, there is nothing to compare.
    if (step === undefined || step.factor === 0) continue;
    signal = farther(signal, step.factor);
    inARow = Math.max(inARow, step.count);
    for (const layer of tracedBack(end, forward)) if (factors.has(layer.id)) layers.set(layer.id, layer);
  }
  const gradient = [...layers.keys()].map((id) => backward.get(id) ?? 1).reduce(farther, 1);
  const output = Math.max(0, ...graph.outputs.map((id) => forward.get(id)?.factor ?? 0));
  return { signal, output, gradient, layers: graph.layers.filter(({ id }) => layers.has(id)), inARow };
}

/** In powers of e. */
function distance(factor: number): number {
  return Math.abs(Math.log(factor));
}

function farther(a: number, b: number): number {
  return distance(b) > distance(a) ? b : a;
}

/** The best way to a layer's output: its factor, how many layers had a share in it, and where it comes from. */
interface Step {
  readonly layer: Layer;
  readonly factor: number;
  readonly count: number;
  readonly from: number | null;
}

/** By layer id; layers that depend on no input are not among them. */
function forwardSteps(
  graph: ModelGraph,
  factors: ReadonlyMap<number, number>,
  shut: ReadonlySet<number>,
): ReadonlyMap<number, Step> {
  const steps = new Map<number, Step>();
  for (const layer of graph.layers) {
    const before = layer.inputs.map((id) => steps.get(id)).filter((step) => step !== undefined);
    if (before.length === 0 && layer.op.kind !== 'input') continue;
    const best = before.reduce<Step | null>((a, b) => (a === null || isBetter(b, a) ? b : a), null);
    const isStart = best === null || setsScale(layer, graph);
    const own = factors.get(layer.id);
    steps.set(layer.id, {
      layer,
      factor: shut.has(layer.id) ? 0 : (isStart ? 1 : best.factor) * (own ?? 1),
      count: (isStart ? 0 : best.count) + (own === undefined ? 0 : 1),
      from: isStart ? null : best.layer.id,
    });
  }
  return steps;
}

/** What goes in has no say in the size of what comes out; an unknown op may be such a one. */
function setsScale(layer: Layer, graph: ModelGraph): boolean {
  const { kind } = layer.op;
  if (kind === 'multiply') return isNormalizedByItself(layer, graph);
  return isNormalization(layer) || kind === 'softmax' || kind === 'unknown';
}

/** `x * rsqrt(mean(x²))`, a normalization written out: a factor that is a statistic of the other, with no weights in between. */
function isNormalizedByItself({ inputs }: Layer, graph: ModelGraph): boolean {
  return inputs.some((id) => inputs.some((other) => other !== id && isStatisticOf(other, id, graph)));
}

/** A normalization is written in a few steps. */
const maxSteps = 12;

function isStatisticOf(id: number, source: number, graph: ModelGraph): boolean {
  const { layers } = indexOf(graph);
  const queue = [{ id, isReduced: false }];
  for (let step = 0; step < Math.min(queue.length, maxSteps); step++) {
    const { id: now = -1, isReduced = false } = queue[step] ?? {};
    if (now === source && isReduced) return true;
    const layer = layers.get(now);
    if (layer === undefined || now === source || weightUses(graph, layer).length > 0) continue;
    const isStatistic = isReduced || layer.op.kind === 'reduce' || layer.op.kind === 'unknown';
    for (const input of layer.inputs) queue.push({ id: input, isReduced: isStatistic });
  }
  return false;
}

/** Layers with weights of zeros: a branch that starts closed. */
function shutLayers(graph: ModelGraph): ReadonlySet<number> {
  const isZero = ({ initializer: { mean, std } }: Parameter) => mean === 0 && std === 0;
  const shut = graph.layers.filter((layer) => weightUses(graph, layer).some(({ parameter }) => isZero(parameter)));
  return new Set(shut.map(({ id }) => id));
}

/** Of two equal ways the one that meets fewer of the layers. */
function isBetter(a: Step, b: Step): boolean {
  if (a.factor === b.factor) return a.count < b.count;
  const ratio = a.factor / b.factor;
  return Math.abs(ratio - 1) < 1e-9 ? a.count < b.count : ratio > 1;
}

function backwardFactors(graph: ModelGraph, factors: ReadonlyMap<number, number>): ReadonlyMap<number, number> {
  const { consumers } = indexOf(graph);
  const backward = new Map<number, number>();
  for (const layer of graph.layers.toReversed()) {
    const behind = (consumers.get(layer.id) ?? []).map((next) =>
      setsScale(next, graph) ? 1 : (backward.get(next.id) ?? 1) * (factors.get(next.id) ?? 1),
    );
    backward.set(layer.id, behind.length === 0 ? 1 : Math.max(...behind));
  }
  return backward;
}

/** What leaves the model, and what is scaled anew. */
function endsOf(graph: ModelGraph): ReadonlySet<number> {
  const { consumers } = indexOf(graph);
  const last = graph.layers.filter(({ id }) => (consumers.get(id) ?? []).length === 0).map(({ id }) => id);
  const normalized = graph.layers
    .filter((layer) => setsScale(layer, graph))
    .flatMap(({ inputs }) => inputs.slice(0, 1));
  return new Set([...graph.outputs, ...last, ...normalized]);
}

function tracedBack(end: number, steps: ReadonlyMap<number, Step>): readonly Layer[] {
  const layers: Layer[] = [];
  for (let step = steps.get(end); step !== undefined; step = step.from === null ? undefined : steps.get(step.from)) {
    layers.push(step.layer);
  }
  return layers;
}
