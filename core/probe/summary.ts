import type { ModelGraph } from '../graph/graph.ts';
import type { Prediction } from '../signal/signal.ts';
import { type Expectations, expectations } from './expectation.ts';
import type { Metrics } from './messages.ts';
import { ranking } from './ranking.ts';
import type { RecordedVariant, Recording } from './recording.ts';
import { protocolVersion, type VariantName } from './request.ts';
import { layerVerdicts, type VerdictKind } from './verdicts.ts';

/** The last line of `initscope probe --json`, and what the panel exports and keeps in its history. */
export interface ProbeSummary {
  readonly version: typeof protocolVersion;
  readonly model: string;
  readonly path: string;
  /** 1-based. */
  readonly line: number;
  readonly engine: string | null;
  readonly device: string | null;
  readonly skipped: readonly SkippedEngine[];
  readonly batch: number | null;
  readonly data: string | null;
  readonly variants: readonly SummaryVariant[];
  /** Best first. */
  readonly ranking: readonly VariantName[];
  readonly failed: { readonly kind: string; readonly message: string; readonly hint: string | null } | null;
}

/** A better engine that did not run, and why. */
export interface SkippedEngine {
  readonly engine: string;
  readonly reason: string;
}

export interface SummaryVariant {
  readonly name: VariantName;
  readonly seed: number;
  readonly steps: number;
  readonly firstStepMs: number | null;
  readonly stepsPerSecond: number | null;
  readonly divergedAt: number | null;
  readonly loss: readonly (number | null)[];
  readonly accuracy: readonly (number | null)[];
  readonly layers: readonly SummaryLayer[];
  readonly verdicts: readonly { readonly layer: string; readonly kind: VerdictKind; readonly message: string }[];
}

type Lists = { readonly [K in keyof Metrics]: readonly (number | null)[] };

export interface SummaryLayer extends Lists {
  readonly name: string;
  /** 1-based line of the layer's construction. */
  readonly line: number | null;
  /** At initialization, for the batch of the run; `null` where nothing is predicted for this variant. */
  readonly predicted: {
    readonly activationRms: number | null;
    readonly weightGradientRms: number | null;
    readonly activationGradientRms: number | null;
  } | null;
}

/** Where the model stands, and what is predicted of it. */
export interface SummaryContext {
  readonly graph: ModelGraph;
  readonly path: string;
  readonly line: number;
  /** 1-based source line by layer id. */
  readonly lines: Readonly<Record<string, number>>;
  /** By variant, for the batch of the run; a variant that is not in it has no predictions. */
  readonly predictions: ReadonlyMap<VariantName, Prediction>;
  readonly skipped: readonly SkippedEngine[];
}

/** A recorded run as the documented JSON: one number per step in every list, step 0 (before the first update) first. */
export function summarize(recording: Recording, context: SummaryContext): ProbeSummary {
  const { ready, failed } = recording;
  return {
    version: protocolVersion,
    model: context.graph.name,
    path: context.path,
    line: context.line,
    engine: ready?.engine ?? null,
    device: ready?.device ?? null,
    skipped: context.skipped,
    batch: ready?.batch ?? null,
    data: ready?.data ?? null,
    variants: recording.variants.map((one) => summarizeVariant(one, recording, context)),
    ranking: ranking(recording).map((outcome) => outcome.variant),
    failed: failed ? { kind: failed.kind, message: failed.message, hint: failed.hint } : null,
  };
}

function summarizeVariant(one: RecordedVariant, { ready }: Recording, context: SummaryContext): SummaryVariant {
  const layers = ready?.layers ?? [];
  const prediction = context.predictions.get(one.variant);
  const expected = prediction && ready ? expectations(context.graph, prediction) : null;
  return {
    name: one.variant,
    seed: one.seed,
    steps: one.steps.length,
    firstStepMs: one.end?.firstStepMs ?? null,
    stepsPerSecond: one.end?.stepsPerSecond ?? null,
    divergedAt: one.end?.diverged?.step ?? null,
    loss: one.steps.map((step) => step.loss),
    accuracy: one.steps.map((step) => step.accuracy),
    layers: layers.map((id, index) => summarizeLayer(id, index, one, context, expected)),
    verdicts: layerVerdicts(context.graph, layers, one, expected)
      .filter((verdict) => verdict.kind !== 'fine' && verdict.kind !== 'unmeasured')
      .map(({ name, kind, message }) => ({ layer: name, kind, message })),
  };
}

function summarizeLayer(
  id: number,
  index: number,
  one: RecordedVariant,
  { graph, lines }: SummaryContext,
  expected: Expectations | null,
): SummaryLayer {
  const list = (metric: keyof Metrics): readonly (number | null)[] =>
    one.steps.map((step) => step.metrics[metric][index] ?? null);
  return {
    name: graph.layers.find((layer) => layer.id === id)?.name ?? String(id),
    line: lines[id] ?? null,
    weightGradientRms: list('weightGradientRms'),
    activationGradientRms: list('activationGradientRms'),
    activationRms: list('activationRms'),
    activationMean: list('activationMean'),
    weightRms: list('weightRms'),
    updateRatio: list('updateRatio'),
    deadFraction: list('deadFraction'),
    saturatedFraction: list('saturatedFraction'),
    unitDiversity: list('unitDiversity'),
    predicted: expected?.get(id)?.predicted ?? null,
  };
}
