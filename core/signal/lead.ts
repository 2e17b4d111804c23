import type { Op } from '../graph/op.ts';
import { channelsOf, type Field, mapSegments, merge, positionsOf } from './field.ts';
import { type Contribution, type Gradient, gradientSquare, total } from './gradient.ts';
import { atZero, constantKernel, diagonalKernel, type Kernel } from './kernel.ts';
import type { Segment } from './segment.ts';
import type { Site } from './site.ts';
import { transferOf } from './transfer/registry.ts';

/*
 * A class token is one position unlike all others: it starts as the same parameter for every input, and often the head reads it
 * alone. Its field goes along with that of the others (`Field.lead`), through the same ops, and so does its gradient.
 */

/** Ops that treat every position by itself: what they do to the lead needs nothing but the lead. */
const perPosition: ReadonlySet<Op['kind']> = new Set([
  'dense',
  'layerNorm',
  'rmsNorm',
  'activation',
  'glu',
  'dropout',
  'add',
  'subtract',
  'multiply',
  'affine',
  'scale',
  'split',
  'permute',
  'reshape',
]);

const attentions: ReadonlySet<Op['kind']> = new Set(['attention', 'dotProductAttention']);

/** The lead of an op's output, `undefined` where it has none. */
export function leadForward(site: Site, inputs: readonly Field[], output: Field): Field | undefined {
  const [first] = inputs;
  if (first === undefined) return undefined;
  if (begins(site.op, first, output)) return { ...first, size: [1, 1], segments: [alone(merge(first))] };
  const arguments_ = leadArguments(site, inputs, output);
  return arguments_ === null ? undefined : (transferOf(site.op.kind).forward(site, arguments_) ?? undefined);
}

/** A concatenation along positions whose first part is a single one. */
function begins(op: Op, first: Field, output: Field): boolean {
  return (
    op.kind === 'concat' &&
    positionsOf(first) === 1 &&
    positionsOf(output) > 1 &&
    channelsOf(first) === channelsOf(output)
  );
}

/** What the op is given for the lead; `null` where the lead ends here. */
function leadArguments({ op }: Site, inputs: readonly Field[], output: Field): readonly Field[] | null {
  const [first] = inputs;
  if (first === undefined || inputs.every(({ lead }) => lead === undefined) || positionsOf(output) === 1) return null;
  if (attentions.has(op.kind)) {
    if (first.lead === undefined) return null;
    return [first.lead, ...(inputs.length === 1 ? inputs : inputs.slice(1))];
  }
  if (!perPosition.has(op.kind) || (op.kind === 'layerNorm' && op.axes > 1)) return null;
  return inputs.map((input) => input.lead ?? atOnePosition(input));
}

function atOnePosition(field: Field): Field {
  return { ...mapSegments(field, alone), size: [1, 1] };
}

function alone({ channels, mean, total: all, varying, coherence, varyingCoherence }: Segment): Segment {
  const kernel = (of: Kernel) => constantKernel(atZero(of));
  return { channels, mean, total: kernel(all), varying: kernel(varying), coherence, varyingCoherence };
}

/** Whether an op takes the lead alone: `x[:, 0]`, `x[:, :1]`. */
export function readsLead({ op, inputShapes }: Site, [input]: readonly Field[]): boolean {
  const isFirst =
    (op.kind === 'select' && op.index === 0) || (op.kind === 'split' && op.start === 0 && op.length === 1);
  if (!isFirst || input?.lead === undefined) return false;
  const rank = inputShapes[0]?.length ?? input.channelAxis + 1;
  return (op.axis < 0 ? op.axis + rank : op.axis) !== input.channelAxis;
}

/** What goes back because of the lead, by input: to its lead, and to all its positions. */
export interface LeadBack {
  readonly leads: readonly (Gradient | null)[];
  readonly others: readonly (Gradient | null)[];
  readonly weight: number;
}

/**
 * `gradient` is that of the output's lead, `back` what goes to all positions of the inputs alike because of the others. Where a
 * step mixes positions, the input's lead is one of those.
 */
export function leadBackward(
  site: Site,
  inputs: readonly Field[],
  output: Field,
  gradient: Gradient | undefined,
  back: readonly (Gradient | null)[],
): LeadBack {
  const { op } = site;
  const mixes = !perPosition.has(op.kind);
  const none = inputs.map(() => null);
  const shared = inputs.map((input, i) => {
    const asQuery = op.kind === 'dotProductAttention' && i === 0;
    return input.lead === undefined || !mixes || asQuery ? null : atLead(input.lead, back[i] ?? null);
  });
  if (gradient === undefined || output.lead === undefined) return { leads: shared, others: none, weight: 0 };
  const [first] = inputs;
  if (first !== undefined && begins(op, first, output))
    return { leads: none, others: [gradient, ...inputs.slice(1).map(() => null)], weight: 0 };
  const arguments_ = leadArguments(site, inputs, output);
  if (arguments_ === null) return { leads: shared, others: none, weight: 0 };
  const own = transferOf(op.kind).backward(site, arguments_, output.lead, gradient);
  if (attentions.has(op.kind)) {
    const seen = inputs.length === 1 ? [own.inputs[1] ?? null] : own.inputs.map((part, i) => (i === 0 ? null : part));
    const leads = inputs.map(({ lead }, i) => {
      const query = i === 0 ? (own.inputs[0] ?? null) : null;
      return joined([shared[i] ?? null, query, lead === undefined ? null : atLead(lead, seen[i] ?? null)]);
    });
    return { leads, others: seen, weight: own.weight ?? 0 };
  }
  const leads = inputs.map(({ lead }, i) =>
    joined([shared[i] ?? null, lead === undefined ? null : (own.inputs[i] ?? null)]),
  );
  const others = inputs.map((input, i) => (input.lead === undefined ? spreadOver(input, own.inputs[i] ?? null) : null));
  return { leads, others, weight: own.weight ?? 0 };
}

function joined(parts: readonly (Gradient | null)[]): Gradient | null {
  const known = parts.filter((part) => part !== null);
  const [first, ...rest] = known;
  return first === undefined
    ? null
    : rest.reduce<Gradient>((sum, part) => sum.map((own, i) => [...own, ...(part[i] ?? [])]), first);
}

function atLead(lead: Field, gradient: Gradient | null): Gradient | null {
  if (gradient === null) return null;
  return lead.segments.map((_, i) => [
    atPoint(total(gradient[i] ?? gradient[0] ?? []), (k) => constantKernel(atZero(k))),
  ]);
}

/** To an input without a lead of its own, as one of its positions. */
function spreadOver(input: Field, gradient: Gradient | null): Gradient | null {
  const positions = positionsOf(input);
  if (gradient === null) return null;
  return input.segments.map((_, i) => [
    atPoint(total(gradient[i] ?? gradient[0] ?? []), (k) => diagonalKernel(input.size, atZero(k) / positions)),
  ]);
}

function atPoint(one: Contribution, kernel: (of: Kernel) => Kernel): Contribution {
  return { total: kernel(one.total), shared: kernel(one.shared), coherence: one.coherence };
}

/** Mean square of a gradient over all positions, of which the lead is one. */
export function squareWithLead(field: Field, gradient: Gradient, lead: Gradient | undefined): number {
  const positions = positionsOf(field);
  const others = gradientSquare(gradient, field.segments);
  if (lead === undefined || positions < 2) return others;
  const own = gradient.map((_, i) => lead[i] ?? lead[0] ?? []);
  return (1 - 1 / positions) * others + gradientSquare(own, field.segments) / positions;
}
