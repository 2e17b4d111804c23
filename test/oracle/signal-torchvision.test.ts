import { describe, expect, it } from 'vitest';
import { createFrameworks } from '../../server/frameworks/all.ts';
import { createAnalyzer } from '../../server/workspace/analyzer.ts';
import { createDiskWorkspace } from '../../server/workspace/disk.ts';
import { torchvisionRoot } from './torchvision.ts';
import { compareSignal, measuredSignals, type Quantity, quantile } from './torchvision-signal.ts';

/*
 * Signal and gradient predicted from torchvision's sources against PyTorch's hooks, on three small models that need most of the
 * method: residual sums of rectified values, channel shuffles, depthwise convolutions, squeeze-excite. All of them, with more
 * seeds: `npm run oracle:signal`.
 */

const names = ['regnet_x_400mf', 'shufflenet_v2_x0_5', 'mobilenet_v3_small'];

/** Median and 95th percentile, in decades, of all layers of the three together. */
const limits: Readonly<Record<Quantity, readonly [number, number]>> = {
  square: [0.005, 0.08],
  variance: [0.008, 0.12],
  gradient: [0.03, 0.2],
  weight: [0.035, 0.25],
};

describe('the signal and gradient predicted from torchvision’s sources', () => {
  it('are those that hooks measure, layer by layer', { timeout: 300_000 }, () => {
    const models = [...measuredSignals.build(names.map((name) => `${name}@0`)).values()];
    const comparisons = models.flatMap((model) => {
      const workspace = createDiskWorkspace({ roots: [torchvisionRoot(model)], searchPaths: [] });
      const { models: found } = createAnalyzer(workspace, createFrameworks()).analyze(model.path, {
        symbol: model.symbol,
        arguments: model.arguments,
        inputs: [model.input],
      });
      return compareSignal(found[0]?.graph, found[0]?.prediction, [model]);
    });
    expect(comparisons.length).toBeGreaterThan(1000);
    expect(comparisons.filter(({ predicted }) => predicted === null)).toEqual([]);
    for (const [quantity, [median, tail]] of Object.entries(limits)) {
      const errors = comparisons.filter((one) => one.quantity === quantity).map(({ error }) => error);
      const known = errors.filter((error) => error !== null);
      expect(quantile(known, 0.5), `median of ${quantity}`).toBeLessThan(median);
      expect(quantile(known, 0.95), `95th percentile of ${quantity}`).toBeLessThan(tail);
    }
  });
});
