import type { PackedTruth, Truth } from './trainer-truth.ts';

/** Runs in Node and in a browser. */
export function unpackTruth(packed: PackedTruth): Truth {
  const all = (arrays: Readonly<Record<string, string>>) =>
    new Map(Object.entries(arrays).map(([name, text]) => [name, unpack(text)]));
  return {
    ...packed,
    inputs: unpack(packed.inputs),
    target: unpack(packed.target),
    outputGradient: unpack(packed.outputGradient),
    weights: all(packed.weights),
    gradients: all(packed.gradients),
  };
}

function unpack(base64: string): Float32Array {
  return new Float32Array(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)).buffer);
}
