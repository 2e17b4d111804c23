import type { Op } from '../../graph/op.ts';
import { isKnown } from '../../graph/shape.ts';
import { type Field, merge, positionsOf } from '../field.ts';
import { type Contribution, total } from '../gradient.ts';
import { atZero, combine, constantKernel, type Kernel, type Size, scaleKernel, weightedSum } from '../kernel.ts';
import { at, type History, unroll } from '../recurrence.ts';
import { type Adjoint, type Arriving, pairAt, runBack } from '../recurrence-gradient.ts';
import type { Segment } from '../segment.ts';
import type { Site, Transfer } from '../site.ts';
import { atLag, pairProduct, type Tail, type TwoTime, toKernel } from '../two-time.ts';

type Recurrent = Extract<Op, { kind: 'recurrent' }>;

/** Recurrent layers by their mean field over pairs of steps, forward and back through time. */
export const recurrent: Transfer<Recurrent> = {
  forward(site, [input]) {
    const layers = input === undefined ? null : unrollLayers(site, input);
    const last = layers?.[layers.length - 1];
    if (input === undefined || last === undefined) return null;
    const segment = outputSegment(site.op, last.directions, input.size);
    if (site.op.returnSequences) return { size: input.size, channelAxis: 2, segments: [segment] };
    return { size: [1, 1], channelAxis: 1, segments: [segment.last ?? segment] };
  },
  backward(site, [input], _output, gradient) {
    const layers = input === undefined ? null : unrollLayers(site, input);
    if (input === undefined || layers === null) return { inputs: [null], weight: null };
    let above: Above | null = arrivingAt(site.op, gradient[0] ?? []);
    let [squares, count] = [0, 0];
    for (const layer of layers.toReversed()) {
      const back: BackThrough | null = above === null ? null : backThrough(site, layer, above, input.size);
      if (back === null) return { inputs: [null], weight: null };
      squares += back.squares;
      count += back.count;
      above = back.below === null ? null : { every: back.below, last: null };
    }
    const below = above?.every ?? null;
    return {
      inputs: [below === null ? null : input.segments.map(() => [below])],
      weight: count === 0 ? null : squares / count,
      ...overTime(layers[0]?.directions[0]),
    };
  },
};

/** One of the stacked layers. */
interface LayerHistory {
  readonly width: number | null;
  readonly hidden: number | null;
  readonly directions: readonly Direction[];
}

interface Direction {
  readonly history: History;
  readonly inputBack: number | null;
  readonly hiddenBack: number | null;
}

/** The gradient that reaches the steps' outputs: at every one, or at the last one only. */
interface Above {
  readonly every: Contribution | null;
  readonly last: Contribution | null;
}

interface BackThrough {
  readonly below: Contribution | null;
  /** Sum of the squared weight gradients, and how many weights there are. */
  readonly squares: number;
  readonly count: number;
}

const unrolled = new WeakMap<Site, readonly LayerHistory[]>();

/** The way back needs what the way forward has found. */
function unrollLayers(site: Site<Recurrent>, field: Field): readonly LayerHistory[] | null {
  const layers = unrolled.get(site) ?? unrollAll(site, field);
  if (layers !== null) unrolled.set(site, layers);
  return layers;
}

function unrollAll(site: Site<Recurrent>, field: Field): readonly LayerHistory[] | null {
  const { op } = site;
  const hidden = isKnown(op.hiddenSize) ? op.hiddenSize : null;
  const steps = Math.max(positionsOf(field), 1);
  const first = merge(field);
  let input = { total: first.total, shared: sharedOf(first) };
  let width = isKnown(op.inputSize) ? op.inputSize : first.channels;
  const layers: LayerHistory[] = [];
  for (let layer = 0; layer < op.layers; layer++) {
    const directions: Direction[] = [];
    for (const way of op.bidirectional ? ['', 'Reverse'] : ['']) {
      const direction = unrollDirection(site, `${layer === 0 ? '' : layer}${way}`, input, { width, hidden, steps });
      if (direction === null) return null;
      directions.push(direction);
    }
    layers.push({ width, hidden, directions });
    const output = outputSegment(op, directions, field.size);
    input = { total: output.total, shared: sharedOf(output) };
    width = output.channels;
  }
  return layers;
}

function unrollDirection(
  site: Site<Recurrent>,
  suffix: string,
  input: { readonly total: Kernel; readonly shared: Kernel },
  { width, hidden, steps }: { readonly width: number | null; readonly hidden: number | null; readonly steps: number },
): Direction | null {
  const second = atZero(input.total);
  const inputWeight = site.weight(`weight${suffix}`, { fanIn: width, fanOut: hidden }, second);
  const hiddenWeight = site.weight(`recurrentWeight${suffix}`, { fanIn: hidden, fanOut: hidden }, second);
  const bias = site.moments(`bias${suffix}`);
  const recurrentBias = site.moments(`recurrentBias${suffix}`);
  if (inputWeight === null || hiddenWeight === null || bias === null || recurrentBias === null) return null;
  if (inputWeight.forward === null || hiddenWeight.forward === null) return null;
  const history = unroll({
    cell: site.op.cell,
    activation: site.op.activation,
    steps,
    input,
    inputEnergy: inputWeight.forward,
    hiddenEnergy: hiddenWeight.forward,
    bias: bias ?? { mean: 0, second: 0 },
    recurrentBias: recurrentBias ?? { mean: 0, second: 0 },
  });
  return { history, inputBack: inputWeight.backward, hiddenBack: hiddenWeight.backward };
}

function sharedOf(segment: Segment): Kernel {
  return combine(segment.total, segment.varying, (k, v) => k - v);
}

/** Both directions as one group of channels; what the last position holds is kept beside the mean over all. */
function outputSegment(op: Recurrent, directions: readonly Direction[], size: Size): Segment {
  const shares = directions.map(() => 1 / directions.length);
  const average = (kernelOf: (history: History) => Kernel) =>
    weightedSum(
      directions.map(({ history }) => kernelOf(history)),
      shares,
    );
  const all = average(({ of, total }) => toKernel(total.hidden, of.steps, size, 'constant'));
  const shared = average(({ of, shared: other }) => toKernel(other.hidden, of.steps, size, 'constant'));
  // At the last position the reverse direction has only begun.
  const ending = (rowsOf: (history: History) => TwoTime) =>
    directions.reduce((sum, { history }, i) => {
      const rows = rowsOf(history);
      return sum + at(rows, i === 0 ? rows.length - 1 : 0, 0) / directions.length;
    }, 0);
  const [lastTotal, lastShared] = [ending(({ total: own }) => own.hidden), ending(({ shared: own }) => own.hidden)];
  const rectified = op.cell === 'rnn' && op.activation === 'relu';
  const mean = rectified ? meanOf(directions) : 0;
  const common = {
    channels: isKnown(op.hiddenSize) ? op.hiddenSize * directions.length : null,
    mean,
    coherence: mean * mean,
    varyingCoherence: 0,
  };
  return {
    ...common,
    total: all,
    varying: combine(all, shared, (k, s) => k - s),
    last: { ...common, total: constantKernel(lastTotal), varying: constantKernel(lastTotal - lastShared) },
  };
}

function meanOf(directions: readonly Direction[]): number {
  const means = directions.map(({ history: { duals } }) => duals[duals.length - 1]?.candidate.mean ?? 0);
  return means.reduce((sum, mean) => sum + mean, 0) / means.length;
}

function arrivingAt(op: Recurrent, contributions: readonly Contribution[]): Above {
  if (!op.returnSequences) return { every: null, last: total(contributions) };
  const ending = contributions.filter(({ lastOnly }) => lastOnly === true);
  const others = contributions.filter(({ lastOnly }) => lastOnly !== true);
  return {
    every: others.length === 0 ? null : total(others),
    last: ending.length === 0 ? null : total(ending),
  };
}

/** What of a gradient at the last step's state is left at the first one's. */
function overTime(direction: Direction | undefined): { readonly overTime?: number } {
  if (direction === undefined || direction.hiddenBack === null) return {};
  const { history, hiddenBack } = direction;
  const { state } = runBack(history, hiddenBack, (m) => (m === 0 ? 1 : 0), 'total');
  const [first, last] = [at(state, 0, 0), at(state, state.length - 1, 0)];
  if (first === 0) return {};
  const perStep = state.length > 1 ? last / at(state, state.length - 2, 0) : 1;
  const left = Math.max(history.of.steps - state.length, 0);
  return { overTime: Math.sqrt((last / first) * (Number.isFinite(perStep) ? perStep ** left : 0)) };
}

/** Through one layer: what goes to its input, and the squares of its weights' gradients. */
function backThrough(site: Site<Recurrent>, layer: LayerHistory, above: Above, size: Size): BackThrough | null {
  const { width, hidden, directions } = layer;
  const parts: Contribution[] = [];
  let squares = 0;
  for (const [index, direction] of directions.entries()) {
    const { history, inputBack, hiddenBack } = direction;
    if (hiddenBack === null) return null;
    const { steps } = history.of;
    const ways: { tail: Tail; followed: number; total: Arriving; shared: Arriving }[] = [];
    if (above.every !== null) {
      const { total: all, shared } = above.every;
      ways.push({
        tail: 'constant',
        followed: history.duals.length,
        total: (_, d) => atLag(all, d),
        shared: (_, d) => atLag(shared, d),
      });
    }
    if (above.last !== null) {
      // Of a tensor with all steps, the mean over them was handed down.
      const scale = site.op.returnSequences ? steps : 1;
      const only = (value: number) => (m: number) => (m === 0 ? scale * value : 0);
      ways.push({
        tail: 'decaying',
        // The reverse direction has made one step when it comes to the last position.
        followed: index === 0 ? history.duals.length : 1,
        total: only(atZero(above.last.total)),
        shared: only(atZero(above.last.shared)),
      });
    }
    for (const way of ways) {
      const all = runBack(history, hiddenBack, way.total, 'total', way.followed);
      const shared = runBack(history, hiddenBack, way.shared, 'shared', way.followed);
      const walked = way.followed === history.duals.length ? steps : way.followed;
      squares += weightSquares(site.batch, history, all, shared, walked, way.tail, { width, hidden });
      if (inputBack === null) continue;
      const kernel = ({ toInput }: Adjoint) => {
        const share = (inputBack * walked) / steps;
        return scaleKernel(toKernel(toInput, walked, size, way.tail), share);
      };
      parts.push({ total: kernel(all), shared: kernel(shared), coherence: 0 });
    }
  }
  return {
    below: parts.length < directions.length ? null : total(parts),
    squares,
    count: directions.length * gateCount(site.op) * (hidden ?? 0) * ((width ?? 0) + (hidden ?? 0)),
  };
}

function gateCount({ cell }: Recurrent): number {
  return cell === 'rnn' ? 1 : cell === 'lstm' ? 4 : 3;
}

/** Sums over pairs of steps, within an input and across the batch, of gradient times what the weights met. */
function weightSquares(
  batch: number,
  history: History,
  all: Adjoint,
  shared: Adjoint,
  steps: number,
  tail: Tail,
  { width, hidden }: { readonly width: number | null; readonly hidden: number | null },
): number {
  if (width === null || hidden === null) return 0;
  const { of } = history;
  // Rows count back from the last step; the weights met the hidden state of the step before.
  const hiddenAt = (rows: TwoTime) => (m: number, d: number) => {
    const [n, lag] = pairAt(history, all.toInput.length, m, d);
    return at(rows, n - 1, lag);
  };
  const inputAt = (kernel: Kernel) => (_: number, d: number) => atLag(kernel, d);
  const pairs = (rows: TwoTime, values: (m: number, d: number) => number) => pairProduct(rows, steps, tail, values);
  const within =
    width * pairs(all.toInput, inputAt(of.input.total)) + hidden * pairs(all.toHidden, hiddenAt(history.total.hidden));
  const across =
    width * pairs(shared.toInput, inputAt(of.input.shared)) +
    hidden * pairs(shared.toHidden, hiddenAt(history.shared.hidden));
  return hidden * (batch * within + batch * (batch - 1) * across);
}
