import type { Finding, Remedy } from '../../core/rules/finding.ts';
import type { ModuleAnalysis } from '../workspace/analysis.ts';
import { dropStatement } from './drop.ts';
import type { Fix } from './fix.ts';
import { guardDimensions } from './guard-dimensions.ts';
import { initializeLayers } from './initialize-layers.ts';
import { replaceInitializer } from './replace-initializer.ts';
import { replaceText } from './replace-text.ts';
import { scaleBranches } from './scale-branches.ts';
import { openSource, type Source } from './source.ts';
import { type Written, writtenBy } from './written.ts';

/**
 * The text edits that mend a finding, the preferred one first. Empty where the place is in another file, or is written in a
 * way that no edit can follow.
 */
export function fixesFor(finding: Finding, analysis: ModuleAnalysis): readonly Fix[] {
  if (finding.at.path !== analysis.path) return [];
  const source = openSource(analysis);
  const fixes = finding.remedies.flatMap((remedy) => fixesOf(remedy, finding, analysis, source));
  return distinct([...fixes].sort((a, b) => Number(b.preferred) - Number(a.preferred)));
}

function fixesOf(remedy: Remedy, finding: Finding, analysis: ModuleAnalysis, source: Source): readonly Fix[] {
  const { models } = analysis;
  switch (remedy.kind) {
    case 'replaceText':
      return replaceText(remedy, source);
    case 'guardDimensions':
      return guardDimensions(remedy, source);
    case 'replaceInitializer': {
      const written = find(remedy.parameter, finding, analysis, source);
      return written === null ? [] : replaceInitializer(remedy.target, written, remedy.preferred);
    }
    case 'initializeLayers':
      return models.flatMap(({ graph }) =>
        graph.name === finding.model ? initializeLayers(remedy, graph, source) : [],
      );
    case 'scaleBranches':
      return models.flatMap(({ graph }) => (graph.name === finding.model ? scaleBranches(remedy, graph, source) : []));
    case 'useDefault': {
      const written = find(remedy.parameter, finding, analysis, source);
      return written === null ? [] : dropStatement(written, remedy.preferred);
    }
    default:
      return remedy satisfies never;
  }
}

/** Where a parameter got its last initializer: the finding's own place, where several models share the code. */
function find(id: number, finding: Finding, { models }: ModuleAnalysis, source: Source): Written | null {
  for (const { graph } of models) {
    if (graph.name !== finding.model) continue;
    const parameter = graph.parameters.find((candidate) => candidate.id === id);
    const written = parameter === undefined ? null : writtenBy(parameter, graph.framework, source);
    if (written !== null) return written;
  }
  return null;
}

function distinct(fixes: readonly Fix[]): readonly Fix[] {
  const keys = fixes.map(({ edits }) => JSON.stringify(edits));
  return fixes.filter((_, index) => keys.indexOf(keys[index] ?? '') === index);
}
