import path from 'node:path';
import type { ModelGraph } from '../../core/graph/graph.ts';
import type { Finding } from '../../core/rules/finding.ts';
import { checkFacts, checkGraph } from '../../core/rules/registry.ts';
import type { CodeFact } from '../../core/rules/rule.ts';
import { propagate } from '../../core/signal/propagate.ts';
import type { Prediction } from '../../core/signal/signal.ts';
import type { ModuleRecord } from '../interpreter/machine.ts';

/**
 * Propagates the signal through a model and lets the rules look at both. What no rule asked for is predicted when somebody does:
 * then the time of this analysis no longer counts.
 */
export function judge(
  graph: ModelGraph,
  facts: readonly CodeFact[],
  checkpoint: () => void,
): { readonly prediction: Prediction; readonly findings: readonly Finding[] } {
  // A prediction is kept for long: it must not keep what this analysis leads to.
  let current: (() => void) | null = checkpoint;
  const prediction = propagate(graph, { checkpoint: () => current?.() });
  const findings = checkGraph({ graph, prediction, facts, checkpoint });
  current = null;
  return { prediction, findings };
}

/** Findings about code of a module that belongs to none of its models. */
export function judgeModule(record: ModuleRecord, facts: readonly CodeFact[]): readonly Finding[] {
  if (facts.length === 0) return [];
  return checkFacts(facts, path.basename(record.path), { path: record.path, start: 0, end: 0 });
}
