import { computed, signal } from '@preact/signals';
import type { Layer } from '../core/graph/graph.ts';
import { type Expectations, expectations } from '../core/probe/expectation.ts';
import { variantsOf } from '../core/probe/recording.ts';
import type { VariantName } from '../core/probe/request.ts';
import { runVerdict } from '../core/probe/run-verdict.ts';
import { predictVariants } from './predictions.ts';
import { type Action, initialState, reduce, shownStep } from './state.ts';

/** The one state of the panel, and what is derived from it. */
export const state = signal(initialState);

export function dispatch(action: Action): void {
  state.value = reduce(state.value, action);
}

export const open = computed(() => state.value.open);
export const recording = computed(() => state.value.recording);
export const selection = computed(() => state.value.selection);
const ready = computed(() => recording.value?.ready ?? null);

/** The measured layers in the order of the metrics; before the run is ready, those that have a weight. */
export const layers = computed<readonly Layer[]>(() => {
  const graph = open.value?.graph;
  if (!graph) return [];
  const ids = ready.value?.layers;
  if (!ids) return graph.layers.filter((layer) => 'weight' in layer.parameters);
  const byId = new Map(graph.layers.map((layer) => [layer.id, layer]));
  return ids.flatMap((id) => byId.get(id) ?? []);
});

/** Steps of a run as planned; the axis of steps does not grow while it runs. */
export const plannedSteps = computed(() => Math.max(1, state.value.options?.steps ?? 1, step.value + 1));

export const step = computed(() => shownStep(state.value));

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

const graph = computed(() => open.value?.graph ?? null);
const seen = computed(() => variants.value.join());
const options = computed(() => state.value.options);

/** What is predicted of every variant of the run. Does not change from step to step. */
export const predictions = computed(() => {
  const variantNames = seen.value === '' ? [] : (seen.value.split(',') as VariantName[]);
  return graph.value && options.value ? predictVariants(graph.value, variantNames, options.value) : new Map();
});

export const expectationsOf = computed<ReadonlyMap<VariantName, Expectations>>(() => {
  const batch = ready.value?.batch ?? options.value?.batch;
  const model = graph.value;
  if (!model || batch === undefined) return new Map();
  return new Map([...predictions.value].map(([name, prediction]) => [name, expectations(model, prediction, batch)]));
});

export const verdict = computed(() => {
  const model = graph.value;
  return model && recording.value
    ? runVerdict(model, recording.value, expectationsOf.value.get('as-written') ?? null)
    : null;
});
