import { describe, expect, it } from 'vitest';
import type { Shape } from '../../core/graph/shape.ts';
import { createFrameworks } from '../../server/frameworks/all.ts';
import { createAnalyzer } from '../../server/workspace/analyzer.ts';
import { createMemoryWorkspace } from '../../server/workspace/memory.ts';
import { einops, runPython } from './python-packages.ts';

/** Calls on an array `x` of a shape. */
const calls: readonly (readonly [shape: readonly number[], call: string])[] = [
  [[2, 3, 8, 6], "rearrange(x, 'b c h w -> b (h w) c')"],
  [[2, 3, 8, 6], "rearrange(x, 'b c (h p) (w q) -> b (h w) (p q c)', p=4, q=3)"],
  [[2, 48, 5], "rearrange(x, 'b (c h w) t -> b t c h w', c=3, h=4)"],
  [[2, 7, 24], "rearrange(x, 'b n (h d) -> b h n d', h=4)"],
  [[2, 7, 24], "rearrange(x, 'b n (three h d) -> three b h n d', three=3, h=2)"],
  [[2, 3, 4, 5, 6], "rearrange(x, 'b ... c -> b c ...')"],
  [[2, 3, 4, 5, 6], "rearrange(x, 'b c ... -> b (...) c')"],
  [[2, 1, 5, 1], "rearrange(x, 'b 1 c () -> b c')"],
  [[2, 5], "rearrange(x, 'b c -> b c 1 1')"],
  [[2, 5], "repeat(x, 'b c -> b c n', n=3)"],
  [[2, 5], "repeat(x, 'b c -> b (r c)', r=3)"],
  [[2, 4, 6], "repeat(x, 'b h w -> b (h 2) (w 3)')"],
  [[2, 3, 8, 6], "reduce(x, 'b c h w -> b c', 'mean')"],
  [[2, 3, 8, 6], "reduce(x, 'b c (h p) (w q) -> b c h w', 'max', p=2, q=2)"],
  [[2, 3, 8, 6], "reduce(x, 'b c h w -> b c 1 1', 'sum')"],
];

describe('einops', () => {
  const script = `
import json, sys
import numpy
from einops import rearrange, reduce, repeat
print(json.dumps([list(eval(call, {**globals(), 'x': numpy.zeros(shape)}).shape) for shape, call in json.load(sys.stdin)]))
`;
  const real = JSON.parse(runPython(einops, ['-c', script], JSON.stringify(calls))) as readonly Shape[];

  it.each(calls.map(([shape, call], index) => [call, shape, real[index]] as const))('%s', (call, shape, expected) => {
    const text = `
from torch import nn
from einops import rearrange, reduce, repeat
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(2, 2)
    def forward(self, x):
        return nn.functional.relu(${call})
`;
    const analyzer = createAnalyzer(createMemoryWorkspace({ '/main.py': text }), createFrameworks());
    const inputs: readonly Shape[] = [shape.map((dim, axis) => (axis === 0 ? null : dim))];
    const [model] = analyzer.analyze('/main.py', { inputs }).models;
    const output = model?.graph.layers.at(-1);
    expect(model?.graph.notes).toEqual([]);
    // The batch is left open; what else depends on it is not known.
    expect(output?.outputShape?.map((dim, axis) => dim ?? expected?.[axis])).toEqual(expected);
    expect(model?.graph.layers.every((layer) => layer.op.kind !== 'unknown')).toBe(true);
  });
});
