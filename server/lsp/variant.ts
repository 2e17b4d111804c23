import type { ModelGraph } from '../../core/graph/graph.ts';
import type { Parameter } from '../../core/graph/parameter.ts';
import type { VariantName } from '../../core/probe/request.ts';
import { type Finding, noEffect, type TargetInitializer } from '../../core/rules/finding.ts';
import type { Fix } from '../fixes/fix.ts';
import { fixesFor } from '../fixes/fixes-for.ts';
import type { ModelAnalysis, ModuleAnalysis } from '../workspace/analysis.ts';

/** The variants that a framework has an initializer for; the others are drawn by the probe only. */
const targets: Readonly<Partial<Record<VariantName, { readonly name: string; readonly target: TargetInitializer }>>> = {
  he: { name: 'He', target: { scheme: 'he', distribution: 'normal', nonlinearity: 'relu' } },
  xavier: { name: 'Xavier', target: { scheme: 'xavier', distribution: 'normal', gain: 1 } },
  lecun: { name: 'LeCun', target: { scheme: 'lecun', distribution: 'normal' } },
  orthogonal: { name: 'orthogonal', target: { scheme: 'orthogonal', gain: 1 } },
  zeros: { name: 'zeros', target: { scheme: 'zeros' } },
};

/** Fixes that give every weight of a model the variant's initializer, where the source initializes it now. */
export function variantFixes(
  module: ModuleAnalysis,
  model: ModelAnalysis,
  variant: VariantName,
): { readonly title: string; readonly fixes: readonly Fix[] } | { readonly reason: string } {
  const chosen = targets[variant];
  if (chosen === undefined) return { reason: `“${variant}” is no initializer that source code can name` };
  const fixes = weightsOf(model.graph).flatMap((parameter) => {
    const [fix] = fixesFor(replaceInitializer(model.graph, parameter, chosen.target), { ...module, models: [model] });
    return fix ?? [];
  });
  if (fixes.length === 0) return { reason: 'no place in the source initializes a weight of this model' };
  return { title: `Initialize ${model.graph.name} with ${chosen.name}`, fixes };
}

function weightsOf(graph: ModelGraph): readonly Parameter[] {
  return graph.parameters.filter(({ role }) => role === 'weight' || role === 'recurrentWeight');
}

/** A remedy as a rule would give it, so that there is one way only of writing an initializer into a source. */
function replaceInitializer(graph: ModelGraph, parameter: Parameter, target: TargetInitializer): Finding {
  return {
    rule: 'variant',
    severity: 'information',
    message: '',
    at: parameter.writes.at(-1)?.at ?? graph.nameAt,
    model: graph.name,
    layer: null,
    parameter: parameter.name,
    effect: noEffect,
    related: [],
    remedies: [{ kind: 'replaceInitializer', parameter: parameter.id, target, preferred: true }],
  };
}
