import type { Op } from '../../graph/op.ts';
import { mapSegments } from '../field.ts';
import { mapGradient, scaleContribution } from '../gradient.ts';
import { combine, type Kernel, multiplyKernels, normalizedKernel, scaleKernel } from '../kernel.ts';
import { mapCovariances, scaleSegment } from '../segment.ts';
import type { Site, Transfer } from '../site.ts';
import { spreadOfMasks } from '../spread.ts';

type OpOf<K extends Op['kind']> = Extract<Op, { kind: K }>;

/** x · factor + offset. */
export const affine: Transfer<OpOf<'affine'>> = {
  forward({ op }, [input]) {
    if (input === undefined) return null;
    const { factor, offset } = op;
    return mapSegments(input, (segment) => {
      const cross = 2 * factor * offset * segment.mean + offset * offset;
      const square = factor * factor;
      return mapCovariances(
        segment,
        factor * segment.mean + offset,
        (k) => square * k + cross,
        (v) => square * v,
      );
    });
  },
  backward: ({ op }, _inputs, _output, gradient) => ({
    inputs: [mapGradient(gradient, (one) => scaleContribution(one, op.factor * op.factor))],
  }),
};

/** A learned factor per channel: LayerScale, ReZero, SkipInit. */
export const scale: Transfer<OpOf<'scale'>> = {
  forward(site, [input]) {
    const factor = site.moments('scale');
    if (input === undefined || factor === null || factor === undefined) return null;
    return mapSegments(input, (segment) => {
      const random = scaleSegment(segment, Math.sqrt(factor.second));
      const coherent = factor.mean * factor.mean;
      return {
        ...random,
        mean: segment.mean * factor.mean,
        coherence: segment.coherence * coherent,
        varyingCoherence: segment.varyingCoherence * coherent,
      };
    });
  },
  backward(site, _inputs, _output, gradient) {
    const factor = site.moments('scale');
    if (factor === null || factor === undefined) return { inputs: [null] };
    return { inputs: [mapGradient(gradient, (one) => scaleContribution(one, factor.second))] };
  },
};

/**
 * Elements, channels or whole inputs set to zero at random and the others made larger. Masks are new for every input, so all
 * covariances within one mask grow by 1 / (1 - rate), the others stay.
 */
export const dropout: Transfer<OpOf<'dropout'>> = {
  forward(site, [input]) {
    if (input === undefined) return null;
    const { grow, kernels } = masks(site);
    return mapSegments(input, (segment) => {
      const total = kernels(segment.total);
      return {
        channels: segment.channels,
        mean: segment.mean,
        total,
        // What two inputs share stays as it is; all that the mask adds varies.
        varying: combine(
          segment.varying,
          combine(total, segment.total, (a, b) => a - b),
          (v, more) => v + more,
        ),
        coherence: segment.coherence * (site.op.mode === 'row' ? grow : 1),
        varyingCoherence: segment.varyingCoherence + (site.op.mode === 'row' ? (grow - 1) * segment.coherence : 0),
        places: segment.places,
        magnitude: segment.magnitude,
        spread:
          site.op.mode === 'row' && segment.spread
            ? spreadOfMasks(segment.spread, normalizedKernel(segment.varying), 1 / grow)
            : undefined,
      };
    });
  },
  backward(site, _inputs, _output, gradient) {
    const { grow, kernels } = masks(site);
    return {
      inputs: [
        mapGradient(gradient, (one) => ({
          total: kernels(one.total),
          shared: one.shared,
          coherence: one.coherence * (site.op.mode === 'row' ? grow : 1),
          places: one.places,
        })),
      ],
    };
  },
};

function masks({ op }: Site<OpOf<'dropout'>>): { grow: number; kernels: (kernel: Kernel) => Kernel } {
  const grow = op.rate >= 1 ? 0 : 1 / (1 - op.rate);
  if (op.mode !== 'element') return { grow, kernels: (kernel) => scaleKernel(kernel, grow) };
  return { grow, kernels: (kernel) => multiplyKernels(kernel, maskOf(kernel, grow)) };
}

function maskOf(kernel: Kernel, grow: number): Kernel {
  const data = new Float64Array(kernel.data.length).fill(1);
  data[0] = grow;
  return { ...kernel, data };
}
