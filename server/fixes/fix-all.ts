import type { Finding } from '../../core/rules/finding.ts';
import type { ModuleAnalysis } from '../workspace/analysis.ts';
import type { Edit, Fix } from './fix.ts';
import { fixesFor } from './fixes-for.ts';

/** The preferred fixes of all findings, inside the analysed file: the safe ones, with `unsafe` also those that change training. */
export function fixAllEdits(
  findings: readonly Finding[],
  analysis: ModuleAnalysis,
  { unsafe }: { readonly unsafe: boolean },
): readonly Edit[] {
  return compatibleEdits(
    findings
      .map((finding) => fixesFor(finding, analysis).find(({ safe, preferred }) => preferred && (safe || unsafe)))
      .filter((fix) => fix !== undefined)
      .filter(({ edits }) => edits.every(({ path }) => path === analysis.path)),
  );
}

/**
 * The edits of all fixes that do not collide with what an earlier one does, each edit once: one line may initialize many
 * layers. A fix is taken whole or not at all.
 */
export function compatibleEdits(fixes: readonly Pick<Fix, 'edits'>[]): readonly Edit[] {
  const taken: Edit[] = [];
  for (const { edits } of fixes) {
    const fresh = edits.filter((edit) => !taken.some((other) => isSame(edit, other)));
    if (!fresh.some((edit) => taken.some((other) => collide(edit, other)))) taken.push(...fresh);
  }
  return taken;
}

function isSame(edit: Edit, other: Edit): boolean {
  return edit.path === other.path && edit.start === other.start && edit.end === other.end && edit.text === other.text;
}

/** Two insertions at one place do not collide. */
function collide(edit: Edit, other: Edit): boolean {
  if (edit.path !== other.path) return false;
  if (edit.start === other.start && edit.end === other.end) return edit.end > edit.start;
  return other.start < edit.end && edit.start < other.end;
}
