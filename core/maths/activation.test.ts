import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { ActivationName } from '../graph/op.ts';
import { activationOf } from './activation.ts';

/** Our name, our parameter, PyTorch's expression. */
const functions: readonly (readonly [ActivationName, number | undefined, string])[] = [
  ['identity', undefined, 'x'],
  ['relu', undefined, 'F.relu(x)'],
  ['relu6', undefined, 'F.relu6(x)'],
  ['leakyRelu', 0.2, 'F.leaky_relu(x, 0.2)'],
  ['leakyRelu', undefined, 'F.leaky_relu(x)'],
  ['prelu', undefined, 'torch.nn.PReLU().double()(x)'],
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

describe('activationOf', () => {
  it("gives PyTorch's values and derivatives", () => {
    // Off the kinks, where a derivative is a matter of taste.
    const points = Array.from({ length: 161 }, (_, i) => (i - 80) / 9 + 1e-3);
    const script = `
import json, sys, torch, torch.nn.functional as F
points, expressions = json.load(sys.stdin)
def both(e):
    x = torch.tensor(points, dtype=torch.float64, requires_grad=True)
    y = eval(e); y.sum().backward()
    return [y.tolist(), x.grad.tolist()]
print(json.dumps([both(e) for e in expressions]))`;
    const input = JSON.stringify([points, functions.map(([, , expression]) => expression)]);
    const truth: [number[], number[]][] = JSON.parse(
      execFileSync('/usr/bin/python3', ['-c', script], { input }).toString(),
    );
    functions.forEach(([name, parameter, expression], k) => {
      const f = activationOf(name, parameter);
      const [values, slopes] = truth[k] ?? [[], []];
      points.forEach((x, i) => {
        expect(f.value(x), `${expression} at ${x}`).toBeCloseTo(values[i] ?? Number.NaN, 9);
        expect(f.slope(x), `slope of ${expression} at ${x}`).toBeCloseTo(slopes[i] ?? Number.NaN, 7);
      });
    });
  });
});
