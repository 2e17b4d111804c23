import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { checkShapes, inferShape } from './infer-shape.ts';
import type { Op } from './op.ts';
import type { Shape } from './shape.ts';

type Conv = Extract<Op, { kind: 'conv' }>;
const conv: Conv = {
  kind: 'conv',
  rank: 2,
  inChannels: 3,
  outChannels: 8,
  kernel: [3, 3],
  stride: [1, 1],
  padding: 'valid',
  dilation: [1, 1],
  groups: 1,
  transposed: false,
  outputPadding: [0, 0],
  layout: 'channelsFirst',
};

/** What PyTorch says: cases in, output shapes (or null where it raises) out. */
function torch(cases: readonly object[]): readonly (readonly number[] | null)[] {
  const script = `
import json, sys, torch, torch.nn.functional as F
def run(c):
    x = torch.zeros(c["input"])
    k, s, p, d, r = c["kernel"], c["stride"], c["padding"], c["dilation"], c["rank"]
    if c["kind"] == "conv":
        return getattr(F, f"conv{r}d")(x, torch.zeros([4, 2, *k]), stride=s, padding=p, dilation=d)
    if c["kind"] == "transposed":
        return getattr(F, f"conv_transpose{r}d")(x, torch.zeros([2, 4, *k]), stride=s, padding=p, dilation=d, output_padding=c["extra"])
    if c["kind"] == "maxPool":
        return getattr(F, f"max_pool{r}d")(x, k, stride=s, padding=p, ceil_mode=c["ceil"])
    if c["kind"] == "averagePool":
        return getattr(F, f"avg_pool{r}d")(x, k, stride=s, padding=p, ceil_mode=c["ceil"])
    return F.interpolate(x, scale_factor=tuple(c["factor"]))
def shape(c):
    try: return list(run(c).shape)
    except RuntimeError: return None
print(json.dumps([shape(c) for c in json.load(sys.stdin)]))`;
  return JSON.parse(execFileSync('/usr/bin/python3', ['-c', script], { input: JSON.stringify(cases) }).toString());
}

function random(seed: number): (low: number, high: number) => number {
  let state = seed;
  return (low, high) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return low + (Math.floor(state / 65536) % (high - low + 1));
  };
}

const kinds = ['conv', 'transposed', 'maxPool', 'averagePool', 'upsample'] as const;

function randomCase(draw: (low: number, high: number) => number, kind: (typeof kinds)[number]) {
  const rank = draw(1, 3) as 1 | 2 | 3;
  const axes = (low: number, high: number) => Array.from({ length: rank }, () => draw(low, high));
  const kernel = axes(1, 4);
  const pools = kind === 'maxPool' || kind === 'averagePool';
  const stride = axes(1, 4);
  return {
    kind,
    rank,
    input: [2, 2, ...axes(4, 13)],
    kernel,
    stride,
    padding: kernel.map((size) => (pools ? draw(0, Math.floor(size / 2)) : draw(0, 3))),
    dilation: kind === 'conv' || kind === 'transposed' ? axes(1, 3) : axes(1, 1),
    ceil: draw(0, 1) === 1,
    extra: stride.map((size) => draw(0, size - 1)),
    factor: axes(1, 3).map((f) => f / 2 + 0.5),
  };
}

function opOf(c: ReturnType<typeof randomCase>): Op {
  const padding = c.padding.map((p) => [p, p] as const);
  const { rank, kernel, stride } = c;
  const layout = 'channelsFirst';
  if (c.kind === 'upsample') return { kind: 'upsample', factor: c.factor, mode: 'nearest', layout };
  if (c.kind === 'maxPool') return { kind: 'maxPool', rank, kernel, stride, padding, ceilMode: c.ceil, layout };
  if (c.kind === 'averagePool')
    return { kind: 'averagePool', rank, kernel, stride, padding, ceilMode: c.ceil, layout, countIncludePad: true };
  return {
    ...conv,
    rank,
    kernel,
    stride,
    padding,
    inChannels: 2,
    outChannels: 4,
    dilation: c.dilation,
    transposed: c.kind === 'transposed',
    outputPadding: c.extra,
  };
}

describe('inferShape', () => {
  it('agrees with PyTorch on window arithmetic over random parameters', () => {
    const draw = random(7);
    const cases = Array.from({ length: 600 }, (_, i) => randomCase(draw, kinds[i % kinds.length] ?? 'conv'));
    const truth = torch(cases);
    const ours = cases.map((c) => inferShape(opOf(c), [c.input]));
    let raised = 0;
    truth.forEach((shape, i) => {
      if (shape === null) raised++;
      expect(ours[i], JSON.stringify(cases[i])).toEqual(shape);
    });
    expect(raised).toBeLessThan(truth.length / 4);
  });

  it('follows TensorFlow where padding is a word', () => {
    // Keras: ceil(n / s) for "same"; n·s + max(k − s, 0) for a "valid" transposed convolution.
    const same: Conv = { ...conv, padding: 'same', stride: [2, 3], layout: 'channelsLast' };
    expect(inferShape(same, [[null, 7, 7, 3]])).toEqual([null, 4, 3, 8]);
    const transposed: Conv = { ...same, transposed: true };
    expect(inferShape(transposed, [[null, 7, 7, 3]])).toEqual([null, 14, 21, 8]);
    expect(inferShape({ ...transposed, padding: 'valid', stride: [4, 2] }, [[null, 7, 7, 3]])).toEqual([
      null,
      28,
      15,
      8,
    ]);
  });

  it('keeps what is symbolic or not known', () => {
    const same: Conv = {
      ...conv,
      padding: [
        [1, 1],
        [1, 1],
      ],
      outChannels: 'width',
    };
    expect(inferShape(same, [[null, 3, null, 'height']])).toEqual([null, 'width', null, 'height']);
    expect(inferShape({ ...same, stride: [2, 2] }, [[null, 3, 9, 'height']])).toEqual([null, 'width', 5, null]);
    expect(inferShape({ kind: 'flatten', startAxis: 1, endAxis: -1 }, [[null, 'width', 1, 1]])).toEqual([
      null,
      'width',
    ]);
    expect(
      inferShape({ kind: 'concat', axis: 1 }, [
        [null, 3, 8],
        [null, 5, null],
      ]),
    ).toEqual([null, 8, 8]);
    expect(
      inferShape({ kind: 'add' }, [
        [null, 'tokens', 64],
        [1, 197, 64],
      ]),
    ).toEqual([null, 197, 64]);
    expect(inferShape({ kind: 'add' }, [null, [1, 64]])).toBeNull();
  });

  it.each<[Op, readonly (Shape | null)[], Shape]>([
    [{ kind: 'dense', inFeatures: 4, outFeatures: 9 }, [[null, 5, 4]], [null, 5, 9]],
    [{ kind: 'embedding', vocabulary: 100, width: 16, paddingIndex: null }, [[null, 7]], [null, 7, 16]],
    [
      { kind: 'matmul', transposeA: false, transposeB: true },
      [
        [2, 1, 5, 4],
        [3, 7, 4],
      ],
      [2, 3, 5, 7],
    ],
    [
      { kind: 'dotProductAttention', causal: true },
      [
        [2, 5, 4],
        [2, 7, 4],
        [2, 7, 3],
      ],
      [2, 5, 3],
    ],
    [{ kind: 'permute', order: [0, 2, -2] }, [[null, 3, 4]], [null, 4, 3]],
    [{ kind: 'select', axis: 1, index: -1 }, [[null, 3, 4]], [null, 4]],
    [{ kind: 'reduce', fn: 'mean', axes: [-1, -2], keepDims: true }, [[null, 3, 4, 4]], [null, 3, 1, 1]],
    [{ kind: 'reduce', fn: 'mean', axes: [2, 3], keepDims: false }, [[null, 3, 4, 4]], [null, 3]],
    [{ kind: 'glu', fn: 'sigmoid', axis: 1 }, [[null, 6, 4]], [null, 3, 4]],
    [{ kind: 'split', axis: -1, start: 2, length: 2 }, [[null, 6]], [null, 2]],
    [{ kind: 'pad', padding: [[1, 2]], mode: 'constant' }, [[null, 6]], [null, 9]],
    [{ kind: 'adaptiveAveragePool', output: [1, 1], layout: 'channelsFirst' }, [[null, 6, null, 9]], [null, 6, 1, 1]],
  ])('gives the shape of %o', (op, inputs, expected) => {
    expect(inferShape(op, inputs)).toEqual(expected);
    expect(checkShapes(op, inputs)).toBeNull();
  });

  it('follows batch and direction of recurrent layers', () => {
    const op: Op = {
      kind: 'recurrent',
      cell: 'lstm',
      activation: 'tanh',
      inputSize: 4,
      hiddenSize: 8,
      layers: 1,
      bidirectional: true,
      batchFirst: false,
      returnSequences: true,
      resetAfter: true,
    };
    expect(inferShape(op, [[11, null, 4]])).toEqual([11, null, 16]);
    expect(inferShape({ ...op, returnSequences: false }, [[11, 2, 4]])).toEqual([2, 16]);
    expect(inferShape({ ...op, returnSequences: false, batchFirst: true }, [[11, 2, 4]])).toEqual([11, 16]);
  });
});

describe('checkShapes', () => {
  it.each<[Op, readonly (Shape | null)[], RegExp]>([
    [{ kind: 'dense', inFeatures: 512, outFeatures: 9 }, [[null, 256]], /expects 512 features, gets 256/],
    [conv, [[null, 4, 8, 8]], /expects 3 channels, gets 4/],
    [conv, [[null, 512]], /expects 4 dimensions, gets 2/],
    [conv, [[null, 3, 2, 8]], /does not fit/],
    [
      { kind: 'add' },
      [
        [null, 3],
        [null, 4],
      ],
      /cannot combine \?×3 with \?×4/,
    ],
    [
      { kind: 'concat', axis: 1 },
      [
        [null, 3, 7],
        [null, 3, 8],
      ],
      /cannot concatenate/,
    ],
    [
      { kind: 'matmul', transposeA: false, transposeB: false },
      [
        [2, 3],
        [4, 5],
      ],
      /cannot multiply/,
    ],
    [{ kind: 'select', axis: 1, index: 3 }, [[null, 3]], /no position 3/],
  ])('says why %o cannot work', (op, inputs, message) => {
    expect(checkShapes(op, inputs)).toMatch(message);
    expect(inferShape(op, inputs)).toBeNull();
  });

  it('does not complain about what is not known', () => {
    expect(checkShapes({ kind: 'dense', inFeatures: 512, outFeatures: 9 }, [null])).toBeNull();
    expect(checkShapes({ kind: 'dense', inFeatures: 512, outFeatures: 9 }, [[null, 'width']])).toBeNull();
    expect(checkShapes(conv, [[null, null, null, null]])).toBeNull();
  });
});
