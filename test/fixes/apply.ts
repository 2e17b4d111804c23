import type { Finding } from '../../core/rules/finding.ts';
import type { Edit, Fix } from '../../server/fixes/fix.ts';
import { fixesFor } from '../../server/fixes/fixes-for.ts';
import { createFrameworks } from '../../server/frameworks/all.ts';
import type { ModuleAnalysis } from '../../server/workspace/analysis.ts';
import { createAnalyzer } from '../../server/workspace/analyzer.ts';
import { createMemoryWorkspace } from '../../server/workspace/memory.ts';

/** Analyses one text as if it were a file of that name. */
export function analyze(name: string, text: string): ModuleAnalysis {
  const path = `/work/${name}`;
  return createAnalyzer(createMemoryWorkspace({ [path]: text }), createFrameworks()).analyze(path);
}

function apply(text: string, edits: readonly Edit[]): string {
  return [...edits]
    .sort((a, b) => b.start - a.start || b.end - a.end)
    .reduce((result, edit) => result.slice(0, edit.start) + edit.text + result.slice(edit.end), text);
}

/** Every fix of every finding, with the text that it makes. */
export function allFixed(
  name: string,
  text: string,
): readonly { readonly finding: Finding; readonly fix: Fix; readonly fixed: string }[] {
  const analysis = analyze(name, text);
  return analysis.findings.flatMap((finding) =>
    fixesFor(finding, analysis).map((fix) => ({ finding, fix, fixed: apply(text, fix.edits) })),
  );
}

/** Takes preferred fixes, one after the other, until there is none. */
export function fixEverything(name: string, text: string): string {
  for (let round = 0; round < 20; round++) {
    const analysis = analyze(name, text);
    const fix = analysis.findings.flatMap((finding) => fixesFor(finding, analysis)).find(({ preferred }) => preferred);
    if (fix === undefined) return text;
    text = apply(text, fix.edits);
  }
  return text;
}
