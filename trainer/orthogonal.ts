import type { Random } from './random.ts';

/**
 * A random matrix [rows, columns] with orthonormal rows or columns, whichever are fewer: modified Gram-Schmidt, twice, of a
 * normal matrix. Normal vectors have no preferred direction, so the result is uniform among all (Saxe et al. 2014 use QR,
 * which is the same up to signs that have to be put right there).
 */
export function orthogonalRows(rows: number, columns: number, random: Random): Float32Array {
  const count = Math.min(rows, columns);
  const length = Math.max(rows, columns);
  const vectors: Float64Array[] = [];
  for (let i = 0; i < count; i++) {
    const vector = Float64Array.from({ length }, () => random.normal());
    for (let pass = 0; pass < 2; pass++) for (const other of vectors) takeAway(vector, other);
    scaleToUnit(vector);
    vectors.push(vector);
  }
  const values = new Float32Array(rows * columns);
  vectors.forEach((vector, i) => {
    for (let k = 0; k < length; k++) values[rows <= columns ? i * columns + k : k * columns + i] = vector[k] ?? 0;
  });
  return values;
}

function takeAway(vector: Float64Array, other: Float64Array): void {
  let dot = 0;
  for (let k = 0; k < vector.length; k++) dot += (vector[k] ?? 0) * (other[k] ?? 0);
  for (let k = 0; k < vector.length; k++) vector[k] = (vector[k] ?? 0) - dot * (other[k] ?? 0);
}

function scaleToUnit(vector: Float64Array): void {
  const norm = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0));
  for (let k = 0; k < vector.length; k++) vector[k] = (vector[k] ?? 0) / norm;
}
