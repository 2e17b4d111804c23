import { lossesOf } from '../graph/loss.ts';
import { thresholdsOf } from './effect.ts';
import { explainedBy } from './explained.ts';
import { noEffect } from './finding.ts';
import { fittingRemedies } from './fitting.ts';
import { byPlace, type Place, worstOf } from './places.ts';
import { report } from './report.ts';
import type { Rule, RuleContext } from './rule.ts';
import { chosenWeights, type WeightSite } from './weight-site.ts';
import { formatNumber, nameLayers } from './wording.ts';

/**
 * With logits of variance s² the expected cross-entropy is near ln C + s²/2 at first: the model begins by being sure of what it does
 * not know. A fixed standard deviation is `std-too-large`'s, a tied embedding `embedding-scale`'s.
 */
export const headScale: Rule = {
  id: 'head-scale',
  title: 'Logits so large that the loss starts far above a guess',
  check(context, earlier) {
    const isExplained = explainedBy(earlier);
    const judged = judgedLayers(context);
    const sites = chosenWeights(context).filter(
      (site) => site.isHead && judged.has(site.layer.id) && factorOf(site) > 2 && !isExplained(site),
    );
    // Before the loss, which takes longer to tell.
    if (sites.length === 0) return [];
    const { expected, uniformGuess } = context.prediction.loss;
    if (expected === null || uniformGuess === null || expected <= thresholdsOf(context).loss * uniformGuess) return [];
    return byPlace(sites).map((place) => {
      const worst = worstOf(place, factorOf);
      const message = () => describe(place, worst, { expected, uniformGuess });
      const effect = { ...noEffect, signal: factorOf(worst) };
      const remedies = fittingRemedies(place, worst);
      return report(context, place, { rule: 'head-scale', severity: 'warning', message, worst, effect, remedies });
    });
  },
};

/** Those whose output a loss over classes takes: a regression's scale is that of its targets. */
function judgedLayers({ graph }: RuleContext): ReadonlySet<number> {
  const byId = new Map(graph.layers.map((layer) => [layer.id, layer]));
  const judged = new Set<number>();
  for (const { kind, at } of lossesOf(graph)) {
    if (kind === 'meanSquaredError') continue;
    let layer = byId.get(at);
    while (layer !== undefined && passing.has(layer.op.kind)) layer = byId.get(layer.inputs[0] ?? -1);
    if (layer !== undefined) judged.add(layer.id);
  }
  return judged;
}

const passing: ReadonlySet<string> = new Set(['affine', 'reshape', 'flatten', 'dropout', 'select', 'reduce']);

/** On the size of what comes in. */
function factorOf({ initializer, inputs, multiplied }: WeightSite): number {
  const { mean, std } = initializer;
  return mean === null || std === null || inputs === null ? 0 : Math.hypot(mean, std) * Math.sqrt(inputs) * multiplied;
}

function describe(
  place: Place,
  worst: WeightSite,
  { expected, uniformGuess }: { readonly expected: number; readonly uniformGuess: number },
): string {
  const times = worst.multiplied === 1 ? '' : ` (a factor of ${formatNumber(worst.multiplied)} among them)`;
  return `The head makes logits ${formatNumber(factorOf(worst))} times as large as what comes in${times}: the loss starts near ${formatNumber(expected)}, where a guess has ${formatNumber(uniformGuess)} (${nameLayers(worst, place)}).`;
}
