import { indexOf } from '../graph/graph-index.ts';
import type { Span } from '../graph/span.ts';
import { type Finding, noEffect, type Remedy } from './finding.ts';
import { fittingRemedies } from './fitting.ts';
import { firstPerPlace } from './places.ts';
import type { Rule, RuleContext } from './rule.ts';
import { chosenWeights } from './weight-site.ts';
import { type ZeroFactor, zeroProducts } from './zero-products.ts';

/** d(ab) = a db + b da: with both at zero neither moves. One zero factor alone wakes after a step (LoRA: Hu et al. 2021, section 4.1). */
export const deadZeroProduct: Rule = {
  id: 'dead-zero-product',
  title: 'Two factors of one product that both start at zero: no gradient, ever',
  check(context) {
    const products = pairs(context).flatMap(([first, second]) => {
      const at = first.parameter.writes.at(-1)?.at ?? null;
      return at === null ? [] : [{ first, second, at }];
    });
    return firstPerPlace(products).map((product) => {
      const same = products.filter(({ at }) => at.start === product.at.start && at.path === product.at.path);
      return describe(product, same.length, context);
    });
  },
};

type Pair = readonly [ZeroFactor, ZeroFactor];

/** Each factor with the next one that its output reaches, or that it is multiplied with. */
function pairs(context: RuleContext): readonly Pair[] {
  const factors = zeroProducts(context);
  const taken = new Set<number>();
  return factors.flatMap((first, index): Pair[] => {
    if (taken.has(first.parameter.id)) return [];
    const later = factors.slice(index + 1).filter(({ parameter }) => !taken.has(parameter.id));
    const second = nearest(first, later, context) ?? later[0];
    if (second === undefined) return [];
    taken.add(second.parameter.id);
    return [[first, second]];
  });
}

function nearest({ layer }: ZeroFactor, later: readonly ZeroFactor[], { graph }: RuleContext): ZeroFactor | undefined {
  const { consumers } = indexOf(graph);
  const queue = [layer];
  const seen = new Set([layer.id]);
  for (const at of queue) {
    const found = later.find((factor) => factor.layer.id === at.id && factor.layer.id !== layer.id);
    if (found !== undefined) return found;
    for (const next of consumers.get(at.id) ?? []) {
      if (seen.has(next.id)) continue;
      seen.add(next.id);
      queue.push(next);
    }
  }
  return undefined;
}

function describe(
  { first, second, at }: { readonly first: ZeroFactor; readonly second: ZeroFactor; readonly at: Span },
  count: number,
  context: RuleContext,
): Finding {
  const [a, b] = [first.parameter.name, second.parameter.name];
  const more = count > 1 ? ` (and ${count - 1} more such ${count === 2 ? 'pair' : 'pairs'})` : '';
  const other = second.parameter.writes.at(-1)?.at ?? null;
  return {
    rule: 'dead-zero-product',
    severity: 'error',
    message: `${a} and ${b} both start at zero and multiply each other${more}: the gradient of each is a multiple of the other, so neither ever moves. One of them has to be random.`,
    at,
    model: context.graph.name,
    layer: first.layer.name,
    parameter: first.parameter.name,
    effect: noEffect,
    about: [first.parameter.id, second.parameter.id],
    related: other === null ? [] : [{ at: other, message: `${b} is set to zero here` }],
    remedies: remediesFor(first, context),
  };
}

/** The first of them gets what fits it; a factor that is no matrix can be 1. */
function remediesFor({ parameter }: ZeroFactor, context: RuleContext): readonly Remedy[] {
  const site = chosenWeights(context).find((one) => one.parameter.id === parameter.id);
  return site === undefined ? [] : fittingRemedies([site], site);
}
