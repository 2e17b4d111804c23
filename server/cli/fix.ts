import { createTwoFilesPatch } from 'diff';
import type { Severity } from '../../core/rules/finding.ts';
import { fixAllEdits } from '../fixes/fix-all.ts';
import { createFrameworks } from '../frameworks/all.ts';
import { createAnalyzer } from '../workspace/analyzer.ts';
import { withOpenDocuments } from '../workspace/disk.ts';
import { openEditable } from './editable.ts';
import { displayPath } from './location.ts';
import { type Session, visibleFindings } from './session.ts';

/** After so many rounds a fix that brings its finding back is given up on. */
const maxRounds = 20;

/**
 * Applies the preferred fixes of a file, one round after the other, until none is left: the safe ones, or all. Returns the
 * new content of the file, `null` where nothing changes, and the change as a unified diff.
 */
export function fixFile(
  file: string,
  session: Session,
  options: { readonly unsafe: boolean; readonly minimum: Severity | null; readonly cwd: string },
): { readonly content: string | null; readonly diff: string } {
  const first = session.analyzer.analyze(file);
  const found = visibleFindings(file, first.findings, session, options.minimum);
  // The session's analyzer knows the imports already; most files need no other.
  if (fixAllEdits(found, first, options).length === 0) return { content: null, diff: '' };
  const before = openEditable(file);
  let current = before;
  let round = 0;
  const workspace = withOpenDocuments(session.workspace, (path) =>
    path === file ? { text: current.text, version: `fix ${round}` } : null,
  );
  const analyzer = createAnalyzer(workspace, createFrameworks());
  for (; round < maxRounds; round++) {
    const analysis = analyzer.analyze(file);
    const findings = visibleFindings(file, analysis.findings, { ...session, workspace }, options.minimum);
    const edits = fixAllEdits(findings, analysis, options);
    if (edits.length === 0) break;
    current = current.apply(edits);
  }
  if (current.content === before.content) return { content: null, diff: '' };
  const name = displayPath(file, options.cwd);
  return { content: current.content, diff: createTwoFilesPatch(name, name, before.content, current.content, '', '') };
}
