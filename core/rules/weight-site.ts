import type { Layer, ModelGraph } from '../graph/graph.ts';
import { indexOf } from '../graph/graph-index.ts';
import type { Initializer, Write } from '../graph/initializer.ts';
import type { Parameter } from '../graph/parameter.ts';
import {
  type ActivationUse,
  activationAfter,
  isHead,
  isWeightLayer,
  normalizationAfter,
  residualAddAfter,
} from '../graph/queries.ts';
import { isKnown } from '../graph/shape.ts';
import type { Span } from '../graph/span.ts';
import type { LayerPrediction } from '../signal/signal.ts';
import type { RuleContext } from './rule.ts';

/** A weight whose initializer the user chose, and where it stands. */
export interface WeightSite {
  readonly layer: Layer;
  readonly parameter: Parameter;
  readonly initializer: Initializer;
  /** Where its last writer stands. */
  readonly at: Span;
  readonly prediction: LayerPrediction | null;
  /** The activation that acts on what the layer puts out. */
  readonly activation: ActivationUse | null;
  /** The constant that the forward pass multiplies its output by, 1 mostly: SIREN's 30 makes up for small weights. */
  readonly multiplied: number;
  /** The normalization that takes the layer's scale away. */
  readonly normalization: Layer | null;
  readonly isHead: boolean;
  /** The last layer of a residual branch: small or zero on purpose. */
  readonly endsBranch: boolean;
}

const known = new WeakMap<RuleContext, readonly WeightSite[]>();

/**
 * All trained weights whose last write is the user's and is understood, in the order of the forward pass. Framework
 * defaults, slices, and weights that unknown code may have written are not among them.
 */
export function chosenWeights(context: RuleContext): readonly WeightSite[] {
  const before = known.get(context);
  if (before !== undefined) return before;
  const sites = context.graph.layers.filter(isWeightLayer).flatMap((layer) => sitesOf(context, layer));
  known.set(context, sites);
  return sites;
}

function sitesOf(context: RuleContext, layer: Layer): readonly WeightSite[] {
  const { graph, prediction } = context;
  const { parameters } = indexOf(graph);
  return Object.entries(layer.parameters).flatMap(([role, id]): WeightSite[] => {
    const parameter = parameters.get(id);
    if (parameter === undefined || !isWeight(parameter, role) || !isTrained(parameter)) return [];
    const write = parameter.writes.at(-1);
    if (write === undefined || write.at === null || !isChosen(write)) return [];
    return [
      {
        layer,
        parameter,
        initializer: parameter.initializer,
        at: write.at,
        prediction: prediction.layers.get(layer.id) ?? null,
        ...standing(graph, layer),
      },
    ];
  });
}

function standing(graph: ModelGraph, layer: Layer) {
  return {
    activation: nonlinearityAfter(graph, layer),
    multiplied: constantFactorAfter(graph, layer),
    normalization: normalizationAfter(graph, layer),
    isHead: isHead(graph, layer),
    endsBranch: residualAddAfter(graph, layer) !== null,
  };
}

/** Squares, absolute values and exponentials are parts of something else: a norm, a distance, a softmax written out. */
function nonlinearityAfter(graph: ModelGraph, layer: Layer): ActivationUse | null {
  const use = activationAfter(graph, layer);
  return use === null || use.fn === 'square' || use.fn === 'abs' || use.fn === 'exp' ? null : use;
}

function constantFactorAfter(graph: ModelGraph, layer: Layer): number {
  const { consumers } = indexOf(graph);
  let factor = 1;
  for (let at: Layer | undefined = layer; ; ) {
    const next: readonly Layer[] = consumers.get(at.id) ?? [];
    at = next[0];
    if (next.length !== 1 || at?.op.kind !== 'affine' || at.op.factor === 0) return factor;
    factor *= Math.abs(at.op.factor);
  }
}

/** By what it is registered as, and for a parameter of the user's own by what the layer does with it. */
function isWeight({ role, shape }: Parameter, roleInLayer: string): boolean {
  if (role === 'weight' || role === 'recurrentWeight') return true;
  return role === 'other' && shape.length > 1 && !/bias/i.test(roleInLayer);
}

function isTrained({ trainable, overwrittenByUnknown }: Parameter): boolean {
  return trainable && overwrittenByUnknown !== true;
}

function isChosen({ origin, partial }: Write): boolean {
  return partial !== true && (origin === 'explicit' || origin === 'applied');
}

/**
 * Numbers that one output unit sums up: the fan-in of the operation, whatever the framework's initializers count (they
 * differ for transposed and grouped convolutions). `null` where a width is not known.
 */
export function inputsPerUnit({ layer: { op }, parameter }: Pick<WeightSite, 'layer' | 'parameter'>): number | null {
  if (op.kind === 'dense') return isKnown(op.inFeatures) ? op.inFeatures : null;
  if (op.kind !== 'conv') return parameter.fanIn;
  if (!isKnown(op.inChannels)) return null;
  const taps = product(op.kernel) / (op.transposed ? product(op.stride) : 1);
  return (op.inChannels / op.groups) * taps;
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((all, size) => all * size, 1);
}
