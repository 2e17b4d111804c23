import type { ModelGraph } from '../graph/graph.ts';
import type { Expectations } from './expectation.ts';
import { formatFactor, formatNumber } from './numbers.ts';
import { type Outcome, ranking } from './ranking.ts';
import { metricAt, type RecordedVariant, type Recording, variantsOf } from './recording.ts';
import type { VariantName } from './request.ts';
import { type ProbeRow, probeRows } from './rows.ts';
import { variantTitles } from './variant-titles.ts';
import { type LayerVerdict, layerVerdicts, type VerdictKind, verdictKinds } from './verdicts.ts';

/** What a run says about the model as it is written, for the line above all plots. Names of layers stand in backticks. */
export interface RunVerdict {
  readonly kind: VerdictKind;
  /** A word or three: `Vanishing`. */
  readonly headline: string;
  /** Sentences with the numbers measured and predicted. */
  readonly message: string;
  /** The layer (id) that shows it most. */
  readonly layer: number | null;
  /** A variant that trained clearly better than what is written. */
  readonly better: VariantName | null;
}

const headlines: Readonly<Record<VerdictKind, string>> = {
  diverged: 'Diverged',
  symmetric: 'Symmetric',
  vanishing: 'Vanishing',
  exploding: 'Exploding',
  dead: 'Dead units',
  saturated: 'Saturated',
  small: 'Small gradients',
  large: 'Large gradients',
  fine: 'Fine',
  unmeasured: 'Measuring',
};

/** What the source says, where that was run; else the first variant. */
export function judgedVariant(recording: Recording): VariantName {
  const variants = variantsOf(recording);
  return variants.includes('as-written') ? 'as-written' : (variants[0] ?? 'as-written');
}

/**
 * The verdict on the judged variant; `null` until the first step has been measured.
 *
 * @param expected what is expected of the judged variant
 */
export function runVerdict(graph: ModelGraph, recording: Recording, expected: Expectations | null): RunVerdict | null {
  const layers = recording.ready?.layers;
  const judged = judgedVariant(recording);
  const subject = recording.variants.find((one) => one.variant === judged);
  if (!layers || !subject || subject.steps.length === 0) return null;
  const verdicts = layerVerdicts(graph, layers, subject, expected);
  const kind = worst(verdicts, subject);
  const alike = verdicts.filter((verdict) => verdict.kind === kind);
  const example = mostAffected(alike);
  const better = betterVariant(recording, subject.variant);
  const sentences = [
    sentence(kind, alike, example, verdicts, subject),
    isGradient(kind) ? signalSentence(probeRows(graph, layers), subject, expected) : null,
    trainingSentence(recording, subject.variant, better),
  ];
  return {
    kind,
    headline: kind === 'fine' && better !== null ? `${capital(variantTitles[better])} is better` : headlines[kind],
    message: sentences.filter((text) => text !== null && text !== '').join(' '),
    layer: example?.layer ?? null,
    better,
  };
}

function worst(verdicts: readonly LayerVerdict[], subject: RecordedVariant): VerdictKind {
  if (subject.end?.diverged) return 'diverged';
  return verdictKinds.find((kind) => verdicts.some((verdict) => verdict.kind === kind)) ?? 'unmeasured';
}

/** Of layers with the same verdict, the first that is nearly as far from critical as the furthest. */
function mostAffected(verdicts: readonly LayerVerdict[]): LayerVerdict | undefined {
  const distance = ({ ofCritical }: LayerVerdict): number =>
    ofCritical === null ? 0 : ofCritical === 0 ? Number.MAX_VALUE : Math.abs(Math.log(ofCritical));
  const furthest = Math.max(...verdicts.map(distance));
  return verdicts.find((verdict) => distance(verdict) >= 0.8 * furthest);
}

function sentence(
  kind: VerdictKind,
  alike: readonly LayerVerdict[],
  example: LayerVerdict | undefined,
  all: readonly LayerVerdict[],
  subject: RecordedVariant,
): string | null {
  if (kind === 'diverged' && !example)
    return `The loss is NaN or infinite from step ${subject.end?.diverged?.step ?? 0} on.`;
  if (kind === 'fine') return fineSentence(all);
  if (!example) return null;
  const text = example.message.replace(example.name, `\`${example.name}\``);
  return alike.length > 1 ? `In ${alike.length} of ${all.length} layers. ${text}` : text;
}

function fineSentence(all: readonly LayerVerdict[]): string {
  const factors = all.flatMap((verdict) => verdict.ofCritical ?? []);
  if (factors.length === 0) return 'No layer vanishes, explodes, dies or saturates.';
  return `The weight gradients lie between ${formatFactor(Math.min(...factors))} and ${formatFactor(Math.max(...factors))} of critical initialization.`;
}

function isGradient(kind: VerdictKind): boolean {
  return kind === 'vanishing' || kind === 'exploding' || kind === 'small' || kind === 'large';
}

/** How much of the signal arrives at the last measured layer: measured, predicted, against critical initialization. */
function signalSentence(
  rows: readonly ProbeRow[],
  subject: RecordedVariant,
  expected: Expectations | null,
): string | null {
  const last = rows.at(-1);
  if (!last) return null;
  const { name, id } = last.layer;
  const expectation = expected?.get(id);
  const measured = metricAt(subject, 'activationRms', last.index, 0);
  const critical = expectation?.critical.activationRms;
  if (measured === null || !critical) return null;
  const predicted = expectation?.predicted.activationRms ?? null;
  const foretold = predicted === null ? '' : ` (predicted ${formatNumber(predicted / critical)})`;
  return `The output of \`${name}\` is at ${formatNumber(measured / critical)} of critical${foretold}.`;
}

/**
 * Clearly: it diverged less often, or its loss is lower by a twentieth of where the written one began, or it fell that much while
 * the written one did not move.
 */
function betterVariant(recording: Recording, written: VariantName): VariantName | null {
  const outcomes = ranking(recording);
  const [best] = outcomes;
  const own = outcomes.find((outcome) => outcome.variant === written);
  if (!best || !own || best.variant === written || best.last === null || best.steps < 5) return null;
  if (best.diverged < own.diverged || own.last === null) return best.variant;
  const much = 0.05 * Math.abs(own.first ?? 1);
  if (own.last - best.last > much) return best.variant;
  return fall(best) > much && fall(own) < much / 5 ? best.variant : null;
}

function fall({ first, last }: Outcome): number {
  return first === null || last === null ? 0 : first - last;
}

function trainingSentence(recording: Recording, written: VariantName, better: VariantName | null): string | null {
  const outcomes = ranking(recording);
  const own = outcomes.find((outcome) => outcome.variant === written);
  const best = outcomes.find((outcome) => outcome.variant === better);
  if (!own || own.steps < 2) return null;
  if (!best) return `Loss ${losses(own)} in ${own.steps} steps.`;
  return `${capital(variantTitles[best.variant])} trains: loss ${losses(best)} in ${best.steps} steps against ${losses(own)}.`;
}

function losses({ first, last, diverged }: Outcome): string {
  return diverged > 0 && last === null ? 'NaN' : `${loss(first)} → ${loss(last)}`;
}

function loss(value: number | null): string {
  return value !== null && Math.abs(value) >= 0.01 && Math.abs(value) < 1000 ? value.toFixed(2) : formatNumber(value);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
