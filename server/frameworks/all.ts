import { flax } from './flax/index.ts';
import type { Framework } from './framework.ts';
import { keras } from './keras/index.ts';
import { tfjs } from './tfjs/index.ts';
import { torch } from './torch/index.ts';

/**
 * Every framework that the analyzer knows. What an operator does to a tensor is asked in this order: Keras, TensorFlow.js
 * and Flax answer for their own tensors only.
 */
export function createFrameworks(): readonly Framework[] {
  return [keras, tfjs, flax, torch];
}
