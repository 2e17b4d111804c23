import type { Layer, ModelGraph } from '../graph/graph.ts';
import { indexOf } from '../graph/graph-index.ts';
import type { Initializer, Write } from '../graph/initializer.ts';
import type { Parameter } from '../graph/parameter.ts';
import {
  type ActivationUse,
  activationAfter,
  firstAfter,
  isWeightLayer,
  normalizationAfter,
  residualAddAfter,
} from '../graph/queries.ts';
import type { Span } from '../graph/span.ts';
import type { LayerPrediction } from '../signal/signal.ts';
import type { RuleContext } from './rule.ts';
import { type WeightUse, weightUses } from './weight-uses.ts';

/** A weight whose initializer the user chose, and where it stands. */
export interface WeightSite extends WeightUse {
  readonly layer: Layer;
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
  const sites = context.graph.layers.flatMap((layer) => sitesOf(context, layer));
  known.set(context, sites);
  return sites;
}

function sitesOf({ graph, prediction }: RuleContext, layer: Layer): readonly WeightSite[] {
  return weightUses(graph, layer).flatMap((use): WeightSite[] => {
    const { parameter } = use;
    const write = parameter.writes.at(-1);
    if (!isTrained(parameter) || write === undefined || write.at === null || !isChosen(write)) return [];
    return [
      {
        ...use,
        layer,
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
    isHead: isLast(graph, layer),
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

/** No weight comes after it: what it puts out is what the loss sees. */
function isLast(graph: ModelGraph, layer: Layer): boolean {
  const weighs = (next: Layer) => isWeightLayer(next) || weightUses(graph, next).length > 0;
  return firstAfter(graph, layer, weighs, () => true) === null;
}

function isTrained({ trainable, overwrittenByUnknown }: Parameter): boolean {
  return trainable && overwrittenByUnknown !== true;
}

function isChosen({ origin, partial }: Write): boolean {
  return partial !== true && (origin === 'explicit' || origin === 'applied');
}
