import type { Op } from '../graph/op.ts';
import { curveAt } from './curve.ts';
import { dualOf } from './dual.ts';

type Recurrent = Pick<Extract<Op, { kind: 'recurrent' }>, 'cell' | 'activation'>;

/** What goes into the units of a recurrent layer at every step. */
export interface Drive {
  /** Variance that input and biases give the pre-activations. */
  readonly input: number;
  /** Variance of the recurrent weights times the number of hidden units: the square of their spectral radius. */
  readonly recurrent: number;
}

/** Steps after which the hidden state has settled. */
const settled = 100;

/**
 * The factor by which a gradient changes per step back through time, once the hidden state has settled: mean field (Chen et al.
 * 2018), with the path through the gates and the one through the weights adding up coherently, because the weights are the same at
 * every step: E f + √a instead of √(E f² + a).
 */
export function gradientPerStep({ cell, activation }: Recurrent, { input, recurrent }: Drive): number {
  if (cell === 'rnn') return plain(activation, input, recurrent);
  return cell === 'lstm' ? lstm(input, recurrent) : gru(input, recurrent);
}

function plain(activation: Recurrent['activation'], input: number, recurrent: number): number {
  let hidden = 0;
  for (let step = 0; step < settled; step++)
    hidden = curveAt(dualOf(activation, undefined, 0, input + recurrent * hidden).value, 1);
  return Math.sqrt(recurrent * dualOf(activation, undefined, 0, input + recurrent * hidden).slopeSecondMoment);
}

function lstm(input: number, recurrent: number): number {
  let [hidden, cell] = [0, 0];
  for (let step = 0; step < settled; step++) {
    const [gate, candidate] = gates(input + recurrent * hidden);
    cell = curveAt(gate.value, 1) * (cell + curveAt(candidate.value, 1));
    hidden = curveAt(gate.value, 1) * curveAt(dualOf('tanh', undefined, 0, cell).value, 1);
  }
  const [gate, candidate] = gates(input + recurrent * hidden);
  const output = dualOf('tanh', undefined, 0, cell);
  const [open, slope] = [curveAt(gate.value, 1), gate.slopeSecondMoment];
  // Squares of the gradients with respect to cell and hidden state, one step back.
  const toCell = open * output.slopeSecondMoment;
  const throughWeights =
    recurrent * (slope * (curveAt(candidate.value, 1) + cell) + open * candidate.slopeSecondMoment);
  const map = [
    open,
    open * toCell,
    throughWeights,
    throughWeights * toCell + recurrent * slope * curveAt(output.value, 1),
  ] as const;
  return coherent(largestEigenvalue(map), open, gate.mean);
}

function gru(input: number, recurrent: number): number {
  let hidden = 0;
  for (let step = 0; step < settled; step++) {
    const { gate, candidate } = gruGates(input, recurrent, hidden);
    hidden = curveAt(gate.value, 1) * (curveAt(candidate.value, 1) + hidden);
  }
  const { gate, candidate } = gruGates(input, recurrent, hidden);
  const [open, slope] = [curveAt(gate.value, 1), gate.slopeSecondMoment];
  const update = slope * (hidden + curveAt(candidate.value, 1));
  const proposed = open * candidate.slopeSecondMoment * (open + slope * recurrent * hidden);
  return coherent(open + recurrent * (update + proposed), open, gate.mean);
}

function gates(variance: number) {
  return [dualOf('sigmoid', undefined, 0, variance), dualOf('tanh', undefined, 0, variance)] as const;
}

/** The reset gate takes a part of what the hidden state says to the candidate. */
function gruGates(input: number, recurrent: number, hidden: number) {
  const gate = dualOf('sigmoid', undefined, 0, input + recurrent * hidden);
  return { gate, candidate: dualOf('tanh', undefined, 0, input + curveAt(gate.value, 1) * recurrent * hidden) };
}

/** `whole`: growth of the square with independent steps; `kept` of it comes by the gate, whose mean is `mean`. */
function coherent(whole: number, kept: number, mean: number): number {
  return mean + Math.sqrt(Math.max(whole - kept, 0));
}

function largestEigenvalue([a, b, c, d]: readonly [number, number, number, number]): number {
  return (a + d + Math.sqrt((a - d) ** 2 + 4 * b * c)) / 2;
}
