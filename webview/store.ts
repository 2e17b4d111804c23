import { computed, signal } from '@preact/signals';
import { type Expectations, expectations } from '../core/probe/expectation.ts';
import { predictVariants } from '../core/probe/predict-variants.ts';
import { variantsOf } from '../core/probe/recording.ts';
import type { VariantName } from '../core/probe/request.ts';
import { expectedRows, type ProbeRow, probeRows } from '../core/probe/rows.ts';
import { judgedVariant, runVerdict } from '../core/probe/run-verdict.ts';
import type { Prediction } from '../core/signal/signal.ts';
import { type Action, initialState, reduce, shownStep, shownStepOf } from './state.ts';

/** The one state of the panel, and what is derived from it. */
export const state = signal(initialState);

export function dispatch(action: Action): void {
  state.value = reduce(state.value, action);
}

export const open = computed(() => state.value.open);
export const recording = computed(() => state.value.recording);
export const selection = computed(() => state.value.selection);
const ready = computed(() => recording.value?.ready ?? null);

const graph = computed(() => open.value?.graph ?? null);

/** What plots and table have a row for. */
export const rows = computed<readonly ProbeRow[]>(() => {
  if (!graph.value) return [];
  const measured = ready.value?.layers;
  return measured ? probeRows(graph.value, measured) : expectedRows(graph.value);
});

/** Steps of a run as planned; the axis of steps does not grow while it runs. */
export const plannedSteps = computed(() => Math.max(1, state.value.options?.steps ?? 1, step.value + 1));

export const step = computed(() => shownStep(state.value));

/** The step that is looked at, variant by variant. */
export function stepOf(variant: VariantName): number {
  return shownStepOf(state.value, variant);
}

/** The variants of the run, as they will come before they come. */
export const variants = computed<readonly VariantName[]>(() => {
  const seen = recording.value ? variantsOf(recording.value) : [];
  const planned = state.value.running ? (state.value.options?.variants ?? []) : [];
  return [...new Set([...planned, ...seen])];
});

export const shownVariant = computed<VariantName>(() => {
  const wanted = selection.value.variant;
  const seen = variants.value;
  return wanted !== null && seen.includes(wanted) ? wanted : (seen[0] ?? 'as-written');
});

const seen = computed(() => variants.value.join());
const options = computed(() => state.value.options);
const batch = computed(() => ready.value?.batch ?? options.value?.batch ?? 1);

/** What is predicted of every variant of the run. Does not change from step to step. */
export const predictions = computed<ReadonlyMap<VariantName, Prediction>>(() => {
  const names = seen.value === '' ? [] : (seen.value.split(',') as VariantName[]);
  const settings = options.value;
  if (!graph.value || !settings) return new Map();
  return predictVariants(graph.value, names, { ...settings, batch: batch.value });
});

export const expectationsOf = computed<ReadonlyMap<VariantName, Expectations>>(() => {
  const model = graph.value;
  return new Map(model ? [...predictions.value].map(([name, made]) => [name, expectations(model, made)]) : []);
});

export const verdict = computed(() => {
  const model = graph.value;
  return model && recording.value
    ? runVerdict(model, recording.value, expectationsOf.value.get(judgedVariant(recording.value)) ?? null)
    : null;
});
