import { type CodeAction, CodeActionKind, type CodeActionParams, type Range } from 'vscode-languageserver/node';
import type { Finding } from '../../core/rules/finding.ts';
import type { Fix } from '../fixes/fix.ts';
import { fixAllEdits } from '../fixes/fix-all.ts';
import { fixesFor } from '../fixes/fixes-for.ts';
import type { ModuleAnalysis } from '../workspace/analysis.ts';
import { ignoreCommentEdit } from '../workspace/ignore-comments.ts';
import { keyOf } from './diagnostics.ts';
import { locate } from './documents.ts';
import { toWorkspaceEdit } from './edits.ts';
import { type Session, whenStill } from './session.ts';

const fixAllKind = 'source.fixAll.initscope';
export const codeActionKinds = [CodeActionKind.QuickFix, fixAllKind] as const;

/** Quick-fixes of a finding, the comment that silences it, and all safe fixes of a document at once. */
export function registerCodeActions(session: Session): void {
  session.connection.onCodeAction((params, token) => whenStill(session, token, () => codeActions(session, params)));
}

function codeActions(session: Session, { textDocument, range, context }: CodeActionParams): CodeAction[] {
  const module = session.documents.find(textDocument.uri);
  if (module === null || !session.settings.enable) return [];
  const analysis = session.analyze(module.path).value;
  const shown = session.findings(module.path);
  const wants = (kind: string) => context.only === undefined || context.only.some((only) => includes(only, kind));
  const actions: CodeAction[] = [];
  if (wants(CodeActionKind.QuickFix)) {
    for (const finding of shown) {
      if (!concerns(session, finding, { textDocument, range, context })) continue;
      actions.push(...quickFixes(session, finding, analysis, context), ...ignoreAction(session, finding, context));
    }
  }
  if (context.only?.some((only) => includes(only, fixAllKind))) {
    actions.push(...fixAll(session, shown, analysis));
  }
  return actions;
}

/** `quickfix` asks for `quickfix.x` too. */
function includes(asked: string, kind: string): boolean {
  return asked === kind || kind.startsWith(`${asked}.`);
}

/** The client sends the diagnostics it shows at the place; where it sends none, the place decides. */
function concerns(session: Session, finding: Finding, params: Omit<CodeActionParams, 'workDoneToken'>): boolean {
  const ours = params.context.diagnostics.filter(({ source }) => source === 'initscope');
  if (ours.length > 0) return ours.some(({ data }) => data === keyOf(finding));
  const place = locate(finding.at, session.documents, session.workspace);
  return place !== null && place.uri === params.textDocument.uri && intersects(place.range, params.range);
}

function quickFixes(
  session: Session,
  finding: Finding,
  analysis: ModuleAnalysis,
  context: CodeActionParams['context'],
): readonly CodeAction[] {
  return fixesFor(finding, analysis).flatMap((fix) => {
    const edit = toWorkspaceEdit(session, fix.edits);
    if (edit === null) return [];
    return [
      {
        title: titleOf(fix),
        kind: CodeActionKind.QuickFix,
        isPreferred: fix.preferred,
        edit,
        ...about(finding, context),
      },
    ];
  });
}

function ignoreAction(session: Session, finding: Finding, context: CodeActionParams['context']): readonly CodeAction[] {
  const text = session.workspace.read(finding.at.path)?.text;
  const edit =
    text === undefined ? null : toWorkspaceEdit(session, [ignoreCommentEdit(text, finding.at, finding.rule)]);
  if (edit === null) return [];
  return [{ title: `Ignore ${finding.rule} here`, kind: CodeActionKind.QuickFix, edit, ...about(finding, context) }];
}

/** Only what is safe, unless `initscope.fixAll.unsafe` takes the preferred fixes that change training as well. */
function fixAll(session: Session, findings: readonly Finding[], analysis: ModuleAnalysis): readonly CodeAction[] {
  const edits = fixAllEdits(findings, analysis, session.settings.fixAll);
  const edit = edits.length === 0 ? null : toWorkspaceEdit(session, edits);
  return edit === null ? [] : [{ title: 'Fix all (Initscope)', kind: fixAllKind, edit }];
}

/** What a fix does to training is said in its title. */
function titleOf({ title, safe }: Fix): string {
  return safe ? `${title} (safe)` : `${title} (changes training)`;
}

function about(finding: Finding, { diagnostics }: CodeActionParams['context']): Pick<CodeAction, 'diagnostics'> {
  const own = diagnostics.filter(({ data }) => data === keyOf(finding));
  return own.length === 0 ? {} : { diagnostics: own };
}

function intersects(a: Range, b: Range): boolean {
  const before = (p: Range['start'], q: Range['start']) =>
    p.line < q.line || (p.line === q.line && p.character <= q.character);
  return before(a.start, b.end) && before(b.start, a.end);
}
