import { pairCounts } from './kernel.ts';
import { type AxisMatrix, axisMatrix } from './window.ts';

export type Interpolation = 'nearest' | 'bilinear';

/** How kernels pass a change of resolution along one axis, forward and back. */
export interface AxisInterpolation {
  readonly forward: AxisMatrix;
  readonly backward: AxisMatrix;
}

const known = new Map<string, AxisInterpolation>();

/**
 * From `from` to `to` positions: every output is a weighted sum of one input or two, so that pairs of outputs are sums over pairs
 * of inputs. Averaged over positions; half-pixel centres, as PyTorch's `align_corners=False`.
 */
export function interpolationOf(from: number, to: number, mode: Interpolation): AxisInterpolation {
  const key = `${from}:${to}:${mode}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  if (known.size > 64) known.clear();
  const made = pairMatrices(from, to, mode);
  known.set(key, made);
  return made;
}

const maxPositions = 1024;

function pairMatrices(from: number, to: number, mode: Interpolation): AxisInterpolation {
  const [inputs, outputs] = [pairCounts(from), pairCounts(to)];
  const forward = Array.from(outputs, () => new Float64Array(inputs.length));
  const backward = Array.from(inputs, () => new Float64Array(outputs.length));
  const taps = Array.from({ length: to }, (_, position) => tapsOf(position, from, to, mode));
  // Of very long axes every so many positions stand for their neighbours: the work must not grow with the square of a length.
  const step = Math.max(1, Math.floor(to / maxPositions));
  const add = (offset: number, distance: number, share: number) => {
    const [row, back] = [forward[offset], backward[distance]];
    if (row === undefined || back === undefined) return;
    row[distance] = (row[distance] ?? 0) + share / (outputs[offset] ?? 1);
    back[offset] = (back[offset] ?? 0) + share / (inputs[distance] ?? 1);
  };
  for (let p = 0; p < to; p += step) {
    const first = taps[p];
    for (let q = p; q < to; q += q - p < outputs.length ? 1 : step) {
      const second = taps[q];
      if (first === undefined || second === undefined) continue;
      const offset = Math.min(q - p, outputs.length - 1);
      // Both orders of a pair.
      const count = (q === p ? 1 : 2) * step * (q - p < outputs.length ? 1 : step);
      for (let i = 0; i < 2; i++) {
        for (let j = 0; j < 2; j++) {
          const share = count * (first.weights[i] ?? 0) * (second.weights[j] ?? 0);
          const distance = Math.abs(first.low + i - second.low - j);
          if (share !== 0) add(offset, Math.min(distance, inputs.length - 1), share);
        }
      }
    }
  }
  return { forward: axisMatrix(forward), backward: axisMatrix(backward) };
}

/** The input that an output is made of, and the one after it. */
interface Taps {
  readonly low: number;
  readonly weights: readonly [number, number];
}

function tapsOf(position: number, from: number, to: number, mode: Interpolation): Taps {
  if (mode === 'nearest') return { low: Math.min(Math.floor((position * from) / to), from - 1), weights: [1, 0] };
  const place = Math.max(((position + 0.5) * from) / to - 0.5, 0);
  const low = Math.min(Math.floor(place), from - 1);
  const share = low === from - 1 ? 0 : place - low;
  return { low, weights: [1 - share, share] };
}
