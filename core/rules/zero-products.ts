import type { Layer, ModelGraph } from '../graph/graph.ts';
import { indexOf } from '../graph/graph-index.ts';
import type { Initializer } from '../graph/initializer.ts';
import type { Parameter } from '../graph/parameter.ts';
import { normal } from '../initializers/make.ts';
import { fixedPointOf } from '../signal/fixed-point.ts';
import type { RuleContext } from './rule.ts';

/** A parameter that starts at zero and never moves, with the layer that uses it. */
export interface ZeroFactor {
  readonly parameter: Parameter;
  readonly layer: Layer;
}

const known = new WeakMap<RuleContext, readonly ZeroFactor[]>();

/**
 * Zeros that would come alive, were the other dead zeros not there: factors of one product, each of whose gradients is a multiple
 * of the other. A zero that ReLU shuts by itself is not among them. In the order of the forward pass.
 */
export function zeroProducts(context: RuleContext): readonly ZeroFactor[] {
  const before = known.get(context);
  if (before !== undefined) return before;
  const found = findProducts(context);
  known.set(context, found);
  return found;
}

/** Places tried: every trial follows the whole graph. */
const maxTrials = 16;

/** One zero of every place that writes them is tried; the others written there are like it. */
function findProducts({ graph, prediction, checkpoint }: RuleContext): readonly ZeroFactor[] {
  const zeros = deadZeros(graph, prediction.deadParameters);
  if (zeros.length < 2) return [];
  const places = new Map<string, ZeroFactor>();
  for (const zero of zeros) if (!places.has(placeOf(zero))) places.set(placeOf(zero), zero);
  const found = new Set<string>();
  for (const [place, { parameter }] of [...places].slice(0, maxTrials)) {
    const others = new Set(
      zeros.filter((other) => other.parameter.id !== parameter.id).map((other) => other.parameter.id),
    );
    if (!fixedPointOf(withRandom(graph, others), checkpoint).dead.has(parameter.id)) found.add(place);
  }
  // What waits only for a zero that is dead by itself is no factor of a product.
  const selfDead = zeros.filter((zero) => !found.has(placeOf(zero))).map(({ parameter }) => parameter.id);
  const { dead } = fixedPointOf(withRandom(graph, new Set(selfDead)), checkpoint);
  return zeros.filter((zero) => found.has(placeOf(zero)) && dead.has(zero.parameter.id));
}

function placeOf({ parameter: { id, writes } }: ZeroFactor): string {
  const at = writes.at(-1)?.at ?? null;
  return at === null ? `parameter ${id}` : `${at.start}:${at.end}:${at.path}`;
}

function deadZeros(graph: ModelGraph, dead: ReadonlySet<number>): readonly ZeroFactor[] {
  if (dead.size === 0) return [];
  const { parameters } = indexOf(graph);
  const seen = new Set<number>();
  return graph.layers.flatMap((layer) =>
    Object.values(layer.parameters).flatMap((id): ZeroFactor[] => {
      const parameter = parameters.get(id);
      if (parameter === undefined || seen.has(id) || !dead.has(id) || !isZeroFactor(parameter)) return [];
      seen.add(id);
      return [{ parameter, layer }];
    }),
  );
}

/** Biases add, they do not multiply. */
function isZeroFactor({ role, initializer: { mean, std }, trainable, overwrittenByUnknown }: Parameter): boolean {
  return (
    mean === 0 && std === 0 && trainable && overwrittenByUnknown !== true && role !== 'bias' && role !== 'normBias'
  );
}

function withRandom(graph: ModelGraph, ids: ReadonlySet<number>): ModelGraph {
  const random: Initializer = normal(0, 1);
  const parameters = graph.parameters.map((parameter) =>
    ids.has(parameter.id) ? { ...parameter, initializer: random } : parameter,
  );
  return { ...graph, parameters };
}
