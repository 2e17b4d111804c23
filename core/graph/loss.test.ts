import { expect, test } from 'vitest';
import { graphBuilder } from '../testing/graph-builder.ts';
import { lossesOf } from './loss.ts';

test('what goes on into another output is not judged itself', () => {
  const b = graphBuilder();
  const hidden = b.dense(b.input([null, 16]), 32);
  const logits = b.dense(b.activation(hidden, 'relu'), 10);
  expect(lossesOf(b.build(logits, hidden))).toEqual([{ kind: 'crossEntropy', at: logits, output: logits }]);
});

test('two heads on one trunk are judged both', () => {
  const b = graphBuilder();
  const hidden = b.activation(b.dense(b.input([null, 16]), 32), 'relu');
  const [first, second] = [b.dense(hidden, 10), b.dense(hidden, 1)];
  expect(lossesOf(b.build(first, second)).map(({ kind }) => kind)).toEqual(['crossEntropy', 'meanSquaredError']);
});
