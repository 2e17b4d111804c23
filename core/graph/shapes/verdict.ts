import type { Shape } from '../shape.ts';

/** Inputs that the op would refuse when it runs. */
export interface Mismatch {
  readonly problem: string;
}

/** A shape, `null` for not known, or why there is none. */
export type Verdict = Shape | Mismatch | null;

export function mismatch(problem: string): Mismatch {
  return { problem };
}

export function isMismatch(value: unknown): value is Mismatch {
  return typeof value === 'object' && value !== null && 'problem' in value;
}
