import { describe, expect, it } from 'vitest';
import { constantKernel, diagonalKernel } from './kernel.ts';
import { type Recurrence, unroll } from './recurrence.ts';
import { runBack } from './recurrence-gradient.ts';

/** 32 inputs, `hidden` units of variance-preserving recurrent weights, no bias. */
function layer(cell: Recurrence['cell'], steps: number, bias = { mean: 0, second: 0 }): Recurrence {
  return {
    cell,
    activation: 'tanh',
    steps,
    input: { total: diagonalKernel([steps, 1], 1), shared: constantKernel(0) },
    inputEnergy: 1 / 6,
    hiddenEnergy: 1 / 3,
    bias,
    recurrentBias: { mean: 0, second: 0 },
  };
}

const fromTheEnd = (m: number) => (m === 0 ? 1 : 0);

describe('the gradient back through time', () => {
  it('adds the path through the cell and those through the tied weights coherently: squared binomials', () => {
    const history = unroll(layer('lstm', 40));
    // A step's factors: the forget gate's mean, and all that goes through weights.
    const { state } = runBack(history, 1 / 3, fromTheEnd, 'total');
    const independent = runBack(history, 0, fromTheEnd, 'total').state;
    const forget = Math.sqrt((independent[20]?.[0] ?? 0) / (independent[19]?.[0] ?? 1));
    expect(forget).toBeGreaterThan(0.5);
    const perStep = (state[20]?.[0] ?? 0) / (state[19]?.[0] ?? 1);
    const oneStep = (state[1]?.[0] ?? 0) / (state[0]?.[0] ?? 1);
    // (√f + √a)^2 in the long run, f + a in the first step.
    const weights = oneStep - forget * forget;
    expect(perStep).toBeGreaterThan(oneStep);
    expect(perStep).toBeLessThan((forget + Math.sqrt(weights)) ** 2 + 1e-9);
  });

  it('falls by E f′² times the weights in every step of an RNN', () => {
    const history = unroll(layer('rnn', 200));
    const { state } = runBack(history, 1 / 3, fromTheEnd, 'total');
    const settled = history.duals[history.duals.length - 1]?.candidate.slopeSecondMoment ?? Number.NaN;
    expect((state[9]?.[0] ?? 0) / (state[8]?.[0] ?? 1)).toBeCloseTo(settled / 3, 6);
  });
});

describe('a bias of an LSTM', () => {
  it('that is one for a quarter of its elements opens the forget gate', () => {
    const open = unroll(layer('lstm', 30, { mean: 1 / 4, second: 1 / 4 }));
    const sigmoidOfOne = 1 / (1 + Math.exp(-1));
    const gates = open.duals[0];
    expect(gates?.gate.mean).toBeCloseTo(1 / 2, 6);
    // E sigmoid(1 + z) of z ~ N(0, 1/6) lies a little below.
    expect(gates?.keep.mean).toBeLessThan(sigmoidOfOne);
    expect(gates?.keep.mean).toBeGreaterThan(sigmoidOfOne - 0.02);
  });

  it('that is the same everywhere opens all gates', () => {
    const gates = unroll(layer('lstm', 30, { mean: 1, second: 1 })).duals[0];
    expect(gates?.keep).toBe(gates?.gate);
    expect(gates?.gate.mean).toBeGreaterThan(0.7);
  });
});
