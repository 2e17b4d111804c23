import type { ModelGraph } from '../graph/graph.ts';
import type { Span } from '../graph/span.ts';
import type { Prediction } from '../signal/signal.ts';
import { biasedWeights } from './biased-weights.ts';
import { constantInit } from './constant-init.ts';
import { deadPath } from './dead-path.ts';
import { deadReluBias } from './dead-relu-bias.ts';
import { deadZeroProduct } from './dead-zero-product.ts';
import { defaultInitDeep } from './default-init-deep.ts';
import { embeddingScale } from './embedding-scale.ts';
import { explodingGradient } from './exploding-gradient.ts';
import { fanOfVector } from './fan-of-vector.ts';
import type { Finding } from './finding.ts';
import { heSaturating } from './he-saturating.ts';
import { headScale } from './head-scale.ts';
import { recurrentInit } from './recurrent-init.ts';
import { residualDepthScale } from './residual-depth-scale.ts';
import type { CodeFact, Rule, RuleContext } from './rule.ts';
import { saturatingInit } from './saturating-init.ts';
import { stdTooLarge } from './std-too-large.ts';
import { stdTooSmall } from './std-too-small.ts';
import { unsupportedNonlinearity } from './unsupported-nonlinearity.ts';
import { vanishingGradient } from './vanishing-gradient.ts';
import { xavierRelu } from './xavier-relu.ts';
import { zeroInit } from './zero-init.ts';

/** Every rule, in the order of the catalogue. */
export const rules: readonly Rule[] = [
  fanOfVector,
  unsupportedNonlinearity,
  zeroInit,
  constantInit,
  deadZeroProduct,
  xavierRelu,
  heSaturating,
  stdTooLarge,
  stdTooSmall,
  biasedWeights,
  saturatingInit,
  deadReluBias,
  defaultInitDeep,
  recurrentInit,
  embeddingScale,
  headScale,
  residualDepthScale,
  vanishingGradient,
  explodingGradient,
  deadPath,
];

/** Findings about code that belongs to no model: `name` and `at` are the module's. */
export function checkFacts(facts: readonly CodeFact[], name: string, at: Span): Finding[] {
  return checkGraph({ graph: emptyGraph(name, at), prediction: nothingPredicted, facts });
}

/** All findings about one model, by position. Ignore comments and settings are the caller's business. */
export function checkGraph(context: RuleContext): Finding[] {
  const findings: Finding[] = [];
  for (const rule of rules) {
    context.checkpoint?.();
    findings.push(...rule.check(context, findings));
  }
  return findings.sort((a, b) => a.at.path.localeCompare(b.at.path) || a.at.start - b.at.start || a.at.end - b.at.end);
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
