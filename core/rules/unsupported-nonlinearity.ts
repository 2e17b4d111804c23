import { torchNonlinearities } from '../initializers/gains.ts';
import { type Finding, noEffect } from './finding.ts';
import { firstPerPlace } from './places.ts';
import type { CodeFact, Rule } from './rule.ts';

type Fact = Extract<CodeFact, { kind: 'unsupportedNonlinearity' }>;

/** `torch.nn.init.calculate_gain` raises on every name that it does not list. */
export const unsupportedNonlinearity: Rule = {
  id: 'unsupported-nonlinearity',
  title: 'A nonlinearity that the initializer does not know: raises',
  check({ facts, graph }) {
    const unsupported = facts.filter((fact): fact is Fact => fact.kind === 'unsupportedNonlinearity');
    return firstPerPlace(unsupported).map((fact): Finding => {
      const [nearest, ...others] = supportedFor(fact.name);
      return {
        rule: 'unsupported-nonlinearity',
        severity: 'error',
        message: `${fact.callee} raises ValueError: PyTorch has no gain for '${fact.name}'. The nearest it knows is '${nearest}'.`,
        at: fact.at,
        model: graph.name,
        layer: null,
        parameter: null,
        effect: noEffect,
        related: [],
        remedies: [nearest, ...others].map((name, index) => ({
          kind: 'replaceText',
          at: fact.at,
          text: `'${name}'`,
          title: `Use '${name}', which PyTorch knows`,
          safe: true,
          preferred: index === 0,
        })),
      };
    });
  },
};

/** Names that PyTorch has a gain for, the nearest first: by what the function does, else by spelling. */
export function supportedFor(name: string): readonly [string, ...string[]] {
  const plain = name.toLowerCase().replace(/[^a-z0-9]/g, '');
  const twin = twins[plain];
  if (twin !== undefined) return twin;
  const [first = 'relu'] = [...torchNonlinearities].sort(
    (a, b) => editDistance(a.replace(/_/g, ''), plain) - editDistance(b.replace(/_/g, ''), plain),
  );
  return editDistance(first.replace(/_/g, ''), plain) <= 2 ? [first] : ['relu', 'linear'];
}

/** GELU, SiLU and their kin want nearly ReLU's gain (1.53 and 1.68 against 1.41). */
const twins: Readonly<Record<string, readonly [string, ...string[]]>> = {
  gelu: ['relu'],
  geglu: ['relu'],
  silu: ['relu'],
  swish: ['relu'],
  swiglu: ['relu'],
  mish: ['relu'],
  hardswish: ['relu'],
  hswish: ['relu'],
  relu6: ['relu'],
  elu: ['relu'],
  celu: ['relu'],
  softplus: ['relu'],
  prelu: ['leaky_relu', 'relu'],
  lrelu: ['leaky_relu', 'relu'],
  rrelu: ['leaky_relu', 'relu'],
  hardtanh: ['tanh'],
  softsign: ['tanh'],
  logsigmoid: ['sigmoid'],
  hardsigmoid: ['sigmoid'],
  softmax: ['linear'],
  identity: ['linear'],
  none: ['linear'],
  glu: ['sigmoid', 'linear'],
};

/** Levenshtein's: insertions, deletions and replacements. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
