import type { Layer, ModelGraph } from '../graph/graph.ts';
import { indexOf } from '../graph/graph-index.ts';
import type { Initializer } from '../graph/initializer.ts';
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

/** A trained weight, who wrote it last, and where it stands. */
export interface WeightSite extends WeightUse {
  readonly layer: Layer;
  readonly initializer: Initializer;
  /** Where its last writer stands; for a default of the framework, where the layer or else the model is made. */
  readonly at: Span;
  /** The user's own choice, as against the framework's default. */
  readonly isChosen: boolean;
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

/** As `trainedWeights`, without the framework's defaults. */
export function chosenWeights(context: RuleContext): readonly WeightSite[] {
  return trainedWeights(context).filter(({ isChosen }) => isChosen);
}

/**
 * All trained weights whose last write is understood, in the order of the forward pass. Slices, and weights that unknown code may
 * have written, are not among them.
 */
export function trainedWeights(context: RuleContext): readonly WeightSite[] {
  const before = known.get(context);
  if (before !== undefined) return before;
  const sites = context.graph.layers.flatMap((layer) => sitesOf(context, layer));
  known.set(context, sites);
  return sites;
}

function sitesOf({ graph, prediction }: RuleContext, layer: Layer): readonly WeightSite[] {
  return weightUses(graph, layer).flatMap((use): WeightSite[] => {
    const { parameter } = use;
    if (isStandardized(layer)) return [];
    const write = parameter.writes.at(-1);
    if (!isTrained(parameter) || write === undefined || write.partial === true || write.origin === 'unknown') return [];
    const isChosen = write.origin !== 'default';
    const at = isChosen ? write.at : (layer.at ?? graph.nameAt);
    if (at === null) return [];
    return [
      {
        ...use,
        layer,
        initializer: parameter.initializer,
        at,
        isChosen,
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

/** What a standardized weight starts with has no scale that acts. */
function isStandardized({ op }: Layer): boolean {
  return op.kind === 'conv' && op.standardized !== undefined;
}

/** Under spectral normalization a weight has no scale of its own. */
function isTrained({ trainable, overwrittenByUnknown, spectralNorm }: Parameter): boolean {
  return trainable && overwrittenByUnknown !== true && spectralNorm === undefined;
}
