import type { FrameworkId } from '../../core/graph/graph.ts';

/** Words that stand in nearly every file that uses a framework: its packages, as they are imported. */
const words: Readonly<Record<FrameworkId, readonly string[]>> = {
  torch: ['torch', 'torchvision', 'nn'],
  keras: ['keras', 'tensorflow', 'tf'],
  tfjs: ['tensorflow', 'tf'],
  flax: ['flax', 'jax', 'nnx', 'linen'],
};

/** A forward pass under each framework's name for it. */
const forward = 'def (?:forward|call|__call__|construct)\\b';

const relevant = new RegExp(`\\b(?:${[...new Set(Object.values(words).flat())].join('|')})\\b|${forward}`);

/**
 * Whether a text may hold code that a finding is about. A file that names no framework and has no forward pass writes no
 * initializer of its own; configurations, tokenizers and package indexes, half of a library, need not be evaluated for it.
 */
export function mayHoldFindings(text: string): boolean {
  return relevant.test(text);
}
