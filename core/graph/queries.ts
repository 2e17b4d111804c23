import type { Layer, ModelGraph } from './graph.ts';
import { indexOf } from './graph-index.ts';
import type { ActivationName, Op, OpKind } from './op.ts';
import type { Parameter } from './parameter.ts';
import { isKnown } from './shape.ts';

/* Questions that rules and variants ask about where a layer stands. All are linear in the graph at worst. */

/** Layers whose weights mix units: dense, convolution, recurrent, attention. */
export function isWeightLayer(layer: Layer): boolean {
  return weightKinds.has(layer.op.kind);
}

export function isNormalization(layer: Layer): boolean {
  return normalizationKinds.has(layer.op.kind);
}

/** The layer's weight matrices and kernels, without biases and norm parameters. */
export function weightsOf(graph: ModelGraph, layer: Layer): readonly Parameter[] {
  const { parameters } = indexOf(graph);
  return Object.values(layer.parameters)
    .map((id) => parameters.get(id))
    .filter((p) => p !== undefined)
    .filter(({ role }) => role === 'weight' || role === 'recurrentWeight');
}

/** How many units a weight layer has; `null` where it has none or the width is not known. */
export function unitsOf({ op }: Layer): number | null {
  const width =
    op.kind === 'dense'
      ? op.outFeatures
      : op.kind === 'conv'
        ? op.outChannels
        : op.kind === 'recurrent'
          ? op.hiddenSize
          : op.kind === 'attention'
            ? op.width
            : null;
  return isKnown(width) ? width : null;
}

/** An activation and the node that applies it. */
export interface ActivationUse {
  readonly layer: Layer;
  readonly fn: ActivationName;
  /** Slope, alpha or threshold, where the function has one. */
  readonly parameter?: number;
}

/**
 * The activation that acts on what this layer puts out: the first one met through normalization, dropout, pooling, adds and
 * rearrangement. `null` where a weight layer, a softmax or the output comes first.
 */
export function activationAfter(graph: ModelGraph, layer: Layer): ActivationUse | null {
  const found = firstAfter(graph, layer, ({ op }) => op.kind === 'activation' && op.fn !== 'identity', transparent);
  if (found?.op.kind !== 'activation') return null;
  const { fn, parameter } = found.op;
  return { layer: found, fn, ...(parameter === undefined ? {} : { parameter }) };
}

/** The normalization that takes this layer's scale away: met before any activation, weight layer or add. */
export function normalizationAfter(graph: ModelGraph, layer: Layer): Layer | null {
  return firstAfter(graph, layer, isNormalization, ({ op }) => scaleKeeping.has(op.kind));
}

/** No weight layer comes after it: what it puts out is what the loss sees. */
export function isHead(graph: ModelGraph, layer: Layer): boolean {
  return isWeightLayer(layer) && !factsOf(graph).leadsToWeight.has(layer.id);
}

/** No weight layer comes before it: it reads the model's input. */
export function isStem(graph: ModelGraph, layer: Layer): boolean {
  return isWeightLayer(layer) && !factsOf(graph).followsWeight.has(layer.id);
}

/**
 * The add in which the residual branch ends whose last weight layer this is: through normalization, scaling, dropout
 * and activation into a sum whose other side comes from the model's input too. `null` where there is none.
 */
export function residualAddAfter(graph: ModelGraph, layer: Layer): Layer | null {
  if (!isWeightLayer(layer)) return null;
  const { layers, consumers } = indexOf(graph);
  const dependent = factsOf(graph).dependsOnInput;
  let at = layer;
  for (;;) {
    const next = consumers.get(at.id) ?? [];
    const [only] = next;
    if (next.length !== 1 || only === undefined) return null;
    if (only.op.kind === 'add') {
      const others = only.inputs.filter((id) => id !== at.id).map((id) => layers.get(id));
      return others.some((other) => other !== undefined && dependent.has(other.id)) ? only : null;
    }
    if (!branchTail.has(only.op.kind)) return null;
    at = only;
  }
}

const weightKinds: ReadonlySet<OpKind> = new Set(['dense', 'conv', 'recurrent', 'attention']);

const normalizationKinds: ReadonlySet<OpKind> = new Set([
  'batchNorm',
  'layerNorm',
  'rmsNorm',
  'groupNorm',
  'instanceNorm',
]);

/** Neither mixes units nor bends: the scale of its input is the scale of its output, up to a constant. */
const scaleKeeping: ReadonlySet<OpKind> = new Set([
  'dropout',
  'affine',
  'scale',
  'split',
  'concat',
  'maxPool',
  'averagePool',
  'adaptiveAveragePool',
  'adaptiveMaxPool',
  'reduce',
  'flatten',
  'reshape',
  'permute',
  'select',
  'pad',
  'roll',
  'upsample',
]);

const branchTail: ReadonlySet<OpKind> = new Set([
  ...normalizationKinds,
  'activation',
  'dropout',
  'affine',
  'scale',
  'reshape',
  'permute',
  'multiply',
]);

function transparent(layer: Layer): boolean {
  const { op } = layer;
  if (scaleKeeping.has(op.kind) || isNormalization(layer)) return true;
  return op.kind === 'add' || op.kind === 'subtract' || isIdentity(op);
}

function isIdentity(op: Op): boolean {
  return op.kind === 'activation' && op.fn === 'identity';
}

/** The first wanted layer, breadth first from what reads `layer`, through what `passes`. */
export function firstAfter(
  graph: ModelGraph,
  layer: Layer,
  wanted: (layer: Layer) => boolean,
  passes: (layer: Layer) => boolean,
): Layer | null {
  const { consumers } = indexOf(graph);
  const queue = [layer];
  const seen = new Set([layer.id]);
  for (const at of queue) {
    for (const next of consumers.get(at.id) ?? []) {
      if (seen.has(next.id)) continue;
      seen.add(next.id);
      if (wanted(next)) return next;
      if (passes(next) || isIdentity(next.op)) queue.push(next);
    }
  }
  return null;
}

interface Facts {
  readonly dependsOnInput: ReadonlySet<number>;
  readonly followsWeight: ReadonlySet<number>;
  readonly leadsToWeight: ReadonlySet<number>;
}

const facts = new WeakMap<ModelGraph, Facts>();

function factsOf(graph: ModelGraph): Facts {
  const known = facts.get(graph);
  if (known !== undefined) return known;
  const made = makeFacts(graph);
  facts.set(graph, made);
  return made;
}

function makeFacts(graph: ModelGraph): Facts {
  const { layers, consumers } = indexOf(graph);
  const dependsOnInput = new Set<number>();
  const followsWeight = new Set<number>();
  const leadsToWeight = new Set<number>();

  for (const layer of graph.layers) {
    const inputs = layer.inputs.map((id) => layers.get(id)).filter((input) => input !== undefined);
    if (layer.op.kind === 'input' || inputs.some(({ id }) => dependsOnInput.has(id))) dependsOnInput.add(layer.id);
    if (inputs.some((input) => isWeightLayer(input) || followsWeight.has(input.id))) followsWeight.add(layer.id);
  }
  for (const layer of graph.layers.toReversed()) {
    const readers = consumers.get(layer.id) ?? [];
    if (readers.some((reader) => isWeightLayer(reader) || leadsToWeight.has(reader.id))) leadsToWeight.add(layer.id);
  }
  return { dependsOnInput, followsWeight, leadsToWeight };
}
