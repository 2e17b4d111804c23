import type { Dim, Shape } from '../../../core/graph/shape.ts';
import type { TensorValue } from '../../interpreter/values.ts';

/** Index letters of an einsum: those of each operand, and those of the result. */
export interface Equation {
  readonly inputs: readonly string[];
  readonly output: string;
}

/** Without `->`: the letters that occur once, in alphabetical order. */
export function implicitOutput(inputs: readonly string[]): string {
  const letters = [...inputs.join('')];
  return letters
    .filter((letter) => letters.indexOf(letter) === letters.lastIndexOf(letter))
    .sort()
    .join('');
}

/** Every letter has one size, known from any operand. */
export function outputShape({ inputs, output }: Equation, operands: readonly TensorValue[]): Shape | null {
  const sizes = new Map<string, Dim>();
  for (const [index, letters] of inputs.entries()) {
    for (const [axis, letter] of [...letters].entries()) {
      const size = operands[index]?.shape?.[axis] ?? null;
      if (size !== null || !sizes.has(letter)) sizes.set(letter, size);
    }
  }
  return [...output].every((letter) => sizes.has(letter))
    ? [...output].map((letter) => sizes.get(letter) ?? null)
    : null;
}
