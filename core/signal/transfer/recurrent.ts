import type { Op } from '../../graph/op.ts';
import { isKnown } from '../../graph/shape.ts';
import { dualOf } from '../dual.ts';
import { type Field, merge, positionsOf, type Segment } from '../field.ts';
import { total } from '../gradient.ts';
import { atZero, diagonalKernel, type Size } from '../kernel.ts';
import type { Site, Transfer } from '../site.ts';

type Recurrent = Extract<Op, { kind: 'recurrent' }>;

/** Steps that are followed one by one; a longer sequence has settled by then. */
const followedSteps = 64;

/**
 * Recurrent layers by their mean-field recursion over time (Chen et al. 2018): second moments of hidden state and cell, the same
 * of two different inputs, and the gradient on its way back through the steps.
 */
export const recurrent: Transfer<Recurrent> = {
  forward(site, [input]) {
    const runs = input === undefined ? null : run(site, input);
    const last = runs?.[runs.length - 1];
    if (input === undefined || last === undefined) return null;
    return outputOf(site, input, last);
  },
  backward(site, [input], _output, gradient) {
    const runs = input === undefined ? null : run(site, input);
    if (input === undefined || runs === null) return { inputs: [null], weight: null };
    let above = { every: 0, last: 0 };
    const arriving = atZero(total(gradient[0] ?? []).total);
    if (site.op.returnSequences) above = { every: arriving, last: 0 };
    else above = { every: 0, last: arriving };
    let weight = 0;
    for (const one of runs.toReversed()) {
      const back = backThrough(site, one, above);
      if (back === null) return { inputs: [null], weight: null };
      weight += back.weight / runs.length;
      above = { every: back.below, last: 0 };
    }
    const below = diagonalKernel(input.size, above.every);
    return {
      inputs: [input.segments.map(() => [{ total: below, shared: diagonalKernel(input.size, 0), coherence: 0 }])],
      weight,
    };
  },
};

/** One layer's statistics, step by step. */
interface Run {
  readonly steps: number;
  readonly input: { readonly second: number; readonly shared: number };
  readonly inputWeight: Factors;
  readonly hiddenWeight: Factors;
  readonly states: readonly State[];
}

interface Factors {
  readonly forward: number;
  readonly backward: number | null;
}

/** Second moments of hidden state and cell, of one input and of two; and of the pre-activation. */
interface State {
  readonly hidden: number;
  readonly sharedHidden: number;
  readonly cell: number;
  readonly sharedCell: number;
  readonly variance: number;
  readonly shared: number;
}

const rest: State = { hidden: 0, sharedHidden: 0, cell: 0, sharedCell: 0, variance: 0, shared: 0 };

function run(site: Site<Recurrent>, field: Field): readonly Run[] | null {
  const { op } = site;
  const hidden = isKnown(op.hiddenSize) ? op.hiddenSize : null;
  const directions = op.bidirectional ? 2 : 1;
  const segment = merge(field);
  let input = { second: atZero(segment.total), shared: atZero(segment.total) - atZero(segment.varying) };
  let width = isKnown(op.inputSize) ? op.inputSize : segment.channels;
  const runs: Run[] = [];
  for (let layer = 0; layer < op.layers; layer++) {
    const suffix = layer === 0 ? '' : String(layer);
    const inputWeight = site.weight(`weight${suffix}`, { fanIn: width, fanOut: hidden }, input.second);
    const hiddenWeight = site.weight(`recurrentWeight${suffix}`, { fanIn: hidden, fanOut: hidden }, input.second);
    const bias = site.moments(`bias${suffix}`);
    const recurrentBias = site.moments(`recurrentBias${suffix}`);
    if (inputWeight === null || hiddenWeight === null || bias === null || recurrentBias === null) return null;
    if (inputWeight.forward === null || hiddenWeight.forward === null) return null;
    const biasSecond = (bias?.second ?? 0) + (recurrentBias?.second ?? 0);
    const steps = Math.max(positionsOf(field), 1);
    const states = unroll(
      op,
      Math.min(steps, followedSteps),
      input,
      inputWeight.forward,
      hiddenWeight.forward,
      biasSecond,
    );
    runs.push({
      steps,
      input,
      inputWeight: { forward: inputWeight.forward, backward: inputWeight.backward },
      hiddenWeight: { forward: hiddenWeight.forward, backward: hiddenWeight.backward },
      states,
    });
    input = {
      second: mean(states, steps, ({ hidden }) => hidden),
      shared: mean(states, steps, ({ sharedHidden }) => sharedHidden),
    };
    width = hidden === null ? null : hidden * directions;
  }
  return runs;
}

function unroll(
  op: Recurrent,
  steps: number,
  input: Run['input'],
  inputEnergy: number,
  hiddenEnergy: number,
  bias: number,
): readonly State[] {
  const states: State[] = [];
  let state = rest;
  for (let t = 0; t < steps; t++) {
    const variance = inputEnergy * input.second + hiddenEnergy * state.hidden + bias;
    const shared = inputEnergy * input.shared + hiddenEnergy * state.sharedHidden + bias;
    const next = step(op, state, variance, shared, hiddenEnergy);
    const settled =
      Math.abs(next.hidden - state.hidden) < 1e-4 * next.hidden && Math.abs(next.cell - state.cell) <= 1e-4 * next.cell;
    states.push(next);
    state = next;
    if (settled) break;
  }
  return states;
}

function step(op: Recurrent, before: State, variance: number, shared: number, hiddenEnergy: number): State {
  const rho = variance === 0 ? 1 : shared / variance;
  if (op.cell === 'rnn') {
    const f = dualOf(op.activation, undefined, 0, variance);
    return { ...rest, hidden: f.value(1), sharedHidden: f.value(rho), variance, shared };
  }
  const gate = dualOf('sigmoid', undefined, 0, variance);
  if (op.cell === 'lstm') {
    const candidate = dualOf('tanh', undefined, 0, variance);
    const cell = gate.value(1) * (before.cell + candidate.value(1));
    const sharedCell = gate.value(rho) * (before.sharedCell + candidate.value(rho));
    const output = dualOf('tanh', undefined, 0, cell);
    const cellRho = cell === 0 ? 1 : sharedCell / cell;
    return {
      cell,
      sharedCell,
      hidden: gate.value(1) * output.value(1),
      sharedHidden: gate.value(rho) * output.value(cellRho),
      variance,
      shared,
    };
  }
  // GRU: the reset gate takes a part of what the hidden state says to the candidate.
  const reset = hiddenEnergy * (1 - gate.value(1));
  const candidateVariance = Math.max(variance - reset * before.hidden, 0);
  const candidate = dualOf('tanh', undefined, 0, candidateVariance);
  const candidateRho =
    candidateVariance === 0 ? 1 : Math.min((shared - reset * before.sharedHidden) / candidateVariance, 1);
  return {
    ...rest,
    hidden: gate.value(1) * (candidate.value(1) + before.hidden),
    sharedHidden: gate.value(rho) * (candidate.value(candidateRho) + before.sharedHidden),
    variance,
    shared,
  };
}

/** The mean over all steps; those after the last state are like it. */
function mean(states: readonly State[], steps: number, pick: (state: State) => number): number {
  const last = states[states.length - 1];
  if (last === undefined) return 0;
  const followed = states.reduce((sum, state) => sum + pick(state), 0);
  return (followed + (steps - states.length) * pick(last)) / steps;
}

function outputOf(site: Site<Recurrent>, input: Field, { states, steps }: Run): Field {
  const { op } = site;
  const width = isKnown(op.hiddenSize) ? op.hiddenSize * (op.bidirectional ? 2 : 1) : null;
  const last = states[states.length - 1] ?? rest;
  const size: Size = op.returnSequences ? input.size : [1, 1];
  const pick = (f: (state: State) => number) => (op.returnSequences ? mean(states, steps, f) : f(last));
  const hidden = pick((state) => state.hidden);
  const shared = pick((state) => state.sharedHidden);
  const segment: Segment = {
    channels: width,
    mean: 0,
    total: diagonalKernel(size, hidden, shared),
    varying: diagonalKernel(size, hidden - shared, 0),
    coherence: 0,
    varyingCoherence: 0,
  };
  return { size, channelAxis: op.returnSequences ? 2 : 1, segments: [segment] };
}

/** Gradient of the sum over steps: what goes to each input, and the mean square over both weights. */
function backThrough(
  site: Site<Recurrent>,
  one: Run,
  above: { readonly every: number; readonly last: number },
): { below: number; weight: number } | null {
  const { inputWeight, hiddenWeight, states, steps } = one;
  if (inputWeight.backward === null || hiddenWeight.backward === null) return null;
  let hidden = above.last;
  let cell = 0;
  let [preActivations, inputWeightSquare, hiddenWeightSquare] = [0, 0, 0];
  const followed = Math.min(steps, followedSteps);
  for (let t = followed - 1; t >= 0; t--) {
    const state = states[Math.min(t, states.length - 1)] ?? rest;
    const before = t === 0 ? rest : (states[Math.min(t - 1, states.length - 1)] ?? rest);
    hidden += above.every;
    const back = stepBack(site.op, state, before, hidden, cell);
    preActivations += back.preActivation;
    inputWeightSquare += back.preActivation * one.input.second;
    hiddenWeightSquare += back.preActivation * before.hidden;
    hidden = back.direct + hiddenWeight.backward * back.preActivation * back.gates;
    cell = back.cell;
  }
  const gates = gateCount(site.op);
  return {
    below: (inputWeight.backward * preActivations * gates) / followed,
    weight: (site.batch * (inputWeightSquare + hiddenWeightSquare)) / 2,
  };
}

function gateCount({ cell }: Recurrent): number {
  return cell === 'rnn' ? 1 : cell === 'lstm' ? 4 : 3;
}

/** One step back: gradient per pre-activation element (averaged over gates), to the cell, and straight to the hidden state. */
function stepBack(op: Recurrent, state: State, before: State, hidden: number, cell: number) {
  const gates = gateCount(op);
  if (op.cell === 'rnn') {
    const slope = dualOf(op.activation, undefined, 0, state.variance).slopeSecondMoment;
    return { preActivation: hidden * slope, gates, cell: 0, direct: 0 };
  }
  const sigmoid = dualOf('sigmoid', undefined, 0, state.variance);
  const tanh = dualOf('tanh', undefined, 0, state.variance);
  const gate = sigmoid.value(1);
  const gateSlope = sigmoid.slopeSecondMoment;
  if (op.cell === 'lstm') {
    const output = dualOf('tanh', undefined, 0, state.cell);
    const toCell = cell + hidden * gate * output.slopeSecondMoment;
    const all =
      toCell * (gateSlope * tanh.value(1) + gateSlope * before.cell + gate * tanh.slopeSecondMoment) +
      hidden * gateSlope * output.value(1);
    return { preActivation: all / gates, gates, cell: toCell * gate, direct: 0 };
  }
  const all = hidden * (gate * tanh.slopeSecondMoment * (1 + gate) + gateSlope * (tanh.value(1) + before.hidden));
  return { preActivation: all / gates, gates, cell: 0, direct: hidden * gate };
}
