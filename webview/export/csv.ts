import type { Expectations } from '../../core/probe/expectation.ts';
import { type Metrics, metricsSchema } from '../../core/probe/messages.ts';
import type { PanelOpen } from '../../core/probe/panel-messages.ts';
import type { Recording } from '../../core/probe/recording.ts';
import type { VariantName } from '../../core/probe/request.ts';

const measured = Object.keys(metricsSchema.entries) as readonly (keyof Metrics)[];
const predicted = ['weightGradientRms', 'activationGradientRms', 'activationRms'] as const;

/** One row per variant, seed, step and layer, with the predictions for step 0 in the rows of step 0 (RFC 4180). */
export function csv(
  recording: Recording,
  { graph, lines }: Pick<PanelOpen, 'graph' | 'lines'>,
  expected: ReadonlyMap<VariantName, Expectations>,
): string {
  const header = [
    ...['variant', 'seed', 'step', 'loss', 'accuracy', 'layer', 'line'],
    ...measured,
    ...predicted.map((name) => `predicted${name.charAt(0).toUpperCase()}${name.slice(1)}`),
  ];
  const layers = (recording.ready?.layers ?? []).map((id) => graph.layers.find((layer) => layer.id === id));
  const rows = recording.variants.flatMap(({ variant, seed, steps }) =>
    steps.flatMap(({ step, loss, accuracy, metrics }) =>
      layers.map((layer, index) => {
        const figures = step === 0 && layer ? expected.get(variant)?.get(layer.id)?.predicted : undefined;
        return [
          ...[variant, seed, step, loss, accuracy, layer?.name ?? '', layer ? (lines[layer.id] ?? null) : null],
          ...measured.map((name) => metrics[name][index] ?? null),
          ...predicted.map((name) => figures?.[name] ?? null),
        ];
      }),
    ),
  );
  return `${[header, ...rows].map((row) => row.map(field).join(',')).join('\r\n')}\r\n`;
}

function field(value: string | number | null): string {
  if (value === null) return '';
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
