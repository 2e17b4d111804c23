import { describe, expect, it } from 'vitest';
import { gradientPerStep } from './recurrent-memory.ts';

/*
 * PyTorch 1.13: 256 units, 256 standard-normal inputs, zero biases, input weights as nn.RNN draws them, recurrent weights normal;
 * the 30th root of the RMS gradient of the last hidden state at the input 60 steps back over that 30 steps back, six seeds.
 */
const measured = [
  ['rnn', 1 / 3, 0.4643],
  ['rnn', 1, 0.7374],
  ['lstm', 0.09, 0.5567],
  ['lstm', 1 / 3, 0.6067],
  ['lstm', 1, 0.6843],
  ['gru', 0.09, 0.5608],
  ['gru', 1 / 3, 0.6147],
  ['gru', 1, 0.7003],
] as const;

describe('the gradient per step back through time', () => {
  it.each(measured)('of %s with recurrent variance %f is what PyTorch measures', (cell, recurrent, factor) => {
    const predicted = gradientPerStep({ cell, activation: 'tanh' }, { input: 1 / 3, recurrent });
    expect(Math.abs(predicted / factor - 1)).toBeLessThan(0.08);
  });

  it('of a linear ReLU net without input noise is the root of half the variance', () => {
    expect(gradientPerStep({ cell: 'rnn', activation: 'relu' }, { input: 1, recurrent: 1 })).toBeCloseTo(
      Math.SQRT1_2,
      6,
    );
  });
});
