import type * as tf from '@tensorflow/tfjs-core';
import { attributesOf, floats, inputOf, integers, makeOutput } from './memory.ts';

/** Rows of `x` added up by their segment: the gradient of looking rows up. */
export const unsortedSegmentSum: tf.KernelFunc = (call) => {
  const x = inputOf(call, 'x');
  const ids = inputOf(call, 'segmentIds');
  const { numSegments } = attributesOf<{ numSegments: number }>(call);
  const inner = x.shape.slice(ids.shape.length);
  const width = inner.reduce((a, b) => a * b, 1);
  const output = makeOutput(call, [numSegments, ...inner]);
  const [sums, rows, segments] = [floats(call, output), floats(call, x), integers(call, ids)];
  sums.fill(0);
  for (let i = 0; i < segments.length; i++) {
    const segment = segments[i] as number;
    if (segment < 0 || segment >= numSegments) continue;
    for (let k = 0; k < width; k++)
      sums[segment * width + k] = (sums[segment * width + k] as number) + (rows[i * width + k] as number);
  }
  return output;
};
