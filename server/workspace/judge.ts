import type { ModelGraph } from '../../core/graph/graph.ts';
import type { Finding } from '../../core/rules/finding.ts';
import type { CodeFact } from '../../core/rules/rule.ts';
import type { Prediction } from '../../core/signal/signal.ts';
import type { ModuleRecord } from '../interpreter/machine.ts';

/** Propagates the signal through a model and lets the rules look at both. */
export function judge(
  _graph: ModelGraph,
  _facts: readonly CodeFact[],
): { readonly prediction: Prediction; readonly findings: readonly Finding[] } {
  // Until core/signal/propagate.ts and core/rules/registry.ts are there.
  return { prediction: nothing, findings: [] };
}

/** Facts of code that belongs to no model that was found. */
export function judgeModule(_record: ModuleRecord, _facts: readonly CodeFact[]): readonly Finding[] {
  return [];
}

const nothing: Prediction = {
  layers: new Map(),
  loss: { expected: null, uniformGuess: null },
  gradientRatio: null,
  signalRatio: null,
  deadParameters: new Set(),
};
