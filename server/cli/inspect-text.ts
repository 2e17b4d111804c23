import type { Initializer } from '../../core/graph/initializer.ts';
import { formatShape } from '../../core/graph/shape.ts';
import type { ModelAnalysis } from '../workspace/analysis.ts';
import { kindName } from './inspect-json.ts';
import { formatLocation, type Locate } from './location.ts';

/** A model for people: a line per layer with its prediction, then a line per parameter with who set it. */
export function modelToText({ graph, prediction }: ModelAnalysis, locate: Locate): string {
  const layers = graph.layers.map((layer) => {
    const predicted = prediction.layers.get(layer.id);
    return [
      layer.name,
      kindName(layer),
      layer.outputShape === null ? '?' : formatShape(layer.outputShape),
      number(predicted?.signal.mean),
      number(predicted?.signal.rms),
      number(predicted?.signal.inputStd),
      number(predicted?.gradient.activationRms),
      number(predicted?.gradient.weightRms),
      number(predicted?.gain),
      percent(predicted?.signal.deadFraction, predicted?.signal.saturatedFraction),
    ];
  });
  const parameters = graph.parameters.map((parameter) => {
    const last = parameter.writes.at(-1);
    const where = last?.at ? ` at ${formatLocation(locate(last.at))}` : '';
    return [
      parameter.name,
      formatShape(parameter.shape),
      describeInitializer(parameter.initializer),
      `${last?.by ?? 'unknown'}${where}`,
    ];
  });
  const { expected, uniformGuess } = prediction.loss;
  const { gradientRatio } = prediction;
  return [
    `${graph.name} (${graph.framework}) ${formatLocation(locate(graph.nameAt))}${graph.complete ? '' : ', partly understood'}`,
    '',
    table(
      ['layer', 'kind', 'output', 'mean', 'rms', 'input std', 'gradient', 'weight gradient', 'gain', 'units'],
      layers,
    ),
    '',
    table(['parameter', 'shape', 'starts as', 'set by'], parameters),
    '',
    ...(expected === null ? [] : [`expected loss ${number(expected)}, uniform guess ${number(uniformGuess)}`]),
    ...(gradientRatio === null
      ? []
      : [`next to critical initialization, the first layer's gradient is ${number(gradientRatio)} of the last's`]),
    ...graph.notes.map(
      (note) => `note: ${note.message}${note.at === null ? '' : ` (${formatLocation(locate(note.at))})`}`,
    ),
    '',
  ].join('\n');
}

/** `normal, std 0.0625`; `uniform ±0.044, std 0.0255`; `zeros`. */
function describeInitializer({ family, mean, std, low, high }: Initializer): string {
  switch (family) {
    case 'zeros':
    case 'ones':
    case 'uninitialized':
    case 'unknown':
      return family;
    case 'constant':
      return `constant ${number(mean)}`;
    case 'uniform':
      return `uniform ${low !== null && low === -(high ?? Number.NaN) ? `±${number(high)}` : `${number(low)} … ${number(high)}`}, std ${number(std)}`;
    default:
      return `${family}${mean === 0 || mean === null ? '' : `, mean ${number(mean)}`}, std ${number(std)}`;
  }
}

function number(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  if (value === 0) return '0';
  const size = Math.abs(value);
  return size >= 1e-3 && size < 1e5 ? String(Number(value.toPrecision(3))) : value.toExponential(1);
}

/** `12% dead`, `87% saturated`; nothing for layers that are no such activation. */
function percent(dead: number | null | undefined, saturated: number | null | undefined): string {
  const share = (fraction: number) => `${Math.round(100 * fraction)}%`;
  if (typeof dead === 'number') return `${share(dead)} dead`;
  return typeof saturated === 'number' ? `${share(saturated)} saturated` : '';
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  return [header, ...rows]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
