import type { Layer, ModelGraph } from '../graph/graph.ts';
import { activationAfter, isWeightLayer } from '../graph/queries.ts';
import type { Metrics } from './messages.ts';

/** A layer that learns, with the activation behind it: what plots and tables have a row for. */
export interface ProbeRow {
  readonly layer: Layer;
  /** Place of the layer in the metrics. */
  readonly index: number;
  /** Place of the activation that acts on what the layer puts out, where that is measured. */
  readonly activation: number | null;
}

/**
 * The rows of a model: of the measured layers those that carry a signal through weights. Norms and activations are measured too,
 * but a gradient profile with a row for each would hide the one that matters.
 *
 * @param measured ids of the measured layers, in the order of the metrics
 */
export function probeRows(graph: ModelGraph, measured: readonly number[]): readonly ProbeRow[] {
  const byId = new Map(graph.layers.map((layer) => [layer.id, layer]));
  const places = new Map(measured.map((id, index) => [id, index]));
  return measured.flatMap((id, index) => {
    const layer = byId.get(id);
    if (!layer || !carriesSignal(layer)) return [];
    const behind = activationAfter(graph, layer)?.layer.id;
    return [{ layer, index, activation: behind === undefined ? null : (places.get(behind) ?? null) }];
  });
}

/** The layers that will have rows, before a trainer has said what it measures. */
export function expectedRows(graph: ModelGraph): readonly ProbeRow[] {
  return probeRows(
    graph,
    graph.layers.filter(carriesSignal).map((layer) => layer.id),
  );
}

/** Where a row's value of a metric stands: units die and saturate in the activation, all else is the layer's own. */
export function metricIndex(row: ProbeRow, metric: keyof Metrics): number {
  const isOfUnits = metric === 'deadFraction' || metric === 'saturatedFraction';
  return isOfUnits && row.activation !== null ? row.activation : row.index;
}

function carriesSignal(layer: Layer): boolean {
  return isWeightLayer(layer) || layer.op.kind === 'embedding' || layer.op.kind === 'scale';
}
