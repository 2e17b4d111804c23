import type { Layer, ModelGraph } from '../graph/graph.ts';
import type { Span } from '../graph/span.ts';
import { once } from '../signal/marginal.ts';
import { asEffect } from './effect.ts';
import { type Effect, type Finding, noEffect, type Remedy, type Severity } from './finding.ts';
import type { Place } from './places.ts';
import type { RuleContext } from './rule.ts';
import type { WeightSite } from './weight-site.ts';
import { nameOf } from './wording.ts';

/** More layers than these are not pointed at one by one. */
const maxRelated = 5;

/**
 * A finding about the weights of one place, at the code that initializes them. What it says is worked out when somebody reads
 * it: `check` shows no hints, and the numbers in them ask for the comparison with critical weights, half of a prediction.
 */
export function report(
  { graph }: RuleContext,
  place: Place,
  what: {
    readonly rule: string;
    readonly severity: Severity;
    readonly message: () => string;
    readonly worst: WeightSite;
    readonly effect?: Effect;
    readonly remedies: readonly Remedy[];
    /** Elsewhere than where the worst of them is initialized. */
    readonly at?: Span;
  },
): Finding {
  const { rule, severity, worst, remedies, at = worst.at } = what;
  const message = once(what.message);
  const effect = once(() => asEffect(what.effect ?? noEffect));
  return {
    rule,
    severity,
    get message() {
      return message();
    },
    at,
    model: graph.name,
    layer: worst.layer.name,
    parameter: worst.parameter.name,
    get effect() {
      return effect();
    },
    about: place.map((site) => site.parameter.id),
    related: relatedTo(place, worst, graph),
    remedies,
  };
}

/** A finding about many layers of a model, at the model's name. */
export function reportModel(context: RuleContext, place: Place, what: Parameters<typeof report>[2]): Finding {
  return report(context, place, { ...what, at: context.graph.nameAt });
}

type Related = Finding['related'][number];

/** The layers, where they are made elsewhere, and the activation behind the worst of them. */
function relatedTo(place: Place, worst: WeightSite, graph: ModelGraph): readonly Related[] {
  const layers = [worst, ...place].slice(0, maxRelated + 1).flatMap(({ layer, at }): Related[] => {
    return layer.at === null || contains(layer.at, at) ? [] : [{ at: layer.at, message: `${layer.name} is made here` }];
  });
  const { activation } = worst;
  const use = activation === null ? null : placeOf(activation.layer);
  const after: Related[] =
    activation === null || use === null || contains(graph.nameAt, use) || contains(use, worst.at)
      ? []
      : [{ at: use, message: `followed by ${nameOf(activation.fn)} here` }];
  return distinct(layers).slice(0, maxRelated).concat(after);
}

function placeOf({ at, calledAt }: Layer): Span | null {
  return at ?? calledAt;
}

function contains(outer: Span, inner: Span): boolean {
  return outer.path === inner.path && outer.start <= inner.start && inner.end <= outer.end;
}

/** One place may make many layers; it is named once. */
function distinct(related: readonly Related[]): Related[] {
  return related.filter(
    ({ at }, index) => related.findIndex((other) => contains(other.at, at) && contains(at, other.at)) === index,
  );
}
