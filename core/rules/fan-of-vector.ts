import { formatShape } from '../graph/shape.ts';
import { type Finding, noEffect } from './finding.ts';
import { firstPerPlace } from './places.ts';
import type { CodeFact, Rule } from './rule.ts';

type Fact = Extract<CodeFact, { kind: 'fanOfVector' }>;

/** Fan-in and fan-out are those of a matrix: PyTorch's `_calculate_fan_in_and_fan_out` raises below two dimensions. */
export const fanOfVector: Rule = {
  id: 'fan-of-vector',
  title: 'A fan-based initializer on a parameter with fewer than two dimensions: raises',
  check({ facts, graph }) {
    return firstPerPlace(facts.filter((fact): fact is Fact => fact.kind === 'fanOfVector')).map((fact) =>
      describe(fact, graph.name),
    );
  },
};

function describe({ at, callee, parameterName, argument, shape }: Fact, model: string): Finding {
  const tensor = shape.length === 0 ? 'a single number' : `a vector of ${formatShape(shape)}`;
  const subject = parameterName === '' ? 'its tensor' : parameterName;
  return {
    rule: 'fan-of-vector',
    severity: 'error',
    message: `${callee} raises ValueError: it needs fan-in and fan-out, and ${subject} is ${tensor}.`,
    at,
    model,
    layer: null,
    parameter: parameterName === '' ? null : parameterName,
    effect: noEffect,
    related: [],
    remedies: [{ kind: 'guardDimensions', at, argument, shape, preferred: true }],
  };
}
