import type { LossKind } from '../../../core/graph/graph.ts';

/** What a loss's name says: `sparse_categorical_crossentropy`, `BinaryCrossentropy`, `meanSquaredError`, `mse`. */
export function lossKind(name: string): LossKind | null {
  const plain = name.replace(/[^a-zA-Z]/g, '').toLowerCase();
  if (/^(?:binary(?:focal)?crossentropy|sigmoidcrossentropy)$/.test(plain)) return 'binaryCrossEntropy';
  if (/crossentropy$/.test(plain)) return 'crossEntropy';
  return plain === 'mse' || plain === 'meansquarederror' ? 'meanSquaredError' : null;
}

/** Names of Keras' loss classes and functions. */
export const lossNames: readonly string[] = [
  'BinaryCrossentropy',
  'BinaryFocalCrossentropy',
  'CategoricalCrossentropy',
  'CategoricalFocalCrossentropy',
  'SparseCategoricalCrossentropy',
  'MeanSquaredError',
  'MeanAbsoluteError',
  'MeanAbsolutePercentageError',
  'MeanSquaredLogarithmicError',
  'Huber',
  'LogCosh',
  'KLDivergence',
  'Poisson',
  'Hinge',
  'SquaredHinge',
  'CategoricalHinge',
  'CosineSimilarity',
];
