import { describe, expect, it } from 'vitest';
import { createFrameworks } from '../../server/frameworks/all.ts';
import { createAnalyzer } from '../../server/workspace/analyzer.ts';
import { createDiskWorkspace } from '../../server/workspace/disk.ts';
import { type Quantity, signalTruths } from './signal-truth.ts';
import { installedTorchvision } from './torchvision.ts';
import { compareSignal, quantile } from './torchvision-signal.ts';

/*
 * Signal and gradient predicted from torchvision's sources against what PyTorch's hooks measured of every classification model
 * below 40 GMAC. The table per model: `npm run oracle:signal`.
 */

/** Of all layers together: share that is known, median and 95th percentile in decades. */
const limits: Readonly<Record<Quantity, readonly [known: number, median: number, tail: number]>> = {
  square: [0.98, 0.003, 0.1],
  variance: [0.98, 0.005, 0.2],
  gradient: [0.95, 0.03, 0.2],
  weight: [0.95, 0.035, 0.3],
};

const { root, version } = installedTorchvision();
const truths = signalTruths().filter(({ versions }) => versions.torchvision === version);

describe.skipIf(truths.length === 0)(
  `the signal and gradient predicted from the sources of torchvision ${version}`,
  () => {
    it('are those that hooks measure, layer by layer', { timeout: 300_000 }, () => {
      const analyzer = createAnalyzer(createDiskWorkspace({ roots: [root], searchPaths: [] }), createFrameworks());
      const comparisons = truths.flatMap((truth) => compareSignal(analyzer, root, truth));
      for (const [quantity, [share, median, tail]] of Object.entries(limits)) {
        const own = comparisons.filter((one) => one.quantity === quantity);
        const known = own.filter(({ predicted }) => predicted !== null);
        const errors = known.map(({ error }) => error).filter((error) => error !== null);
        expect(known.length / own.length, `share of ${quantity} that is known`).toBeGreaterThan(share);
        expect(quantile(errors, 0.5), `median of ${quantity}`).toBeLessThan(median);
        expect(quantile(errors, 0.95), `95th percentile of ${quantity}`).toBeLessThan(tail);
      }
    });
  },
);
