import type { ModelGraph } from '../graph/graph.ts';
import type { Span } from '../graph/span.ts';
import type { Prediction } from '../signal/signal.ts';
import { constantInit } from './constant-init.ts';
import { fanOfVector } from './fan-of-vector.ts';
import type { Finding } from './finding.ts';
import { heSaturating } from './he-saturating.ts';
import type { CodeFact, Rule, RuleContext } from './rule.ts';
import { stdTooLarge } from './std-too-large.ts';
import { stdTooSmall } from './std-too-small.ts';
import { unsupportedNonlinearity } from './unsupported-nonlinearity.ts';
import { xavierRelu } from './xavier-relu.ts';
import { zeroInit } from './zero-init.ts';

/** Every rule, in the order of the catalogue. */
export const rules: readonly Rule[] = [
  fanOfVector,
  unsupportedNonlinearity,
  zeroInit,
  constantInit,
  xavierRelu,
  heSaturating,
  stdTooLarge,
  stdTooSmall,
];

/** Findings about code that belongs to no model: `name` and `at` are the module's. */
export function checkFacts(facts: readonly CodeFact[], name: string, at: Span): Finding[] {
  return checkGraph({ graph: emptyGraph(name, at), prediction: nothingPredicted, facts });
}

/** All findings about one model, by position. Ignore comments and settings are the caller's business. */
export function checkGraph(context: RuleContext): Finding[] {
  return rules
    .flatMap((rule) => rule.check(context))
    .sort((a, b) => a.at.path.localeCompare(b.at.path) || a.at.start - b.at.start || a.at.end - b.at.end);
}

function emptyGraph(name: string, at: Span): ModelGraph {
  const none = { layers: [], parameters: [], inputs: [], outputs: [], notes: [] };
  return { ...none, name, framework: 'torch', at, nameAt: at, loss: null, complete: false };
}

const nothingPredicted: Prediction = {
  layers: new Map(),
  loss: { expected: null, uniformGuess: null },
  gradientRatio: null,
  signalRatio: null,
  deadParameters: new Set(),
};
