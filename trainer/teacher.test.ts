import { describe, expect, it } from 'vitest';
import type { Layer } from '../core/graph/graph.ts';
import { defaultOptions } from '../core/probe/request.ts';
import { graphBuilder } from '../core/testing/graph-builder.ts';
import { drawExamples } from './examples.ts';
import { seededRandom } from './random.ts';

const batch = 4;

/** An input of tokens. */
function sequence(length: number, vocabulary: number) {
  const b = graphBuilder('torch', 'crossEntropy');
  const id = b.input([null, length]);
  const layer = b.build(id).layers[id] as Layer;
  return { layer, shape: [length], batchAxis: 0 as const, vocabulary };
}

describe('drawExamples', () => {
  it('asks for the next tokens of the last sequence that the output goes along with, an encoder’s before it', () => {
    const inputs = [sequence(6, 20), sequence(6, 20)];
    const output = { plan: { node: 0, loss: 'crossEntropy' as const }, shape: [batch, 6, 20], classAxis: 2 };
    const source = drawExamples(inputs, [output], { ...defaultOptions, batch }, seededRandom(0));
    const { inputs: drawn, targets } = source.next(0);
    const [target] = targets;
    const labels = target?.kind === 'classes' ? [...target.labels] : [];
    const follows = (values: readonly number[]) => new Set(values.map((token, i) => `${token} ${labels[i]}`)).size;
    const distinct = (values: readonly number[]) => new Set(values).size;
    // A token has one answer wherever it stands; an encoder's tokens have several.
    const [encoder = [], decoder = []] = drawn.map((values) => [...values]);
    expect(follows(decoder)).toBe(distinct(decoder));
    expect(follows(encoder)).toBeGreaterThan(distinct(encoder));
  });

  it('draws every sequence from its own vocabulary', () => {
    const inputs = [sequence(50, 3), sequence(6, 20)];
    const output = { plan: { node: 0, loss: 'crossEntropy' as const }, shape: [batch, 6, 20], classAxis: 2 };
    const source = drawExamples(inputs, [output], { ...defaultOptions, batch }, seededRandom(0));
    const [encoder = new Float32Array()] = source.next(0).inputs;
    expect(Math.max(...encoder)).toBeLessThan(3);
  });
});
