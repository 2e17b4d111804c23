import type { Layer } from '../graph/graph.ts';
import { indexOf } from '../graph/graph-index.ts';
import type { Parameter } from '../graph/parameter.ts';
import { activationAfter } from '../graph/queries.ts';
import type { Span } from '../graph/span.ts';
import { thresholdsOf } from './effect.ts';
import { type Finding, noEffect } from './finding.ts';
import { firstPerPlace } from './places.ts';
import type { Rule, RuleContext } from './rule.ts';
import { formatNumber, nameOf } from './wording.ts';

/** A ReLU that is negative for every input has no gradient and stays so (Lu et al. 2019, "Dying ReLU and initialization"). */
export const deadReluBias: Rule = {
  id: 'dead-relu-bias',
  title: 'A bias so negative that ReLU units start dead',
  check(context) {
    const dead = context.graph.layers.flatMap((layer) => deadAt(layer, context));
    return firstPerPlace(dead.toSorted((a, b) => b.share - a.share)).map((one) => describe(one, dead, context));
  },
};

interface Dead {
  readonly layer: Layer;
  readonly bias: Parameter;
  readonly at: Span;
  readonly activation: NonNullable<ReturnType<typeof activationAfter>>;
  /** Of its units. */
  readonly share: number;
}

/** Of the mean before the ReLU the bias alone makes more than half, and it shuts many units. */
function deadAt(layer: Layer, context: RuleContext): readonly Dead[] {
  const { graph, prediction } = context;
  const bias = indexOf(graph).parameters.get(layer.parameters.bias ?? -1);
  const write = bias?.writes.at(-1);
  if (bias === undefined || !bias.trainable || bias.overwrittenByUnknown === true) return [];
  if (write === undefined || write.at === null || write.partial === true || write.origin === 'default') return [];
  const { mean } = bias.initializer;
  const activation = activationAfter(graph, layer);
  if (mean === null || mean >= 0 || activation === null || activation.layer.inputs[0] !== layer.id) return [];
  const share = prediction.layers.get(activation.layer.id)?.signal.deadFraction ?? 0;
  const before = prediction.layers.get(layer.id)?.signal.mean ?? 0;
  if (share <= thresholdsOf(context).saturated / 2 || mean > before / 2) return [];
  return [{ layer, bias, at: write.at, activation, share }];
}

function describe(worst: Dead, all: readonly Dead[], context: RuleContext): Finding {
  const { layer, bias, at, activation, share } = worst;
  const same = all.filter((one) => one.at.start === at.start && one.at.path === at.path);
  const names = same.length > 1 ? `${layer.name} and ${same.length - 1} more` : layer.name;
  const value = formatNumber(bias.initializer.mean ?? 0);
  return {
    rule: 'dead-relu-bias',
    severity: share > thresholdsOf(context).saturated ? 'warning' : 'information',
    message: `A bias of ${value} shuts ${formatNumber(100 * share)} % of the ${nameOf(activation.fn)} units for a whole batch: they pass no gradient back, and only what the layers before them learn can open them again (${names}).`,
    at,
    model: context.graph.name,
    layer: layer.name,
    parameter: bias.name,
    effect: { ...noEffect, deadFraction: share },
    about: same.map((one) => one.bias.id),
    related: [],
    remedies: [{ kind: 'replaceInitializer', parameter: bias.id, target: { scheme: 'zeros' }, preferred: true }],
  };
}
