import type { Layer, ModelGraph } from '../graph/graph.ts';
import { isKnown } from '../graph/shape.ts';
import type { Expectations } from './expectation.ts';
import type { Metrics } from './messages.ts';
import { formatFactor, formatNumber, formatShare } from './numbers.ts';
import { metricAt, type RecordedVariant } from './recording.ts';
import { metricIndex, type ProbeRow, probeRows } from './rows.ts';

export const verdictKinds = [
  'diverged',
  'symmetric',
  'vanishing',
  'exploding',
  'dead',
  'saturated',
  'small',
  'large',
  'fine',
  'unmeasured',
] as const;

/** Worst first, `small` and `large` being worth knowing but no harm, `unmeasured` no statement at all. */
export type VerdictKind = (typeof verdictKinds)[number];

export interface LayerVerdict {
  /** Id and name of the layer. */
  readonly layer: number;
  readonly name: string;
  readonly kind: VerdictKind;
  /** A sentence with the numbers that decided. */
  readonly message: string;
  /** Weight gradient before training against critical initialization; `null` where the prediction does not reach. */
  readonly ofCritical: number | null;
}

/**
 * Beyond these factors of critical initialization training is harmed; sound models of every common architecture stay between
 * 0.05 and 28 in every layer (design/analysis.md section 5).
 */
const limits = {
  vanishing: 1e-2,
  small: 0.05,
  large: 30,
  exploding: 1e2,
  /** Share of units; a plain ReLU is at a half for each example, so only what is far above says something. */
  dead: 0.9,
  saturated: 0.5,
} as const;

/** Initializations that are silent on purpose (zero heads, ReZero) wake up within a step or two. */
const wakeUp = 4;

/**
 * What the initialization does to every row (see `probeRows`) of one variant: gradients are judged by the first steps, dead and
 * saturated units by the last one, symmetry by all (it is only one if it lasts).
 *
 * @param layers ids of the measured layers, in the order of the metrics
 */
export function layerVerdicts(
  graph: ModelGraph,
  layers: readonly number[],
  one: RecordedVariant,
  expected: Expectations | null,
): readonly LayerVerdict[] {
  const largest = largestGradient(layers, one);
  return probeRows(graph, layers).map((row) =>
    judge({ row, layer: row.layer, index: row.index, one, expected, largest }),
  );
}

interface Case {
  readonly row: ProbeRow;
  readonly layer: Layer;
  readonly index: number;
  readonly one: RecordedVariant;
  readonly expected: Expectations | null;
  readonly largest: number;
}

function judge(subject: Case): LayerVerdict {
  const { layer } = subject;
  const ofCritical = gradientOfCritical(subject);
  const about = (kind: VerdictKind, message: string): LayerVerdict => ({
    layer: layer.id,
    name: layer.name,
    kind,
    message,
    ofCritical,
  });
  return (
    diverged(subject, about) ??
    symmetric(subject, about) ??
    gradient(subject, ofCritical, about) ??
    silentUnits(subject, about) ??
    (subject.one.steps.length === 0 || unmeasured(subject)
      ? about('unmeasured', `${layer.name} has not been measured.`)
      : about('fine', ofCritical === null ? '' : `${layer.name} gets ${formatFactor(ofCritical)} of critical.`))
  );
}

type About = (kind: VerdictKind, message: string) => LayerVerdict;

function diverged({ layer, one }: Case, about: About): LayerVerdict | null {
  const end = one.end?.diverged;
  return end?.layer === layer.id
    ? about('diverged', `NaN or infinity appeared first in ${layer.name}, at step ${end.step}.`)
    : null;
}

function symmetric({ layer, index, one }: Case, about: About): LayerVerdict | null {
  const units = unitsOf(layer);
  const measured = one.steps.flatMap((step) => step.metrics.unitDiversity[index] ?? []);
  if (units === null || units < 2 || measured.length === 0) return null;
  if (!measured.every((diversity) => diversity <= 1.5 / units)) return null;
  return about(
    'symmetric',
    `All ${units} units of ${layer.name} get the same gradient (diversity 1/${units}), so they stay copies of one.`,
  );
}

function gradient(subject: Case, ofCritical: number | null, about: About): LayerVerdict | null {
  const { layer, largest, one } = subject;
  const best = early(subject, 'weightGradientRms');
  if (best === null) return null;
  if (isSilent(subject)) {
    const mayWakeUp = one.steps.length < wakeUp && one.end === null;
    return mayWakeUp ? null : about('vanishing', `${layer.name} gets no gradient at all.`);
  }
  // Behind a zero gain or scale nothing is expected at first, from critical initialization neither; it has woken up.
  if (subject.expected?.get(layer.id)?.predicted.weightGradientRms === 0) return null;
  const { kind, critical } =
    ofCritical !== null
      ? { kind: gradientKind(ofCritical), critical: formatNumber(best / ofCritical) }
      : { kind: best < largest * 1e-5 ? ('vanishing' as const) : null, critical: null };
  if (kind === null) return null;
  const size = formatNumber(best);
  return about(
    kind,
    critical === null
      ? `The weight gradient of ${layer.name} is ${size}, the largest in the model ${formatNumber(largest)}.`
      : `The weight gradient of ${layer.name} is ${size}; critical initialization gives ${critical} (${formatFactor(ofCritical)}).`,
  );
}

/** No gradient at any step. */
function isSilent({ index, one }: Case): boolean {
  return one.steps.every((step) => (step.metrics.weightGradientRms[index] ?? 0) === 0);
}

function gradientKind(ofCritical: number): VerdictKind | null {
  if (ofCritical < limits.vanishing) return 'vanishing';
  if (ofCritical > limits.exploding) return 'exploding';
  if (ofCritical < limits.small) return 'small';
  return ofCritical > limits.large ? 'large' : null;
}

function silentUnits({ row, layer, one }: Case, about: About): LayerVerdict | null {
  const last = one.steps.length - 1;
  const dead = metricAt(one, 'deadFraction', metricIndex(row, 'deadFraction'), last);
  if (dead !== null && dead >= limits.dead)
    return about('dead', `${formatShare(dead)} of the units of ${layer.name} are zero on the whole batch.`);
  const saturated = metricAt(one, 'saturatedFraction', metricIndex(row, 'saturatedFraction'), last);
  if (saturated !== null && saturated >= limits.saturated)
    return about('saturated', `${formatShare(saturated)} of ${layer.name} is saturated: |φ′| < 0.05.`);
  return null;
}

function gradientOfCritical(subject: Case): number | null {
  const critical = subject.expected?.get(subject.layer.id)?.critical.weightGradientRms ?? null;
  const measured = early(subject, 'weightGradientRms');
  return critical === null || critical === 0 || measured === null ? null : measured / critical;
}

/** The largest of the first steps where the first one is silent, else the first one's. */
function early({ index, one }: Case, metric: keyof Metrics): number | null {
  const first = one.steps.slice(0, wakeUp).map((step) => step.metrics[metric][index] ?? null);
  if (first[0]) return first[0];
  const known = first.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}

function largestGradient(layers: readonly number[], one: RecordedVariant): number {
  return Math.max(0, ...layers.map((_, index) => metricAt(one, 'weightGradientRms', index, 0) ?? 0));
}

function unmeasured({ index, one }: Case): boolean {
  return one.steps.every((step) => Object.values(step.metrics).every((list) => (list[index] ?? null) === null));
}

/** How many units a layer has, where symmetry between them can be told. */
function unitsOf(layer: Layer): number | null {
  const { op } = layer;
  if (op.kind === 'dense') return isKnown(op.outFeatures) ? op.outFeatures : null;
  if (op.kind === 'conv') return isKnown(op.outChannels) ? op.outChannels : null;
  if (op.kind === 'recurrent') return isKnown(op.hiddenSize) ? op.hiddenSize : null;
  return null;
}
