import type { Layer, ModelGraph } from '../graph/graph.ts';
import { indexOf } from '../graph/graph-index.ts';
import { lossesOf } from '../graph/loss.ts';
import { weightsOf } from '../graph/queries.ts';
import { isKnown } from '../graph/shape.ts';
import { alongBack, slopeAlong, valuesTimes } from './along.ts';
import { anyInput, expectedInput } from './expected-input.ts';
import { type Field, merge } from './field.ts';
import { addGradients, type Gradient, zeroGradient } from './gradient.ts';
import { atZero, isFiniteKernel, pairMean } from './kernel.ts';
import { layoutOf } from './layout.ts';
import { leadBackward, leadForward, readsLead, squareWithLead } from './lead.ts';
import { type LossStart, startOfGradient } from './loss.ts';
import { once } from './marginal.ts';
import { type RoutingSite, routingSite } from './routing.ts';
import type { AttentionSite, Site } from './site.ts';
import { growthOfWeight, sizeThrough } from './size-along.ts';
import { type Ties, tiesOf } from './ties.ts';
import { transferOf } from './transfer/registry.ts';
import { criticalWeight, followingActivation, type Mode, momentsOf, parameterOf, weightOf } from './weights.ts';
import { readAttention, type Scores, windowOf } from './written-attention.ts';
import { type Routing, readExperts } from './written-experts.ts';
import { isSilenced, isZeroGradient, zeroProduct } from './zero-product.ts';

/** One walk forward through a graph, and back from there for who asks. */
export interface Pass {
  /** By layer id; `null` where not known. */
  readonly fields: ReadonlyMap<number, Field | null>;
  /** Of the first output that is known. */
  loss(): LossStart | null;
  back(): BackwardPass;
}

export interface BackwardPass {
  /** Mean square of the gradient, where it is known. */
  readonly gradientSquares: ReadonlyMap<number, number>;
  /** Mean square of a weight layer's gradient; none of critical weights. */
  readonly weightGradients: ReadonlyMap<number, number | null>;
  /** By layer id: what is left of a recurrent layer's gradient at its first step. */
  readonly overTime: ReadonlyMap<number, number>;
}

/**
 * Propagates signal and gradient through a graph as `asRead` has it, with the weights of the source or critical ones. What is not
 * known ends its own branch only. `checkpoint` is called before every layer, and may throw.
 */
export function runPass(graph: ModelGraph, mode: Mode, batch: number, checkpoint: () => void): Pass {
  const fixed = fixedLayers(graph);
  const mixtures = readExperts(graph);
  const read = readAttention(mixtures.graph, fixed);
  const fields = new Map<number, Field | null>();
  const sites = new Map(
    read.graph.layers.map((layer) => {
      const scores = read.scores.get(layer.id);
      const mixture = mixtures.routed.get(layer.id);
      const plain = siteOf(graph, layer, mode, batch, fixed);
      const site =
        mixture === undefined
          ? plain
          : { ...plain, routed: mixture.part, routing: () => routingAt(mixture.routing, fields) };
      return [
        layer.id,
        scores === undefined ? site : { ...site, attention: () => attentionSite(graph, layer, scores, fields) },
      ];
    }),
  );
  const ties = tiesOf(read.graph, sites);
  forward(read.graph, sites, ties, fields, checkpoint);
  const starts = lossesOf(graph).map(({ kind, at }): Start => {
    const output = fields.get(at) ?? null;
    const start = () => (output === null ? null : startOfGradient(kind, output, batch, ties.ownLogit(at)));
    return { at, output, start: once(start) };
  });
  return {
    fields,
    loss: () => firstOf(starts),
    back: once(() => backward(read.graph, sites, fields, ties, starts, checkpoint)),
  };
}

/** Who goes where, as far as the scores are known. */
function routingAt(routing: Routing, fields: ReadonlyMap<number, Field | null>): RoutingSite | null {
  const [source, scores] = [routing.source, routing.scores].map((id) => fields.get(id) ?? null);
  if (source == null || scores == null) return null;
  const { total, coherence } = merge(scores);
  return routingSite(routing, atZero(total) - coherence, merge(source));
}

/** Where the gradient comes in. */
interface Start {
  readonly at: number;
  readonly output: Field | null;
  readonly start: () => LossStart | null;
}

function firstOf(starts: readonly Start[]): LossStart | null {
  for (const { start } of starts) {
    const known = start();
    if (known !== null) return known;
  }
  return null;
}

/** What the scores go through, where all of it is known. */
function attentionSite(
  graph: ModelGraph,
  { inputs }: Layer,
  scores: Scores,
  fields: ReadonlyMap<number, Field | null>,
): AttentionSite {
  const [query = -1, key = -1] = inputs;
  const { layers } = indexOf(graph);
  const width = layers.get(query)?.outputShape?.at(-1);
  const second = (id: number) => {
    const field = fields.get(id) ?? null;
    return field === null ? Number.NaN : atZero(merge(field).total);
  };
  const variance = (id: number) => {
    const field = fields.get(id) ?? null;
    if (field === null) return Number.NaN;
    const { total } = merge(field);
    return atZero(total) - pairMean(total, field.size);
  };
  const known = (value: number) => (Number.isFinite(value) ? value : null);
  const capped = scores.caps.map((id) => second(id) / second(layers.get(id)?.inputs[0] ?? -1));
  const factors = [...capped, ...scores.factors.map(second)];
  const sharpness = factors.reduce((product, factor) => product * factor, scores.factor ** 2);
  const [window, keyWindow] = [windowOf(graph, query), windowOf(graph, key)];
  const isSame = JSON.stringify(window) === JSON.stringify(keyWindow);
  return {
    sharpness: isKnown(width) ? known(sharpness * width) : null,
    bias: known(scores.biases.reduce((sum, id) => sum + variance(id), 0)),
    isMasked: scores.isMasked,
    causal: scores.causal,
    dropped: scores.dropped,
    window: isSame ? window : null,
  };
}

function forward(
  graph: ModelGraph,
  sites: ReadonlyMap<number, Site>,
  ties: Ties,
  fields: Map<number, Field | null>,
  checkpoint: () => void,
): void {
  for (const layer of graph.layers) {
    checkpoint();
    const site = sites.get(layer.id);
    const inputs = layer.inputs.map((id) => fields.get(id) ?? null);
    const known = inputs.filter((field) => field !== null);
    const field =
      site === undefined || (known.length < inputs.length && !canDoWithout(site))
        ? site === undefined
          ? null
          : zeroProduct(site, inputs)
        : transferOf(layer.op.kind).forward(site, known);
    const isKnown = site !== undefined && field !== null && hasFiniteMoments(field);
    const whole = isKnown ? ties.forward(site, known, field) : null;
    fields.set(layer.id, isKnown && whole !== null ? { ...whole, lead: leadForward(site, known, field) } : null);
  }
}

function canDoWithout({ op, readsFixed }: Site): boolean {
  return readsFixed && transferOf(op.kind).needsNoInput === true;
}

/** Layers that no input of the model reaches. */
function fixedLayers(graph: ModelGraph): ReadonlySet<number> {
  const fixed = new Set<number>();
  for (const { id, op, inputs } of graph.layers) {
    if (op.kind !== 'input' && inputs.every((input) => fixed.has(input))) fixed.add(id);
  }
  return fixed;
}

function hasFiniteMoments(field: Field): boolean {
  return field.segments.every(({ mean, total }) => Number.isFinite(mean) && isFiniteKernel(total));
}

function backward(
  graph: ModelGraph,
  sites: ReadonlyMap<number, Site>,
  fields: ReadonlyMap<number, Field | null>,
  ties: Ties,
  starts: readonly Start[],
  checkpoint: () => void,
): BackwardPass {
  const gradients = new Map<number, Gradient | null>();
  const weightGradients = new Map<number, number | null>();
  const overTime = new Map<number, number>();
  const give = (id: number, gradient: Gradient | null) => {
    const before = gradients.get(id);
    gradients.set(
      id,
      before === undefined ? gradient : before === null || gradient === null ? null : addGradients(before, gradient),
    );
  };

  /** By layer id, how much of the gradient is the layer's own output. */
  const along = new Map<number, number>();
  /** By layer id, the gradient of the first position where that is unlike the others. */
  const leads = new Map<number, Gradient>();
  const heads = new Map<number, number>();
  /** By layer id, how far the loss's output follows its size. */
  const sizes = new Map<number, number>();
  const loss = firstOf(starts);
  for (const { at, output, start: startOf } of starts) {
    const start = startOf();
    if (output !== null && start !== null) ties.begin(at, start.ownShare, output);
    heads.set(at, start?.weight ?? 0);
    give(at, start?.gradient ?? null);
    along.set(at, (along.get(at) ?? 0) + (start?.along ?? 0));
    sizes.set(at, 1);
  }

  for (const layer of graph.layers.toReversed()) {
    const gradient = gradients.get(layer.id);
    if (gradient === undefined) continue;
    checkpoint();
    const site = sites.get(layer.id);
    const output = fields.get(layer.id) ?? null;
    const inputs = layer.inputs.map((id) => fields.get(id) ?? null);
    const known = inputs.filter((field) => field !== null);
    const isUnknown = site === undefined || (known.length < inputs.length && !canDoWithout(site));
    if (gradient === null || output === null || isUnknown) {
      const isNothing = gradient !== null && isZeroGradient(gradient);
      layer.inputs.forEach((id, i) => {
        const nothing = isNothing || (site !== undefined && isSilenced(site, inputs, i));
        give(id, nothing ? zeroGradient(inputs[i]?.segments.length ?? 1) : null);
      });
      continue;
    }
    const back = transferOf(layer.op.kind).backward(site, known, output, gradient);
    const own = alongBack(site, known, output, along.get(layer.id) ?? 0, loss?.sizes ?? 0);
    const size = sizes.get(layer.id) ?? 0;
    const follows =
      site.asksForWeights && size !== 0 ? sizeThrough(site, known, output).map((share) => share * size) : [];
    if (back.overTime !== undefined) overTime.set(layer.id, back.overTime);
    const alone = readsLead(site, known);
    const tied = ties.back(site, known, output);
    const lead = leadBackward(site, known, output, leads.get(layer.id), alone ? [] : back.inputs);
    if (site.asksForWeights && back.weight !== undefined) {
      const growth =
        loss === null || known[0] === undefined ? null : growthOfWeight(loss.growth, known[0], follows[0] ?? 0);
      const more = own.weight + lead.weight + tied.weight + (heads.get(layer.id) ?? 0);
      const along = back.isAcrossWeights ? 0 : more + slopeAlong(site, known[0] ?? output, output, gradient);
      weightGradients.set(
        layer.id,
        back.weight === null ? null : Math.max(grown(back.weight, back.weightAcross ?? 0, growth) + along, 0),
      );
    }
    layer.inputs.forEach((id, i) => {
      give(id, alone ? zeroGradient(known[0]?.segments.length ?? 1) : (back.inputs[i] ?? null));
      if (alone) leads.set(id, addGradients(leads.get(id) ?? gradient.map(() => []), gradient));
      const extra = own.extra[i] ?? null;
      if (extra !== null) give(id, extra);
      if (i === 0 && tied.extra !== null) give(id, tied.extra);
      const [toAll, toLead] = [lead.others[i] ?? null, lead.leads[i] ?? null];
      if (toAll !== null) give(id, toAll);
      if (toLead !== null) leads.set(id, addGradients(leads.get(id) ?? toLead.map(() => []), toLead));
      const [before, more] = [along.get(id) ?? 0, own.inputs[i] ?? 0];
      const field = fields.get(id) ?? null;
      // Two consumers' gradients are independent but for what both have along the value.
      if (before * more !== 0 && field !== null) give(id, valuesTimes(field, 2 * before * more));
      along.set(id, before + more);
      sizes.set(id, (sizes.get(id) ?? 0) + (follows[i] ?? 0));
    });
  }
  const gradientSquares = new Map<number, number>();
  for (const [id, gradient] of gradients) {
    const field = fields.get(id) ?? null;
    if (gradient !== null && field !== null) gradientSquares.set(id, squareWithLead(field, gradient, leads.get(id)));
  }
  return { gradientSquares, weightGradients: addTied(graph, weightGradients), overTime };
}

function grown(weight: number, across: number, growth: { total: number; shared: number } | null): number {
  return growth === null ? weight : growth.total * (weight - across) + growth.shared * across;
}

/** The gradient of a weight that several layers use is the sum of what each of them gives. */
function addTied(
  graph: ModelGraph,
  weightGradients: ReadonlyMap<number, number | null>,
): ReadonlyMap<number, number | null> {
  const users = new Map<number, Layer[]>();
  for (const layer of graph.layers) {
    const id = layer.parameters.weight;
    if (id !== undefined && weightGradients.has(layer.id)) users.set(id, [...(users.get(id) ?? []), layer]);
  }
  const added = new Map(weightGradients);
  for (const layers of users.values()) {
    // Of a layer with more weights than this one only their mean is known.
    if (layers.length < 2 || layers.some((layer) => weightsOf(graph, layer).length > 1)) continue;
    const sum = layers.reduce<number | null>((total, { id }) => {
      const own = weightGradients.get(id) ?? null;
      return total === null || own === null ? null : total + own;
    }, 0);
    for (const { id } of layers) added.set(id, sum);
  }
  return added;
}

function siteOf(graph: ModelGraph, layer: Layer, mode: Mode, batch: number, fixed: ReadonlySet<number>): Site {
  const { layers } = indexOf(graph);
  const following = mode === 'critical' ? followingActivation(graph, layer) : null;
  return {
    layer,
    op: layer.op,
    batch,
    inputShapes: layer.inputs.map((id) => layers.get(id)?.outputShape ?? null),
    moments: (role) => momentsOf(parameterOf(graph, layer, role)),
    weight: (role, fans, second) =>
      mode === 'critical' ? criticalWeight(following, fans, second) : weightOf(graph, layer, role, fans),
    readsFixed: layer.inputs.every((id) => fixed.has(id)),
    fixedInputs: layer.inputs.map((id) => fixed.has(id)),
    asksForWeights: mode === 'written',
    layout: () => layoutOf(graph, layer.inputs[0] ?? -1),
    expectedInput: layer.op.kind === 'input' ? expectedInput(graph, layer) : anyInput,
  };
}
