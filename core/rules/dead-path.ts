import type { Layer, ModelGraph } from '../graph/graph.ts';
import { indexOf } from '../graph/graph-index.ts';
import type { Parameter } from '../graph/parameter.ts';
import { isWeightLayer } from '../graph/queries.ts';
import type { Span } from '../graph/span.ts';
import { type Finding, noEffect, type Remedy } from './finding.ts';
import type { Rule, RuleContext } from './rule.ts';

/**
 * Layers that no gradient reaches on any step, because something behind them multiplies by zero and stays zero itself: a fixed point, not
 * step 0 (`Prediction.deadParameters`). Zeros in the weights are `zero-init`'s and `dead-zero-product`'s.
 */
export const deadPath: Rule = {
  id: 'dead-path',
  title: 'Layers that never get a gradient',
  check(context, earlier) {
    const dead = deadLayers(context);
    if (dead.length === 0) return [];
    const told = new Set(earlier.filter(({ severity }) => severity === 'error').flatMap(({ about }) => about ?? []));
    if (dead.some(({ parameters }) => Object.values(parameters).some((id) => told.has(id)))) return [];
    return blockers(context).flatMap((blocker) => {
      const before = reaching(blocker.layer, context.graph);
      const cut = dead.filter(({ id }) => before.has(id));
      const [first] = cut;
      return first === undefined ? [] : [describe(blocker, first, cut.length, context.graph)];
    });
  },
};

function deadLayers({ graph, prediction }: RuleContext): readonly Layer[] {
  const dead = prediction.deadParameters;
  return dead.size === 0
    ? []
    : graph.layers.filter(
        (layer) => isWeightLayer(layer) && Object.values(layer.parameters).some((id) => dead.has(id)),
      );
}

/** What multiplies by zero for ever. */
interface Blocker {
  readonly layer: Layer;
  readonly parameter: Parameter | null;
  readonly at: Span;
  readonly why: string;
}

function blockers({ graph, prediction }: RuleContext): readonly Blocker[] {
  const { parameters } = indexOf(graph);
  return graph.layers.flatMap((layer): Blocker[] => {
    const place = layer.calledAt ?? layer.at;
    if (layer.op.kind === 'affine' && layer.op.factor === 0 && place !== null) {
      return [{ layer, parameter: null, at: place, why: 'Here everything is multiplied by 0' }];
    }
    const gain = parameters.get(layer.parameters.gain ?? layer.parameters.scale ?? -1);
    const write = gain?.writes.at(-1);
    if (gain === undefined || !isZero(gain) || write === undefined || write.at === null) return [];
    if (gain.trainable && !prediction.deadParameters.has(gain.id)) return [];
    const why = gain.trainable
      ? `${gain.name} starts at zero and never gets a gradient itself, because what follows passes none at zero`
      : `${gain.name} is zero and frozen`;
    return [{ layer, parameter: gain, at: write.at, why }];
  });
}

function isZero({ initializer: { mean, std }, overwrittenByUnknown }: Parameter): boolean {
  return mean === 0 && std === 0 && overwrittenByUnknown !== true;
}

/** Ids of all layers before this one. */
function reaching(layer: Layer, graph: ModelGraph): ReadonlySet<number> {
  const { layers } = indexOf(graph);
  const seen = new Set<number>();
  const queue = [...layer.inputs];
  for (const id of queue) {
    if (seen.has(id)) continue;
    seen.add(id);
    queue.push(...(layers.get(id)?.inputs ?? []));
  }
  return seen;
}

function describe({ layer, parameter, at, why }: Blocker, first: Layer, count: number, graph: ModelGraph): Finding {
  const names = count > 1 ? `${first.name} and ${count - 1} more ${count === 2 ? 'layer' : 'layers'}` : first.name;
  const remedies: readonly Remedy[] =
    parameter === null || !parameter.trainable
      ? []
      : [{ kind: 'useDefault', parameter: parameter.id, preferred: true }];
  return {
    rule: 'dead-path',
    severity: 'error',
    message: `${why}: no gradient ever reaches ${names}.`,
    at,
    model: graph.name,
    layer: layer.name,
    parameter: parameter?.name ?? null,
    effect: { ...noEffect, gradientRatio: 0 },
    about: parameter === null ? [] : [parameter.id],
    related: [],
    remedies,
  };
}
