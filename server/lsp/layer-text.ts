import type { Place } from '../../core/editor/protocol.ts';
import type { Layer } from '../../core/graph/graph.ts';
import type { Initializer, Write } from '../../core/graph/initializer.ts';
import type { Parameter } from '../../core/graph/parameter.ts';
import { formatShape, isKnown, sizeOf } from '../../core/graph/shape.ts';
import type { Span } from '../../core/graph/span.ts';
import type { ModelAnalysis } from '../workspace/analysis.ts';

/** For memory and gradients: the batch that the prediction assumes. */
const batch = 32;
const bytesPerNumber = 4;

/** Markdown about layers that stand at one place in the source; the first one in full. */
export function describeLayers(
  model: ModelAnalysis,
  layers: readonly Layer[],
  locate: (span: Span) => Place | null,
): string {
  const [first, ...others] = layers;
  if (first === undefined) return '';
  const paragraphs = [
    heading(model, first, others),
    ...parametersOf(model, first).map((parameter) => parameterText(parameter, locate)),
    shapesText(model, first),
    predictionText(model, first),
    lossText(model),
  ];
  return paragraphs.filter((paragraph) => paragraph !== '').join('\n\n');
}

function heading({ graph }: ModelAnalysis, layer: Layer, others: readonly Layer[]): string {
  const last = others.at(-1);
  const more = last === undefined ? '' : ` … \`${last.name}\` (${others.length + 1} layers at this place)`;
  return `**${layer.name}**${more} · ${kindText(layer)} in \`${graph.name}\``;
}

/** Who wrote what, in order: only the last write counts. */
function parameterText(parameter: Parameter, locate: (span: Span) => Place | null): string {
  const role = parameter.name.split(/[./]/).at(-1) ?? parameter.name;
  const earlier = parameter.writes.slice(0, -1);
  const last = parameter.writes.at(-1);
  const by = last === undefined ? '' : `, by ${writerText(last, locate)}`;
  const over =
    earlier.length === 0 ? '' : `; overwrote ${earlier.map((write) => writerText(write, locate)).join(', ')}`;
  const loaded = parameter.overwrittenByUnknown === true ? '; later overwritten by code that was not followed' : '';
  return `\`${role}\` ${formatShape(parameter.shape)}: ${initializerText(parameter.initializer)}${gainText(parameter)}${by}${over}${loaded}`;
}

/** `uniform U(±0.0884), std 0.051`: the numbers, and a scheme's name only where the code means it. */
function initializerText(initializer: Initializer): string {
  const { family, std, mean, low, high } = initializer;
  const name = schemeNames[initializer.scheme] ?? '';
  switch (family) {
    case 'zeros':
    case 'ones':
      return `**${family}**`;
    case 'constant':
      return `**constant ${number(mean)}**`;
    case 'uniform': {
      const bounds =
        low !== null && high !== null && low === -high ? `±${number(high)}` : `${number(low)}, ${number(high)}`;
      return `**${name}uniform** U(${bounds}), std ${number(std)}`;
    }
    case 'normal':
    case 'truncatedNormal': {
      const cut = family === 'truncatedNormal' ? `, cut at ${number(low)} and ${number(high)}` : '';
      return `**${name}${family === 'normal' ? 'normal' : 'truncated normal'}** mean ${number(mean ?? 0)}, std ${number(std)}${cut}`;
    }
    case 'orthogonal':
    case 'identity':
    case 'dirac':
      return `**${family}** gain ${number(initializer.gain ?? 1)}, std ${number(std)}`;
    case 'sparse':
      return `**sparse** std of the non-zero ${number(std)}`;
    case 'mixture':
      return `**parts written differently** mean ${number(mean)}, std ${number(std)}`;
    case 'uninitialized':
      return '**uninitialized memory**';
    case 'unknown':
      return 'not known';
  }
}

/** What the layer multiplies the signal's RMS by, before its activation: std·√fan_in. */
function gainText({ role, fanIn, initializer }: Parameter): string {
  if ((role !== 'weight' && role !== 'recurrentWeight') || fanIn === null || initializer.std === null) return '';
  return `, gain ${number(initializer.std * Math.sqrt(fanIn))} = std·√${fanIn}`;
}

const schemeNames: Readonly<Partial<Record<Initializer['scheme'], string>>> = {
  xavier: 'Xavier ',
  he: 'He ',
  lecun: 'LeCun ',
};

function writerText(write: Write, locate: (span: Span) => Place | null): string {
  const place = write.at === null ? null : locate(write.at);
  if (place === null) return write.by;
  const line = place.range.start.line + 1;
  return `[${write.by}, line ${line}](${place.uri}#L${line})`;
}

function shapesText(model: ModelAnalysis, layer: Layer): string {
  const sizes = parametersOf(model, layer).map(({ shape }) => sizeOf(shape));
  const count = sizes.reduce<number | null>((sum, size) => (sum === null || size === null ? null : sum + size), 0);
  const output = layer.outputShape === null ? '?' : formatShape(layer.outputShape);
  const input = layer.inputs.length === 0 ? '' : `${inputShapes(model, layer)} → `;
  const weights = count === null || count === 0 ? '' : ` · ${count.toLocaleString('en')} parameters`;
  return `${input}${output}${weights}${memoryText(layer, count)}`;
}

function inputShapes({ graph }: ModelAnalysis, layer: Layer): string {
  const shapes = layer.inputs.map((id) => graph.layers.find((other) => other.id === id)?.outputShape ?? null);
  return shapes.map((shape) => (shape === null ? '?' : formatShape(shape))).join(', ');
}

/** Of one training step: weights with their gradients, and the output kept for the way back. */
function memoryText(layer: Layer, parameters: number | null): string {
  const [, ...perExample] = layer.outputShape ?? [null, null];
  const output = perExample.every(isKnown) ? sizeOf(perExample) : null;
  if (output === null || parameters === null) return '';
  const bytes = (2 * parameters + batch * output) * bytesPerNumber;
  return ` · ${bytesText(bytes)} in a training step of batch ${batch}`;
}

function predictionText({ prediction }: ModelAnalysis, layer: Layer): string {
  const predicted = prediction.layers.get(layer.id);
  if (predicted === undefined) return '';
  const { signal, gradient, gain, gradientOverTime } = predicted;
  const parts = [
    signal.rms === null ? '' : `output RMS ${number(signal.rms)}`,
    signal.mean === null || signal.mean === 0 ? '' : `mean ${number(signal.mean)}`,
    signal.inputStd === null ? '' : `std over inputs ${number(signal.inputStd)}`,
    gradient.activationRms === null ? '' : `its gradient ${number(gradient.activationRms)}`,
    gradient.weightRms === null ? '' : `weight gradient ${number(gradient.weightRms)}`,
    gain === null ? '' : `gain ${number(gain)} (1 keeps the signal)`,
    signal.deadFraction === null ? '' : `${percent(signal.deadFraction)} zero`,
    signal.saturatedFraction === null ? '' : `${percent(signal.saturatedFraction)} saturated`,
    gradientOverTime === null ? '' : `${number(gradientOverTime)} of the last step's gradient at the first step`,
  ].filter((part) => part !== '');
  return parts.length === 0 ? '' : `Predicted at the first step: ${parts.join(', ')}.`;
}

/** Of the whole model: what it starts from, and whether its first layers learn as its last ones do. */
function lossText({ prediction: { loss, gradientRatio } }: ModelAnalysis): string {
  const parts = [
    loss.expected === null ? '' : `loss ${number(loss.expected)} (a uniform guess has ${number(loss.uniformGuess)})`,
    gradientRatio === null
      ? ''
      : `next to critical initialization, the first layer's gradient is ${number(gradientRatio)} of the last's`,
  ].filter((part) => part !== '');
  return parts.length === 0 ? '' : `The model: ${parts.join(', ')}.`;
}

function parametersOf({ graph }: ModelAnalysis, layer: Layer): readonly Parameter[] {
  const ids = new Set(Object.values(layer.parameters));
  return graph.parameters.filter(({ id }) => ids.has(id));
}

function kindText({ op }: Layer): string {
  switch (op.kind) {
    case 'dense':
      return `dense ${op.inFeatures ?? '?'} → ${op.outFeatures ?? '?'}`;
    case 'conv':
      return `${op.rank}-d ${op.transposed ? 'transposed ' : ''}convolution ${op.inChannels ?? '?'} → ${op.outChannels ?? '?'}, kernel ${op.kernel.join('×')}`;
    case 'activation':
      return op.fn;
    case 'unknown':
      return `${op.name} (not known to Initscope)`;
    default:
      return op.kind;
  }
}

/** Three significant digits, as the field writes them. */
function number(value: number | null): string {
  if (value === null) return '?';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential(1);
  return String(Number(value.toPrecision(3)));
}

function percent(fraction: number): string {
  return `${Math.round(100 * fraction)} %`;
}

function bytesText(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  return bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1e3))} kB`;
}
