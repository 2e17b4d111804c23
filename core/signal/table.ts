import { constantKernel, kernelOf, pairCounts } from './kernel.ts';
import type { Segment } from './segment.ts';

const known = new WeakMap<
  readonly number[],
  Omit<Segment, 'total' | 'varying'> & { readonly alike: readonly number[] }
>();

/** A table of positions whose numbers are known, channels last: the same for every input, its neighbours as alike as they are. */
export function tableSegment(numbers: readonly number[], positions: number, channels: number): Segment {
  const { alike, ...rest } = known.get(numbers) ?? measured(numbers, positions, channels);
  // Kernels are cut from memory that is not to be kept.
  return { ...rest, total: kernelOf([positions, 1], (dy) => alike[dy] ?? 0), varying: constantKernel(0) };
}

function measured(numbers: readonly number[], positions: number, channels: number) {
  const counts = pairCounts(positions);
  const at = (index: number) => numbers[index] ?? 0;
  const sums = new Float64Array(channels);
  let [sum, square, squareOfPlaces] = [0, 0, 0];
  for (let place = 0; place < positions; place++) {
    let ofPlace = 0;
    for (let channel = 0; channel < channels; channel++) {
      const x = at(place * channels + channel);
      ofPlace += x;
      square += x * x;
      sums[channel] = (sums[channel] ?? 0) + x;
    }
    sum += ofPlace;
    squareOfPlaces += ofPlace * ofPlace;
  }
  /** Of all pairs of positions: what the last offset gathers is what the others leave. */
  let left = sums.reduce((all, one) => all + one * one, 0);
  const alike = Array.from(counts, (count, offset) => {
    const pairs = offset === counts.length - 1 ? left : count * meanProduct(at, offset, positions, channels);
    left -= pairs;
    return count === 0 ? 0 : pairs / (count * channels);
  });
  const coherence = channels > 1 ? (squareOfPlaces - square) / (positions * channels * (channels - 1)) : 0;
  const mean = sum / numbers.length;
  const made = { channels, mean, coherence, varyingCoherence: 0, alike };
  known.set(numbers, made);
  return made;
}

/** Over pairs of positions of one offset, of the sum over channels. */
function meanProduct(at: (index: number) => number, offset: number, positions: number, channels: number): number {
  let sum = 0;
  for (let i = 0; i < (positions - offset) * channels; i++) sum += at(i) * at(i + offset * channels);
  return sum / (positions - offset);
}
