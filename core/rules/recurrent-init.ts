import type { Layer } from '../graph/graph.ts';
import { indexOf } from '../graph/graph-index.ts';
import { isKnown } from '../graph/shape.ts';
import { gradientPerStep } from '../signal/recurrent-memory.ts';
import { thresholdsOf } from './effect.ts';
import { explainedBy } from './explained.ts';
import { noEffect, type Remedy, type Severity } from './finding.ts';
import { byPlace, type Place, worstOf } from './places.ts';
import { report } from './report.ts';
import type { Rule, RuleContext } from './rule.ts';
import { trainedWeights, type WeightSite } from './weight-site.ts';
import { formatNumber } from './wording.ts';

/**
 * The same matrix is multiplied in at every step, so that its spectral radius (std · √n, Girko's circular law) decides how far
 * back a gradient reaches (Pascanu et al. 2013; orthogonal: Saxe et al. 2014; identity: Le et al. 2015).
 */
export const recurrentInit: Rule = {
  id: 'recurrent-init',
  title: 'Recurrent weights that forget over long sequences',
  check(context, earlier) {
    const isExplained = explainedBy(earlier);
    const sites = trainedWeights(context).filter((site) => memoryOf(site, context) !== null && !isExplained(site));
    return byPlace(sites).flatMap((place) => {
      const worst = worstOf(place, (site) => Math.abs(Math.log(relativeOf(site, context))));
      const memory = memoryOf(worst, context);
      const severity = memory === null ? null : severityOf(memory, worst, context);
      if (memory === null || severity === null) return [];
      const message = () => describe(memory, place, worst);
      const effect = { ...noEffect, gradientRatio: memory.relative };
      const remedies = remediesFor(place, worst, context);
      return [report(context, place, { rule: 'recurrent-init', severity, message, worst, effect, remedies })];
    });
  },
};

interface Memory {
  readonly cell: 'rnn' | 'lstm' | 'gru';
  readonly radius: number;
  /** Of the gradient, per step; and with a radius of 1. */
  readonly perStep: number;
  readonly critical: number;
  readonly steps: number;
  /** The sequence's length is written in the model. */
  readonly isLengthKnown: boolean;
  /** After all steps, against a radius of 1. */
  readonly relative: number;
}

/** `null` for weights that are no recurrent ones, or orthogonal or identity-like, or not understood. */
function memoryOf(site: WeightSite, context: RuleContext): Memory | null {
  const { layer, parameter, initializer } = site;
  const { op } = layer;
  if (op.kind !== 'recurrent' || parameter.role !== 'recurrentWeight') return null;
  if (structured.has(initializer.family) || initializer.std === null || initializer.std === 0) return null;
  if (initializer.mean === null || Math.abs(initializer.mean) > initializer.std || !isKnown(op.hiddenSize)) return null;
  const radius = initializer.std * Math.sqrt(op.hiddenSize);
  const input = driveOf(layer, parameter.id, context);
  if (input === null) return null;
  const known = lengthOf(layer, context);
  const steps = known ?? thresholdsOf(context).steps;
  const perStep = gradientPerStep(op, { input, recurrent: radius * radius });
  const critical = gradientPerStep(op, { input, recurrent: 1 });
  const relative = (perStep / critical) ** steps;
  return { cell: op.cell, radius, perStep, critical, steps, isLengthKnown: known !== null, relative };
}

const structured: ReadonlySet<string> = new Set(['orthogonal', 'identity']);

function relativeOf(site: WeightSite, context: RuleContext): number {
  return memoryOf(site, context)?.relative ?? 1;
}

/** Variance that inputs of the predicted size and the biases give the pre-activations. */
function driveOf(layer: Layer, recurrent: number, { graph, prediction }: RuleContext): number | null {
  if (layer.op.kind !== 'recurrent') return null;
  const { parameters } = indexOf(graph);
  const role = Object.entries(layer.parameters).find(([, id]) => id === recurrent)?.[0] ?? '';
  const weight = parameters.get(layer.parameters[role.replace('recurrentWeight', 'weight')] ?? -1);
  if (weight === undefined || weight.fanIn === null) return null;
  const { mean, std } = weight.initializer;
  if (std === null || mean === null) return null;
  const before = prediction.layers.get(layer.inputs[0] ?? -1)?.signal.rms ?? 1;
  return (std ** 2 + mean ** 2) * weight.fanIn * before ** 2;
}

/** Keras and TensorFlow.js write it down; PyTorch takes any, and what the graph holds is an example. */
function lengthOf({ op, inputs }: Layer, { graph }: RuleContext): number | null {
  if (graph.framework === 'torch' || op.kind !== 'recurrent') return null;
  const length = indexOf(graph).layers.get(inputs[0] ?? -1)?.outputShape?.[op.batchFirst ? 1 : 0];
  return isKnown(length) ? length : null;
}

/** Every default LSTM forgets over long sequences: worth saying, no fault. Where the length is not known, ten steps must do for a warning. */
function severityOf(memory: Memory, site: WeightSite, context: RuleContext): Severity | null {
  const { low, high } = thresholdsOf(context).warning;
  const isOutside = (factor: number) => factor < low || factor > high;
  if (!isOutside(memory.relative)) return null;
  if (isDefault(site)) return memory.isLengthKnown ? 'information' : 'hint';
  const fewSteps = (memory.perStep / memory.critical) ** 10;
  return memory.isLengthKnown || isOutside(fewSteps) ? 'warning' : 'information';
}

/** The framework's own, or its U(±1/√n) written out. */
function isDefault({ isChosen, initializer, layer }: WeightSite): boolean {
  if (!isChosen) return true;
  const { op } = layer;
  if (op.kind !== 'recurrent' || !isKnown(op.hiddenSize) || initializer.high === null) return false;
  return initializer.family === 'uniform' && Math.abs(initializer.high * Math.sqrt(op.hiddenSize) - 1) < 1e-3;
}

function describe(memory: Memory, place: Place, { layer, isChosen }: WeightSite): string {
  const { radius, perStep, critical, steps, isLengthKnown, relative } = memory;
  const more = new Set(place.map((site) => site.layer.name)).size - 1;
  const names = more < 1 ? layer.name : `${layer.name} and ${more} more`;
  const weights = isChosen ? 'These recurrent weights have' : "The framework's default gives recurrent weights";
  const over = isLengthKnown ? `its ${steps} steps` : `${steps} steps`;
  return `${weights} a spectral radius of ${formatNumber(radius)}: ${formatNumber(perStep)} of the gradient is left per step back, where orthogonal ones keep ${formatNumber(critical)}; over ${over} that leaves ${formatNumber(relative)} of what they leave (${names}).`;
}

/** A loop over all parameters stays as it is: the recurrent ones are drawn again after it. */
function remediesFor(place: Place, worst: WeightSite, { graph }: RuleContext): readonly Remedy[] {
  const target = { scheme: 'orthogonal', gain: 1 } as const;
  const others = graph.parameters.some(({ role, writes }) => {
    const at = writes.at(-1)?.at;
    return role !== 'recurrentWeight' && at?.start === worst.at.start && at.path === worst.at.path;
  });
  if (worst.isChosen && !others) {
    return [{ kind: 'replaceInitializer', parameter: worst.parameter.id, target, preferred: true }];
  }
  const parameters = place.map(({ parameter }) => parameter.id);
  return [{ kind: 'initializeLayers', parameters, target, preferred: true }];
}
