import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { ActivationName } from '../graph/op.ts';
import { closedMoments, gaussianMoments } from './gaussian-moments.ts';

/** Our name, our parameter, PyTorch's expression. */
const functions: readonly (readonly [ActivationName, number | undefined, string])[] = [
  ['identity', undefined, 'x'],
  ['relu', undefined, 'F.relu(x)'],
  ['relu6', undefined, 'F.relu6(x)'],
  ['leakyRelu', 0.2, 'F.leaky_relu(x, 0.2)'],
  ['prelu', undefined, 'F.leaky_relu(x, 0.25)'],
  ['elu', 0.7, 'F.elu(x, 0.7)'],
  ['selu', undefined, 'F.selu(x)'],
  ['celu', 1.5, 'F.celu(x, 1.5)'],
  ['gelu', undefined, 'F.gelu(x)'],
  ['geluTanh', undefined, 'F.gelu(x, approximate="tanh")'],
  ['silu', undefined, 'F.silu(x)'],
  ['mish', undefined, 'F.mish(x)'],
  ['softplus', undefined, 'F.softplus(x, threshold=100)'],
  ['softsign', undefined, 'F.softsign(x)'],
  ['tanh', undefined, 'torch.tanh(x)'],
  ['sigmoid', undefined, 'torch.sigmoid(x)'],
  ['hardSigmoid', undefined, 'F.hardsigmoid(x)'],
  ['hardSwish', undefined, 'F.hardswish(x)'],
  ['hardTanh', undefined, 'F.hardtanh(x)'],
  ['logSigmoid', undefined, 'F.logsigmoid(x)'],
  ['sin', undefined, 'torch.sin(x)'],
  ['square', undefined, 'x * x'],
  ['abs', undefined, 'x.abs()'],
  ['exp', undefined, 'x.exp()'],
];

const cases = [0, 0.7, -2].flatMap((mean) => [0.04, 1, 9].map((variance) => [mean, variance] as const));

/** E f, E f^2, E f'^2 by the midpoint rule on 400,000 points; kinks fall between two of them, or cost a millionth. */
function integrated(): readonly (readonly (readonly number[])[])[] {
  const script = `
import json, sys, torch, torch.nn.functional as F
expressions, cases = json.load(sys.stdin)
def moments(e, mean, variance):
    n, reach = 400_000, 12.0
    z = ((torch.arange(n, dtype=torch.float64) + 0.5) / n * 2 - 1) * reach
    weight = torch.exp(-z * z / 2); weight /= weight.sum()
    x = (mean + variance ** 0.5 * z).requires_grad_()
    y = eval(e); y.sum().backward()
    y = y.detach()
    return [(weight * y).sum().item(), (weight * y * y).sum().item(), (weight * x.grad ** 2).sum().item()]
print(json.dumps([[moments(e, *c) for c in cases] for e in expressions]))`;
  const input = JSON.stringify([functions.map(([, , expression]) => expression), cases]);
  return JSON.parse(execFileSync('/usr/bin/python3', ['-c', script], { input }).toString());
}

describe('gaussianMoments', () => {
  it('are the integrals of PyTorch’s functions, at several means and variances', () => {
    const truth = integrated();
    functions.forEach(([name, parameter, expression], k) => {
      cases.forEach(([mean, variance], i) => {
        const { mean: first, second, slopeSecond } = gaussianMoments(name, parameter, mean, variance);
        const [a = Number.NaN, b = Number.NaN, c = Number.NaN] = truth[k]?.[i] ?? [];
        const at = `${expression} at N(${mean}, ${variance})`;
        expect(Math.abs(first - a), `mean of ${at}`).toBeLessThan(2e-4 * Math.max(Math.sqrt(b), 1e-3));
        expect(Math.abs(second / b - 1), `square of ${at}`).toBeLessThan(2e-4);
        // At a kink the midpoint rule is as wide as one of its steps.
        expect(Math.abs(slopeSecond - c), `slope of ${at}`).toBeLessThan(1e-3 * Math.max(c, 0.01));
      });
    });
  });

  it('stay finite where the variance is huge', () => {
    for (const [name, parameter] of functions) {
      if (name === 'exp') continue;
      const { mean, second, slopeSecond } = gaussianMoments(name, parameter, 0, 1e8);
      for (const moment of [mean, second, slopeSecond]) expect(Number.isFinite(moment), name).toBe(true);
    }
    // Half of it is linear, the other half -1.
    expect(gaussianMoments('elu', 1, 0, 1e8).second / 1e8).toBeCloseTo(1 / 2, 3);
  });

  it('are closed forms for the ReLU and ELU families, the hard functions, GELU, the exponential and the sine', () => {
    const closed = functions.flatMap(([name, parameter]) =>
      closedMoments(name, parameter, 0, 1) === null ? [] : [name],
    );
    const linear: readonly ActivationName[] = ['identity', 'relu', 'relu6', 'leakyRelu', 'prelu'];
    const rest: readonly ActivationName[] = ['elu', 'selu', 'celu', 'gelu', 'hardSigmoid', 'hardSwish', 'hardTanh'];
    expect(closed).toEqual([...linear, ...rest, 'sin', 'square', 'abs', 'exp']);
  });
});
