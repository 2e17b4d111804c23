import type { Layer, ModelGraph } from '../graph/graph.ts';
import { indexOf } from '../graph/graph-index.ts';
import { lossesOf } from '../graph/loss.ts';
import type { Parameter } from '../graph/parameter.ts';
import { isKnown } from '../graph/shape.ts';
import type { Span } from '../graph/span.ts';
import { thresholdsOf } from './effect.ts';
import { type Finding, noEffect, type Remedy, type Severity } from './finding.ts';
import { firstPerPlace } from './places.ts';
import type { Rule, RuleContext } from './rule.ts';
import { formatNumber } from './wording.ts';

/**
 * An embedding's own scale does no harm; what it meets may. Tied to the output layer (Press & Wolf 2017) its N(0, 1) makes logits of
 * size √width; in a sum with positions of another scale one of the two goes under.
 */
export const embeddingScale: Rule = {
  id: 'embedding-scale',
  title: 'An embedding whose scale does not fit its tied output layer or its positions',
  check(context) {
    const tables = context.graph.layers.flatMap((layer) => tableOf(layer, context.graph));
    const tied = tables.flatMap((table) => asOutput(table, context));
    const told = new Set(tied.map(({ about: [id] = [] }) => id));
    const summed = context.graph.layers.flatMap((layer) => asSum(layer, tables, context));
    return firstPerPlace([...tied, ...summed.filter(({ about: [id] = [] }) => !told.has(id))]);
  },
};

/** An embedding of tokens: it reads the model's input. */
interface Table {
  readonly layer: Layer;
  readonly parameter: Parameter;
  readonly at: Span;
}

function tableOf(layer: Layer, graph: ModelGraph): readonly Table[] {
  const parameter = indexOf(graph).parameters.get(layer.parameters.weight ?? -1);
  if (layer.op.kind !== 'embedding' || parameter === undefined || !isUnderstood(parameter)) return [];
  return [{ layer, parameter, at: placeOf(parameter) ?? layer.at ?? graph.nameAt }];
}

function isUnderstood({ trainable, overwrittenByUnknown, initializer }: Parameter): boolean {
  return trainable && overwrittenByUnknown !== true && initializer.mean === 0 && (initializer.std ?? 0) > 0;
}

/** The last one that wrote all of it; a padding row of zeros changes no scale. */
function placeOf({ writes }: Parameter): Span | null {
  const whole = writes.filter(({ partial }) => partial !== true).at(-1);
  return whole === undefined || whole.origin === 'default' ? null : whole.at;
}

function asOutput({ layer, parameter, at }: Table, context: RuleContext): readonly Finding[] {
  const { graph, prediction } = context;
  const output = (indexOf(graph).users.get(parameter.id) ?? []).find(({ op }) => op.kind === 'dense');
  if (output === undefined) return [];
  if (!lossesOf(graph).some(({ kind, at: id }) => kind === 'crossEntropy' && id === output.id)) return [];
  const spread = prediction.layers.get(output.id)?.signal.rms ?? 0;
  if (spread <= 2) return [];
  const { expected, uniformGuess } = prediction.loss;
  if (expected === null || uniformGuess === null || expected <= thresholdsOf(context).loss * uniformGuess) return [];
  const width = layer.op.kind === 'embedding' && isKnown(layer.op.width) ? layer.op.width : null;
  const std = formatNumber(parameter.initializer.std ?? 0);
  const message = `${parameter.name} is the output layer's weight too: its standard deviation of ${std} makes logits of ±${formatNumber(spread)}, and the loss starts at ${formatNumber(expected)} or more, where a guess has ${formatNumber(uniformGuess)}.`;
  const remedies = width === null ? [] : [smaller(parameter, 1 / Math.sqrt(width))];
  return [finding({ layer, parameter, at }, 'warning', message, remedies, context)];
}

/** `tokens + positions`, where one is 16 times the other. */
function asSum(sum: Layer, tables: readonly Table[], context: RuleContext): readonly Finding[] {
  if (sum.op.kind !== 'add' || sum.inputs.length !== 2) return [];
  const { information } = thresholdsOf(context);
  const sources = sum.inputs.map((id) => sourceOf(id, context.graph));
  const table = tables.find(({ layer }) =>
    sources.some((source) => source?.id === layer.id && !isFixed(layer, context)),
  );
  const other = sources.find((source) => source !== undefined && source.id !== table?.layer.id);
  if (table === undefined || other === undefined || !isLearnedPosition(other, context)) return [];
  const [own, others] = sum.inputs.map((id) => context.prediction.layers.get(id)?.signal.rms ?? 0);
  if (own === undefined || others === undefined || own === 0 || others === 0) return [];
  const [tokens, positions] = sources[0]?.id === table.layer.id ? [own, others] : [others, own];
  const ratio = tokens / positions;
  if (ratio < information.high && ratio > 1 / information.high) return [];
  const [large, small] = ratio > 1 ? ['tokens', 'positions'] : ['positions', 'tokens'];
  const factor = formatNumber(Math.max(ratio, 1 / ratio));
  const message = `The embeddings of tokens (${formatNumber(tokens)}) and positions (${formatNumber(positions)}) are added, and the ${large} are ${factor} times larger: the model hardly sees the ${small} at first (${table.layer.name}).`;
  const remedies = ratio > 1 ? [smaller(table.parameter, (table.parameter.initializer.std ?? 1) / ratio)] : [];
  return [finding(table, 'information', message, remedies, context)];
}

/** Through what only moves values. */
function sourceOf(id: number, graph: ModelGraph): Layer | undefined {
  const { layers } = indexOf(graph);
  let at = layers.get(id);
  while (at !== undefined && moving.has(at.op.kind)) at = layers.get(at.inputs[0] ?? -1);
  return at;
}

const moving: ReadonlySet<Layer['op']['kind']> = new Set([
  'dropout',
  'reshape',
  'permute',
  'select',
  'split',
  'affine',
]);

/** Looked up by numbers that are the same for every input. */
function isFixed(layer: Layer, { prediction }: RuleContext): boolean {
  return prediction.layers.get(layer.id)?.signal.inputStd === 0;
}

function isLearnedPosition(layer: Layer, context: RuleContext): boolean {
  return layer.op.kind === 'parameter' || (layer.op.kind === 'embedding' && isFixed(layer, context));
}

function smaller(parameter: Parameter, std: number): Remedy {
  const target = { scheme: 'normal', std: Number(std.toPrecision(2)) } as const;
  return placeOf(parameter) === null
    ? { kind: 'initializeLayers', parameters: [parameter.id], target, preferred: true }
    : { kind: 'replaceInitializer', parameter: parameter.id, target, preferred: true };
}

function finding(
  { layer, parameter, at }: Table,
  severity: Severity,
  message: string,
  remedies: readonly Remedy[],
  { graph }: RuleContext,
): Finding {
  return {
    rule: 'embedding-scale',
    severity,
    message,
    at,
    model: graph.name,
    layer: layer.name,
    parameter: parameter.name,
    effect: noEffect,
    about: [parameter.id],
    related: [],
    remedies,
  };
}
