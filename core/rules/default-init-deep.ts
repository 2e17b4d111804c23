import type { FrameworkId } from '../graph/graph.ts';
import { isRectifier } from '../maths/activation.ts';
import { effectOf, mayBeBelow, type PlaceEffect, thresholdsOf } from './effect.ts';
import type { Severity } from './finding.ts';
import { initializeLayers } from './fitting.ts';
import type { Place } from './places.ts';
import { reportModel } from './report.ts';
import type { Rule, RuleContext } from './rule.ts';
import { trainedWeights, type WeightSite } from './weight-site.ts';
import { formatNumber, nameOf } from './wording.ts';

/**
 * What the frameworks draw where nobody says anything is made for few layers: PyTorch's U(±1/√fan_in) has a gain of 1/√3, Glorot's
 * and LeCun's are those of linear units, and ReLU takes another 1/√2 (He et al. 2015, section 2.2).
 */
export const defaultInitDeep: Rule = {
  id: 'default-init-deep',
  title: "The framework's default in a deep stack of ReLU layers without normalization",
  check(context) {
    const [first, ...rest] = trainedWeights(context).filter(isDefaultBeforeRectifier);
    if (first === undefined) return [];
    const effect = effectOf([first, ...rest], context);
    const severity = severityOf(effect, context);
    const on = new Set(effect.through);
    const [worst, ...others] = [first, ...rest].filter(({ layer }) => on.has(layer));
    if (severity === null || worst === undefined) return [];
    const place: Place = [worst, ...others];
    const message = () => describe(effect, worst, context.graph.framework);
    return [
      reportModel(context, place, {
        rule: 'default-init-deep',
        severity,
        message,
        worst,
        effect,
        remedies: initializeLayers(place),
      }),
    ];
  },
};

function isDefaultBeforeRectifier({ isChosen, activation, normalization, isHead, layer }: WeightSite): boolean {
  if (isChosen || isHead || normalization !== null) return false;
  return (layer.op.kind === 'dense' || layer.op.kind === 'conv') && activation !== null && isRectifier(activation.fn);
}

/** Shallow stacks train well enough (AlexNet, VGG-11 under Glorot): nothing is said. */
function severityOf(effect: PlaceEffect, context: RuleContext): Severity | null {
  const { shallow, defaultWarning, information } = thresholdsOf(context);
  const { inARow } = effect;
  if (!mayBeBelow(effect, inARow > shallow ? Math.max(defaultWarning, information.low) : defaultWarning)) return null;
  const least = Math.min(effect.signal, effect.gradientRatio);
  if (least < defaultWarning) return 'warning';
  return inARow > shallow && least < information.low ? 'information' : null;
}

function describe(
  { signal, gradientRatio, inARow, through }: PlaceEffect,
  worst: WeightSite,
  framework: FrameworkId,
): string {
  const fn = nameOf(worst.activation?.fn ?? 'relu');
  const perLayer = formatNumber(signal ** (1 / Math.max(inARow, 1)));
  const [left, back] = [formatNumber(signal), formatNumber(gradientRatio)];
  const range = `${through[0]?.name ?? worst.layer.name} to ${through.at(-1)?.name ?? worst.layer.name}`;
  return `${defaultNames[framework]} keeps ${perLayer} of the signal per layer before ${fn}, and nothing normalizes it: after ${inARow} layers (${range}) ${left} of the signal is left, and the first layer's gradient is at ${back} of what it should be.`;
}

const defaultNames: Readonly<Record<FrameworkId, string>> = {
  torch: "PyTorch's default initialization",
  keras: "Keras's default initialization (Glorot)",
  tfjs: "TensorFlow.js's default initialization (Glorot)",
  flax: "Flax's default initialization (LeCun)",
};
