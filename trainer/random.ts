/** A seeded stream of random numbers, the same on every machine. */
export interface Random {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** Uniform in 0 … bound − 1. */
  integer(bound: number): number;
  /** An independent stream for what `label` names, so that drawing more of one thing does not shift another. */
  fork(label: string): Random;
}

/** xoshiro128** (Blackman & Vigna 2018), seeded by a hash of the seed's text; normals by Marsaglia's polar method. */
export function seededRandom(seed: number | string): Random {
  const state = hash(String(seed));
  let spare: number | null = null;

  const next = (): number => {
    const [, b] = state;
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = rotate(state[3], 11);
    return result;
  };
  const uniform = () => next() / 4294967296;

  return {
    uniform,
    normal() {
      if (spare !== null) {
        const value = spare;
        spare = null;
        return value;
      }
      for (;;) {
        const x = 2 * uniform() - 1;
        const y = 2 * uniform() - 1;
        const s = x * x + y * y;
        if (s === 0 || s >= 1) continue;
        const factor = Math.sqrt((-2 * Math.log(s)) / s);
        spare = y * factor;
        return x * factor;
      }
    },
    integer: (bound) => Math.floor(uniform() * bound),
    fork: (label) => seededRandom(`${seed}/${label}`),
  };
}

type State = [number, number, number, number];

function rotate(x: number, by: number): number {
  return (x << by) | (x >>> (32 - by));
}

/** Four words from a text (cyrb128-style mixing: FNV-like multiplies, then avalanche). */
function hash(text: string): State {
  const words: State = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 0x6a09e667];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    for (let k = 0; k < 4; k++) words[k] = Math.imul((words[k] ?? 0) ^ (code + k * 131), 0x01000193 + 2 * k * 0x9e37);
  }
  for (let round = 0; round < 4; round++)
    for (let k = 0; k < 4; k++) {
      const mixed = Math.imul((words[k] ?? 0) ^ ((words[k] ?? 0) >>> 15), 0x2c1b3c6d) ^ (words[(k + 1) % 4] ?? 0);
      words[k] = mixed ^ (mixed >>> 13);
    }
  return words;
}
