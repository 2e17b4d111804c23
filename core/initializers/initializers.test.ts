import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { Initializer } from '../graph/initializer.ts';
import { fanOf, flaxFans, kerasFans, tfjsFans, torchFans } from './fans.ts';
import { calculateGain, criticalGain, heGain, torchNonlinearities } from './gains.ts';
import {
  constant,
  dirac,
  he,
  identity,
  lecun,
  normal,
  orthogonal,
  scaled,
  sparse,
  truncatedAtTwoStd,
  truncatedNormal,
  uniform,
  varianceScaling,
  xavier,
  zeros,
} from './make.ts';

function python<T>(script: string): T {
  return JSON.parse(execFileSync('/usr/bin/python3', ['-c', `import json, torch\n${script}`]).toString());
}

/** Mean and std of a density on [low, high] by Simpson's rule. */
function integrate(mean: number, std: number, low: number, high: number) {
  const n = 20_000;
  const moments = [0, 0, 0];
  for (let i = 0; i <= n; i++) {
    const x = low + ((high - low) * i) / n;
    const weight = (i === 0 || i === n ? 1 : i % 2 === 1 ? 4 : 2) * Math.exp(-(((x - mean) / std) ** 2) / 2);
    for (let k = 0; k < 3; k++) moments[k] = (moments[k] ?? 0) + weight * x ** k;
  }
  const [m0 = 1, m1 = 0, m2 = 0] = moments;
  return { mean: m1 / m0, std: Math.sqrt(m2 / m0 - (m1 / m0) ** 2) };
}

describe('truncatedNormal', () => {
  it.each([
    [0, 1, -2, 2],
    [0, 0.02, -2, 2],
    [0.3, 1.5, -1, 0.2],
    [0, 1, 4, 6],
    [0, 1, -7, -5],
    [2, 0.5, 1.9, 30],
  ])('has the moments of the integral for N(%d, %d²) on [%d, %d]', (mean, std, low, high) => {
    const made = truncatedNormal(mean, std, low, high);
    const truth = integrate(mean, std, Math.max(low, mean - 12 * std), Math.min(high, mean + 12 * std));
    expect(made.mean).toBeCloseTo(truth.mean, 7);
    expect(made.std).toBeCloseTo(truth.std, 7);
  });

  it('keeps 0.8796 of the std when it is cut at two std', () => {
    // Keras, initializers/random_initializers.py: 0.87962566103423978
    expect(truncatedAtTwoStd(0, 1).std).toBeCloseTo(0.87962566103423978, 12);
  });
});

describe('the matrix initializers', () => {
  it("have the element-wise mean and second moment of PyTorch's tensors", () => {
    const truth = python<[number, number][]>(`
torch.manual_seed(0)
i = torch.nn.init
e = torch.empty
def m(draw, n=40):
    w = torch.stack([draw() for _ in range(n)]).double()
    return [w.mean().item(), (w ** 2).mean().item()]
print(json.dumps([
  m(lambda: i.orthogonal_(e(30, 70), 1.5)), m(lambda: i.orthogonal_(e(64, 3, 3, 3))),
  m(lambda: i.eye_(e(4, 6))), m(lambda: i.dirac_(e(8, 4, 3, 3))), m(lambda: i.dirac_(e(8, 4, 3), groups=2)),
  m(lambda: i.sparse_(e(33, 40), 0.3, 0.2)), m(lambda: i.kaiming_uniform_(e(200, 100), a=5**.5)),
  m(lambda: i.kaiming_normal_(e(200, 100, 3, 3), mode='fan_out', nonlinearity='leaky_relu', a=0.2)),
  m(lambda: i.xavier_uniform_(e(200, 100), gain=5/3)), m(lambda: i.trunc_normal_(e(200, 100), 0.1, 1, -1, 0.5)),
]))`);
    const fans = { fanIn: 100, fanOut: 200 };
    const ours: Initializer[] = [
      orthogonal(1.5, 30, 70),
      orthogonal(1, 64, 27),
      identity(1, 4, 6),
      dirac(1, [8, 4, 3, 3]),
      dirac(2, [8, 4, 3]),
      sparse(0.3, 0.2, 33),
      he('uniform', fans, { gain: calculateGain('leaky_relu', Math.sqrt(5)) }),
      he('normal', torchFans([200, 100, 3, 3]), { gain: calculateGain('leaky_relu', 0.2), mode: 'fanOut' }),
      xavier('uniform', fans, 5 / 3),
      truncatedNormal(0.1, 1, -1, 0.5),
    ];
    ours.forEach(({ mean, std }, k) => {
      const [m, m2] = truth[k] ?? [Number.NaN, Number.NaN];
      expect(Math.abs((mean ?? Number.NaN) - m)).toBeLessThan(0.01 * Math.sqrt(m2));
      expect(Math.abs(((mean ?? Number.NaN) ** 2 + (std ?? Number.NaN) ** 2) / m2 - 1)).toBeLessThan(0.03);
    });
  });
});

describe('varianceScaling', () => {
  const fans = { fanIn: 100, fanOut: 300 };

  it('gives the same std whatever the distribution, truncation corrected', () => {
    for (const distribution of ['normal', 'uniform', 'truncatedNormal'] as const) {
      expect(xavier(distribution, fans).std).toBeCloseTo(Math.sqrt(2 / 400), 12);
      expect(he(distribution, fans).std).toBeCloseTo(Math.sqrt(2 / 100), 12);
      expect(lecun(distribution, fans).std).toBeCloseTo(Math.sqrt(1 / 100), 12);
    }
    expect(he('uncorrectedTruncatedNormal', fans).std).toBeCloseTo(0.87962566103423978 * Math.sqrt(2 / 100), 12);
    expect(xavier('uniform', fans).high).toBeCloseTo(Math.sqrt(6 / 400), 12);
  });

  it('names the scheme that its numbers make', () => {
    const scheme = (scale: number, mode: 'fanIn' | 'fanAvg') => varianceScaling({ scale, mode }, 'normal', fans).scheme;
    expect([scheme(2, 'fanIn'), scheme(1, 'fanAvg'), scheme(1, 'fanIn'), scheme(1 / 3, 'fanIn')]).toEqual([
      'he',
      'xavier',
      'lecun',
      'other',
    ]);
  });

  it('keeps its scaling where the width is not known', () => {
    const made = he('uniform', torchFans(['hidden', 'features']));
    expect(made).toMatchObject({ mean: 0, std: null, low: null, high: null, scaling: { scale: 2, mode: 'fanIn' } });
    expect(scaled(made, 0.5).scaling).toEqual({ scale: 0.5, mode: 'fanIn' });
  });
});

describe('scaled', () => {
  it('multiplies the distribution', () => {
    expect(scaled(uniform(-1, 3), -2)).toMatchObject({ mean: -2, low: -6, high: 2, std: 8 / Math.sqrt(12) });
    expect(scaled(normal(0, 1), 0)).toEqual(zeros());
    expect(scaled(constant(0.5), 2).family).toBe('ones');
    expect(scaled(orthogonal(1, 4, 4), 3)).toMatchObject({ gain: 3, std: 1.5 });
    expect(scaled(normal(null, null), 2)).toMatchObject({ mean: null, std: null });
  });
});

describe('fans', () => {
  it('are those of PyTorch', () => {
    const shapes = [
      [8, 5],
      [8, 5, 3],
      [8, 5, 3, 2],
    ];
    const truth = python<[number, number][]>(
      `print(json.dumps([torch.nn.init._calculate_fan_in_and_fan_out(torch.empty(s)) for s in ${JSON.stringify(shapes)}]))`,
    );
    expect(shapes.map(torchFans)).toEqual(truth.map(([fanIn, fanOut]) => ({ fanIn, fanOut })));
    expect(torchFans([8])).toEqual({ fanIn: null, fanOut: null });
    expect(torchFans(['width', 5, 3])).toEqual({ fanIn: 15, fanOut: null });
  });

  it('are those of Keras, Flax and TensorFlow.js', () => {
    // Keras' own documentation of compute_fans: (3, 3, 32, 64) -> 288, 576; depthwise (3, 3, 32, 1) -> 288, 9.
    expect(kerasFans([3, 3, 32, 64])).toEqual({ fanIn: 288, fanOut: 576 });
    expect(kerasFans([3, 3, 32, 1])).toEqual({ fanIn: 288, fanOut: 9 });
    expect(kerasFans([64])).toEqual({ fanIn: 64, fanOut: 64 });
    expect(flaxFans([64])).toEqual({ fanIn: null, fanOut: null });
    expect(tfjsFans([64])).toEqual({ fanIn: 8, fanOut: 8 });
    expect(fanOf('fanAvg', kerasFans([10, 30]))).toBe(20);
  });
});

describe('gains', () => {
  it("are PyTorch's, name by name", () => {
    const truth = python<number[]>(
      `print(json.dumps([torch.nn.init.calculate_gain(n) for n in ${JSON.stringify(torchNonlinearities)}] + [torch.nn.init.calculate_gain('leaky_relu', 0.3)]))`,
    );
    const ours = [...torchNonlinearities.map((name) => calculateGain(name)), calculateGain('leaky_relu', 0.3)];
    ours.forEach((gain, i) => {
      expect(gain).toBeCloseTo(truth[i] ?? Number.NaN, 12);
    });
  });

  it('keep the second moment of a normal input', () => {
    expect(criticalGain('relu')).toBeCloseTo(Math.SQRT2, 12);
    expect(criticalGain('selu')).toBeCloseTo(1, 5);
    const truth = python<number[]>(`
import torch.nn.functional as F
z = torch.linspace(-10, 10, 400001, dtype=torch.float64); p = torch.exp(-z*z/2); p /= p.sum()
print(json.dumps([((f(z)**2*p).sum()**-.5).item() for f in (F.gelu, F.silu, torch.tanh, lambda z: F.elu(z, 0.5))]))`);
    [criticalGain('gelu'), criticalGain('silu'), criticalGain('tanh'), criticalGain('elu', 0.5)].forEach((gain, i) => {
      expect(gain).toBeCloseTo(truth[i] ?? Number.NaN, 6);
    });
    expect(heGain('leakyRelu', 0.2)).toBeCloseTo(Math.sqrt(2 / 1.04), 12);
  });
});
