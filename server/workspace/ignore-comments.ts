import type { Span } from '../../core/graph/span.ts';
import type { Finding } from '../../core/rules/finding.ts';

/** `# initscope: ignore` or `// initscope: ignore[rule-id, other-rule]`, in its line or alone in the line above. */
const marker = /(?:#|\/\/)\s*initscope:\s*ignore(?!-)(?:\[([^\]]*)\])?/;
/** `# initscope: ignore-file` or `// initscope: ignore-file[rule-id]`, alone in a line anywhere. */
const fileMarker = /^[ \t]*(?:#|\/\/)\s*initscope:\s*ignore-file(?:\[([^\]]*)\])?/gm;
const alone = /^\s*(?:#|\/\/)/;

/** Findings that no comment at their place silences. `read` gives the text of the module that a finding lies in. */
export function applyIgnoreComments(
  findings: readonly Finding[],
  read: (path: string) => string | null,
): readonly Finding[] {
  const ofFiles = new Map<string, FileComments | null>();
  return findings.filter(({ at, rule }) => {
    let file = ofFiles.get(at.path);
    if (file === undefined) {
      const text = read(at.path);
      file =
        text === null || !text.includes('initscope:')
          ? null
          : { text, comments: Array.from(text.matchAll(fileMarker), (match) => match[1] ?? null) };
      ofFiles.set(at.path, file);
    }
    if (file === null) return true;
    return ![...file.comments, ...commentsAt(file.text, at)].some((comment) => silences(comment, rule));
  });
}

/** The edit that silences one rule at a place: a new comment at the line's end, or one more rule in the comment there. */
export function ignoreCommentEdit(text: string, at: Span, rule: string): Span & { readonly text: string } {
  const { start, end } = lineAt(text, at.start);
  const line = text.slice(start, end);
  const existing = marker.exec(line);
  if (existing !== null) {
    const rules = [...rulesOf(existing[1] ?? ''), rule].join(', ');
    const from = start + existing.index;
    const introduction = existing[0].replace(/\[.*$/, '');
    return { path: at.path, start: from, end: from + existing[0].length, text: `${introduction}[${rules}]` };
  }
  const comment = `${/\.[cm]?[jt]sx?$/.test(at.path) ? '//' : '#'} initscope: ignore[${rule}]`;
  if (line.trimEnd().endsWith('\\')) {
    // Nothing may follow a line continuation, so the comment goes above the statement's first line.
    const first = statementStart(text, start);
    const indentation = /^\s*/.exec(text.slice(first))?.[0] ?? '';
    return { path: at.path, start: first, end: first, text: `${indentation}${comment}\n` };
  }
  const last = start + line.trimEnd().length;
  return { path: at.path, start: last, end: last, text: `  ${comment}` };
}

interface FileComments {
  readonly text: string;
  /** What stands in the brackets of those that concern the whole file; `null` for all rules. */
  readonly comments: readonly (string | null)[];
}

/** The comments (what stands in their brackets, `null` for all rules) that concern a place alone. */
function commentsAt(text: string, at: Span): readonly (string | null)[] {
  const first = lineAt(text, at.start);
  const statement = text.slice(first.start, lineAt(text, at.end).end);
  const candidates = statement.split('\n');
  let above = first.start;
  while (above > 0) {
    const line = lineAt(text, above - 1);
    const content = text.slice(line.start, line.end);
    if (alone.test(content)) candidates.push(content);
    if (!alone.test(content) && !content.trimEnd().endsWith('\\')) break;
    above = line.start;
  }
  const ofStatement = candidates.flatMap((line) => {
    const match = marker.exec(line);
    return match === null ? [] : [match[1] ?? null];
  });
  return ofStatement;
}

function silences(comment: string | null, rule: string): boolean {
  return comment === null || rulesOf(comment).includes(rule);
}

function rulesOf(list: string): readonly string[] {
  return list
    .split(',')
    .map((rule) => rule.trim())
    .filter((rule) => rule !== '');
}

function statementStart(text: string, lineStart: number): number {
  let start = lineStart;
  while (start > 0) {
    const line = lineAt(text, start - 1);
    if (!text.slice(line.start, line.end).trimEnd().endsWith('\\')) break;
    start = line.start;
  }
  return start;
}

/** The line around an offset, without its break. */
function lineAt(text: string, offset: number): { readonly start: number; readonly end: number } {
  const end = text.indexOf('\n', offset);
  return { start: text.lastIndexOf('\n', offset - 1) + 1, end: end < 0 ? text.length : end };
}
