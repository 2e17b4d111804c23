import type { Layer, ModelGraph } from '../../core/graph/graph.ts';
import type { Expectations } from '../../core/probe/expectation.ts';
import type { Metrics } from '../../core/probe/messages.ts';
import { formatFactor, formatNumber, formatShare } from '../../core/probe/numbers.ts';
import type { Recording } from '../../core/probe/recording.ts';
import type { VariantName } from '../../core/probe/request.ts';
import { type LayerVerdict, layerVerdicts } from '../../core/probe/verdicts.ts';
import { metricInfo, overSeeds } from '../plots/metrics.ts';
import { emptyReason } from './empty-reason.ts';
import { initializerText } from './initializer-text.ts';

export interface TableCell {
  readonly text: string;
  /** Why there is no number, or what it means. */
  readonly title: string;
}

export interface TableRow {
  readonly layer: Layer;
  readonly initializer: string;
  readonly signal: TableCell;
  readonly gradient: TableCell;
  readonly ofCritical: TableCell;
  readonly diversity: TableCell;
  readonly update: TableCell;
  readonly dead: TableCell;
  readonly verdict: LayerVerdict | null;
}

export interface TableContext {
  readonly graph: ModelGraph;
  readonly recording: Recording | null;
  readonly variant: VariantName;
  readonly expected: Expectations | null;
  readonly step: number;
}

/** One row per measured layer, in the order of the metrics. */
export function tableRows(layers: readonly Layer[], context: TableContext): readonly TableRow[] {
  const { recording, variant, graph, expected } = context;
  const subject = recording?.variants.find((one) => one.variant === variant);
  const ids = recording?.ready?.layers;
  const verdicts = subject && ids ? layerVerdicts(graph, ids, subject, expected) : [];
  const byLayer = new Map(verdicts.map((verdict) => [verdict.layer, verdict]));
  return layers.map((layer, index) => {
    const gradient = value(context, index, 'weightGradientRms');
    const critical = expected?.get(layer.id)?.critical.weightGradientRms ?? null;
    return {
      layer,
      initializer: initializerText(layer, graph, variant),
      signal: cell(context, layer, index, 'activationRms', formatNumber),
      gradient: cell(context, layer, index, 'weightGradientRms', formatNumber),
      ofCritical:
        gradient === null || !critical
          ? { text: '–', title: gradient === null ? emptyReason(layer, 'weightGradientRms', graph) : 'no prediction' }
          : {
              text: formatFactor(gradient / critical),
              title: `critical initialization gives ${formatNumber(critical)}`,
            },
      diversity: cell(context, layer, index, 'unitDiversity', formatNumber),
      update: cell(context, layer, index, 'updateRatio', formatNumber),
      dead: cell(context, layer, index, 'deadFraction', formatShare),
      verdict: byLayer.get(layer.id) ?? null,
    };
  });
}

function cell(
  context: TableContext,
  layer: Layer,
  index: number,
  metric: keyof Metrics,
  format: (value: number | null) => string,
): TableCell {
  const known = value(context, index, metric);
  return { text: format(known), title: known === null ? emptyReason(layer, metric, context.graph) : '' };
}

function value({ recording, variant, step }: TableContext, index: number, metric: keyof Metrics): number | null {
  return recording && step >= 0 ? overSeeds(recording, variant, metricInfo(metric), index, step) : null;
}
