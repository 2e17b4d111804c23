import { mapSegments, merge } from '../field.ts';
import { type Contribution, mapGradient, scaleContribution, total } from '../gradient.ts';
import { atZero, type Kernel, multiplyKernels, scaleKernel, subtractKernels, withOrigin } from '../kernel.ts';
import type { RoutingSite } from '../routing.ts';
import { type Segment, sharedOf } from '../segment.ts';
import type { Transfer } from '../site.ts';

/*
 * Between these two, a field is what one expert makes of all tokens: of two tokens, what it would be if both went to the same
 * expert. That as many tokens go as do, and that others meet other experts, is reckoned with where the rows come together.
 */

/** Rows go out to experts: what comes back to a token is the sum over its own. */
export const outToExperts: Transfer = {
  forward: (_site, [input]) => input ?? null,
  backward({ routing }, _inputs, _output, gradient) {
    const known = routing?.() ?? null;
    if (known === null) return { inputs: [null] };
    return { inputs: [mapGradient(gradient, (one) => overExperts(one, known, known.chosen, 1))] };
  },
};

/**
 * The weighted sum over a token's experts, of rows and scores. Those of two tokens have in common only what the same expert says.
 */
export const sumOverExperts: Transfer = {
  forward({ routing, layer }, [input]) {
    const known = routing?.() ?? null;
    if (known === null || input === undefined) return null;
    const axis = (layer.outputShape?.length ?? 2) - 1;
    return { ...mapSegments(input, (segment) => summed(segment, known)), channelAxis: axis };
  },
  backward({ routing }, [rows, scores], _output, gradient) {
    const known = routing?.() ?? null;
    if (known === null || rows === undefined || scores === undefined) return { inputs: [null, null] };
    const { mean, second } = known;
    const square = mean * mean;
    const weighed = (one: Contribution): Contribution => ({
      ...scaleContribution(one, square),
      total: withOrigin(scaleKernel(one.total, square), atZero(one.total) * second),
    });
    const toScores = throughWeights(merge(rows), total(gradient.flat()), known);
    return { inputs: [mapGradient(gradient, weighed), scores.segments.map(() => [toScores])] };
  },
};

/** A weight's gradient is g · e over the width, with what its expert says; the scores share what the weights pass on. */
function throughWeights(said: Segment, above: Contribution, routing: RoutingSite): Contribution {
  const { chosen, experts, sensitivity, common, commonAcross } = routing;
  const each = ((said.channels ?? Number.NaN) * sensitivity) / experts;
  const shared = multiplyKernels(above.shared, sharedOf(said));
  const one = { total: multiplyKernels(above.total, said.total), shared, coherence: 0 };
  return overExperts(one, { common, commonAcross }, chosen, each / chosen);
}

function summed(segment: Segment, routing: RoutingSite): Segment {
  const { chosen, mean, second, common, commonAcross } = routing;
  const square = mean * mean;
  const together = (kernel: Kernel, by: Kernel) => scaleKernel(multiplyKernels(kernel, by), square);
  const total = withOrigin(together(segment.total, common), atZero(segment.total) * chosen * second);
  const shared = together(sharedOf(segment), commonAcross);
  return {
    channels: segment.channels,
    mean: chosen * mean * segment.mean,
    total,
    varying: subtractKernels(total, shared),
    coherence: chosen * second * segment.coherence,
    varyingCoherence: chosen * second * segment.varyingCoherence,
  };
}

/** A gradient per row of one expert, over all that two tokens have in common; `share` of it. */
export function overExperts(
  one: Contribution,
  { common, commonAcross }: Pick<RoutingSite, 'common' | 'commonAcross'>,
  own: number,
  share: number,
): Contribution {
  return {
    total: scaleKernel(withOrigin(multiplyKernels(one.total, common), atZero(one.total) * own), share),
    shared: scaleKernel(multiplyKernels(one.shared, commonAcross), share),
    coherence: 0,
  };
}
