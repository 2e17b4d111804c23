import type { Op } from '../../graph/op.ts';
import { channelsOf, type Field, merge } from '../field.ts';
import { type Contribution, mapContribution, total } from '../gradient.ts';
import { addKernels, scaleKernel } from '../kernel.ts';
import type { Segment } from '../segment.ts';
import type { Site, Transfer } from '../site.ts';
import { activation } from './activation.ts';
import { multiply } from './merge.ts';

type Glu = Extract<Op, { kind: 'glu' }>;

/** The first half of the channels times the activation of the second: a product of two fields with the same statistics. */
export const glu: Transfer<Glu> = {
  forward(site, [input]) {
    if (input === undefined) return null;
    const { half, gate } = halves(site, input);
    return gate === null ? null : multiply.forward(productSite(site), [half, gate]);
  },
  backward(site, [input], output, gradient) {
    if (input === undefined) return { inputs: [null] };
    const { half, gate } = halves(site, input);
    if (gate === null) return { inputs: [null] };
    const [toHalf = null, toGate = null] = multiply.backward(productSite(site), [half, gate], output, gradient).inputs;
    if (toHalf === null || toGate === null) return { inputs: [null] };
    const [beforeGate = null] = activation.backward(gateSite(site), [half], gate, toGate).inputs;
    if (beforeGate === null) return { inputs: [null] };
    const both = averaged(total(toHalf.flat()), total(beforeGate.flat()));
    return { inputs: [input.segments.map(() => [both])] };
  },
};

function halves(site: Site<Glu>, input: Field): { half: Field; gate: Field | null } {
  const channels = channelsOf(input);
  const segment: Segment = { ...merge(input), channels: channels === null ? null : channels / 2 };
  const half = { ...input, segments: [segment] };
  return { half, gate: activation.forward(gateSite(site), [half]) };
}

function gateSite(site: Site<Glu>): Site<Extract<Op, { kind: 'activation' }>> {
  return { ...site, op: { kind: 'activation', fn: site.op.fn } };
}

function productSite(site: Site<Glu>): Site<Extract<Op, { kind: 'multiply' }>> {
  return { ...site, op: { kind: 'multiply' } };
}

function averaged(a: Contribution, b: Contribution): Contribution {
  const half = (one: Contribution) => mapContribution(one, (kernel) => scaleKernel(kernel, 0.5), 0);
  const [x, y] = [half(a), half(b)];
  return { total: addKernels(x.total, y.total), shared: addKernels(x.shared, y.shared), coherence: 0 };
}
