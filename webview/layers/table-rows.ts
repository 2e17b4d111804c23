import type { ModelGraph } from '../../core/graph/graph.ts';
import type { Expectations } from '../../core/probe/expectation.ts';
import type { Metrics } from '../../core/probe/messages.ts';
import { formatFactor, formatNumber, formatShare } from '../../core/probe/numbers.ts';
import type { Recording } from '../../core/probe/recording.ts';
import type { VariantName } from '../../core/probe/request.ts';
import type { ProbeRow } from '../../core/probe/rows.ts';
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
  readonly row: ProbeRow;
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

/** The cells of every row. */
export function tableRows(rows: readonly ProbeRow[], context: TableContext): readonly TableRow[] {
  const { recording, variant, graph, expected } = context;
  const subject = recording?.variants.find((one) => one.variant === variant);
  const ids = recording?.ready?.layers;
  const verdicts = subject && ids ? layerVerdicts(graph, ids, subject, expected) : [];
  const byLayer = new Map(verdicts.map((verdict) => [verdict.layer, verdict]));
  return rows.map((row) => {
    const { layer } = row;
    const gradient = value(context, row, 'weightGradientRms');
    const critical = expected?.get(layer.id)?.critical.weightGradientRms ?? null;
    return {
      row,
      initializer: initializerText(layer, graph, variant),
      signal: cell(context, row, 'activationRms', formatNumber),
      gradient: cell(context, row, 'weightGradientRms', formatNumber),
      ofCritical:
        gradient === null || !critical
          ? { text: '–', title: gradient === null ? emptyReason(layer, 'weightGradientRms', graph) : 'no prediction' }
          : {
              text: formatFactor(gradient / critical),
              title: `critical initialization gives ${formatNumber(critical)}`,
            },
      diversity: cell(context, row, 'unitDiversity', formatNumber),
      update: cell(context, row, 'updateRatio', formatNumber),
      dead: cell(context, row, 'deadFraction', formatShare),
      verdict: byLayer.get(layer.id) ?? null,
    };
  });
}

function cell(
  context: TableContext,
  row: ProbeRow,
  metric: keyof Metrics,
  format: (value: number | null) => string,
): TableCell {
  const known = value(context, row, metric);
  return { text: format(known), title: known === null ? emptyReason(row.layer, metric, context.graph) : '' };
}

function value({ recording, variant, step }: TableContext, row: ProbeRow, metric: keyof Metrics): number | null {
  return recording && step >= 0 ? overSeeds(recording, variant, metricInfo(metric), row, step) : null;
}
