import type { Severity } from '../../core/rules/finding.ts';
import { fixesFor } from '../fixes/fixes-for.ts';
import { fileBudgetMs } from '../workspace/analysis.ts';
import { mayHoldFindings } from '../workspace/relevance.ts';
import type { Reported } from './format.ts';
import { displayPath } from './location.ts';
import { type Session, visibleFindings } from './session.ts';

/** What `check` says of one file. */
export interface CheckedFile {
  readonly file: string;
  readonly lines: number;
  readonly reported: readonly Reported[];
  readonly notes: readonly { readonly path: string; readonly message: string }[];
}

/** The first file pays for what all others import too. */
const firstMilliseconds = 3 * fileBudgetMs;
const started = new WeakSet<Session>();

export function checkFile(file: string, session: Session, minimum: Severity | null, cwd: string): CheckedFile {
  const text = session.workspace.read(file)?.text ?? null;
  const lines = text === null ? 0 : countLines(text);
  if (text !== null && !mayHoldFindings(text)) return { file, lines, reported: [], notes: [] };
  const isFirst = !started.has(session);
  started.add(session);
  // A file of a hundred factories shows its first models; `inspect FILE:SYMBOL` shows any of them.
  const analysis = session.analyzer.analyze(file, {
    milliseconds: fileBudgetMs,
    ...(isFirst ? { firstMilliseconds } : {}),
  });
  const shown = visibleFindings(file, analysis.findings, session, minimum);
  return {
    file,
    lines,
    reported: shown.map((finding) => ({ finding, fixes: fixesFor(finding, analysis) })),
    notes: analysis.notes.map(({ message }) => ({ path: displayPath(file, cwd), message })),
  };
}

function countLines(text: string): number {
  return text === '' ? 0 : text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}
