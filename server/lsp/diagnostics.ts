import {
  type Diagnostic,
  type DiagnosticServerCancellationData,
  DiagnosticSeverity,
  type DocumentDiagnosticReport,
  DocumentDiagnosticReportKind,
  type FullDocumentDiagnosticReport,
  LSPErrorCodes,
  ResponseError,
} from 'vscode-languageserver/node';
import type { Span } from '../../core/graph/span.ts';
import type { Finding, Severity } from '../../core/rules/finding.ts';
import type { ModuleAnalysis } from '../workspace/analysis.ts';
import { locate, type OpenModule } from './documents.ts';
import { giveWay, isStale, type Session } from './session.ts';
import { sendStatusSoon } from './status.ts';
import { createTypingGuard, type PlacedFinding } from './typing.ts';

/** Findings of one module, by document: a notebook has one list per cell. */
interface Answer {
  readonly resultId: string;
  readonly diagnostics: ReadonlyMap<string, readonly Diagnostic[]>;
  /** The analysis it was made from, and whether something new was held back while its line was being typed. */
  readonly analysis: unknown;
  readonly isPartial: boolean;
}

interface Placed {
  readonly uri: string;
  readonly diagnostic: Diagnostic;
  readonly finding: Finding;
}

const pushDelayMs = 200;

/**
 * Pull diagnostics, and pushed ones for clients that do not pull. What a client shows stays until the answer is there; with
 * `initscope.diagnostics.run: onSave` the answer to a changed document is what was said of the saved one.
 */
export function registerDiagnostics(session: Session, client: { readonly pulls: boolean }): { refresh(): void } {
  const { connection, documents } = session;
  const answers = new Map<string, Answer>();
  const guard = createTypingGuard(documents.lastEdit, refresh);
  /** How far the analysis of a module has got. */
  const reached = new Map<string, number>();
  const timers = new Map<string, NodeJS.Timeout>();
  let count = 0;

  function answer(module: OpenModule): Answer {
    const { settings } = session;
    const last = answers.get(module.path);
    if (last !== undefined && settings.diagnostics.run === 'onSave' && documents.isDirty(module.path)) return last;
    const analysis = settings.enable ? session.analyze(module.path) : null;
    // A notebook is asked for once per cell.
    if (last !== undefined && last.analysis === analysis && !last.isPartial) return last;
    const next = { resultId: String(++count), analysis, ...collect(session, module, guard) };
    answers.set(module.path, next);
    if (analysis !== null) goOn(module.path, analysis.value);
    return next;
  }

  function push(path: string): void {
    const module = documents.get(path);
    if (module === null) return;
    const diagnostics = answerInTime(module);
    if (diagnostics === null) {
      pushSoon(path);
      return;
    }
    for (const { document } of module.pieces) {
      const { uri, version } = document;
      connection.sendDiagnostics({ uri, version, diagnostics: [...(diagnostics.get(uri) ?? [])] });
    }
  }

  /** `null` where a change has come in meanwhile, be it of another document. */
  function answerInTime(module: OpenModule): Answer['diagnostics'] | null {
    try {
      return answer(module).diagnostics;
    } catch (error) {
      if (isStale(error)) return null;
      throw error;
    }
  }

  function pushSoon(path: string): void {
    clearTimeout(timers.get(path));
    timers.set(
      path,
      setTimeout(() => push(path), pushDelayMs),
    );
  }

  function refresh(): void {
    if (client.pulls) connection.languages.diagnostics.refresh().catch(() => {});
    else for (const { path } of documents.all()) push(path);
  }

  /** An analysis that ran out of time is taken up again; one that got no further than before is given more of it. */
  function goOn(path: string, { partial }: ModuleAnalysis): void {
    if (partial === undefined) return;
    const before = reached.get(path);
    reached.set(path, partial.reached);
    if (!session.resume(path, before !== undefined && partial.reached <= before)) return;
    setTimeout(refresh, 0);
  }

  documents.onDidChange((path) => reached.delete(path));
  documents.onDidClose((module) => answers.delete(module.path));
  documents.onDidSave(() => {
    if (session.settings.diagnostics.run === 'onSave') refresh();
  });
  if (client.pulls) {
    connection.languages.diagnostics.on(async ({ textDocument, previousResultId }, token) => {
      await giveWay(session, token);
      const module = documents.find(textDocument.uri);
      try {
        return module === null ? full([]) : report(answer(module), textDocument.uri, previousResultId);
      } catch (error) {
        if (!isStale(error)) throw error;
        // What has changed may be another document.
        const data: DiagnosticServerCancellationData = { retriggerRequest: true };
        throw new ResponseError(LSPErrorCodes.ServerCancelled, 'the text has changed meanwhile', data);
      }
    });
  } else {
    pushOnChange();
  }
  return { refresh };

  function pushOnChange(): void {
    documents.onDidChange(pushSoon);
    documents.onDidClose((module) => {
      clearTimeout(timers.get(module.path));
      for (const { document } of module.pieces) connection.sendDiagnostics({ uri: document.uri, diagnostics: [] });
    });
  }
}

/** The key under which a code action finds the finding that a diagnostic came from. */
export function keyOf(finding: Finding): string {
  return JSON.stringify([finding.rule, finding.model, finding.layer, finding.parameter, finding.at.start]);
}

function collect(
  session: Session,
  module: OpenModule,
  guard: (path: string, findings: readonly PlacedFinding[]) => readonly PlacedFinding[],
): Pick<Answer, 'diagnostics' | 'isPartial'> {
  const byDocument = new Map<string, Diagnostic[]>();
  if (!session.settings.enable) return { diagnostics: byDocument, isPartial: false };
  const analysis = session.analyze(module.path);
  const shown = session.findings(module.path);
  sendStatusSoon(session, module, analysis, shown.length);
  const placed = shown.flatMap((finding) => {
    const diagnostic = toDiagnostic(session, module, finding);
    return diagnostic === null ? [] : [{ ...diagnostic, finding }];
  });
  const kept = new Set(
    guard(
      module.path,
      placed.map((one) => toPlaced(session, one)),
    ).map(({ finding }) => finding),
  );
  for (const { uri, diagnostic, finding } of placed) {
    if (!kept.has(finding)) continue;
    const list = byDocument.get(uri) ?? [];
    list.push(diagnostic);
    byDocument.set(uri, list);
  }
  return { diagnostics: byDocument, isPartial: kept.size < placed.length };
}

/** A finding at its place in this module, or, where the guilty line is in an imported one, at the name of the model. */
function toDiagnostic(session: Session, module: OpenModule, finding: Finding): Omit<Placed, 'finding'> | null {
  const { documents, workspace, initialization } = session;
  const isHere = finding.at.path === module.path;
  const at = isHere ? finding.at : placeOfModel(session, module, finding);
  const place = at === undefined ? null : locate(at, documents, workspace);
  if (place === null || at?.path !== module.path) return null;
  const elsewhere = isHere ? [] : [{ at: finding.at, message: 'the initialization is here' }];
  const related = [...elsewhere, ...finding.related].flatMap(({ at, message }) => {
    const location = locate(at, documents, workspace);
    return location === null ? [] : [{ location: { uri: location.uri, range: location.range }, message }];
  });
  const href = initialization.ruleLink?.replace('{rule}', finding.rule);
  const diagnostic: Diagnostic = {
    range: place.range,
    severity: severityOf[finding.severity],
    code: finding.rule,
    ...(href === undefined ? {} : { codeDescription: { href } }),
    source: 'initscope',
    message: finding.message,
    ...(related.length === 0 ? {} : { relatedInformation: related }),
    data: keyOf(finding),
  };
  return { uri: place.uri, diagnostic };
}

function placeOfModel(session: Session, { path }: OpenModule, { model }: Finding): Span | undefined {
  return session.analyze(path).value.models.find(({ graph }) => graph.name === model)?.graph.nameAt;
}

function toPlaced(session: Session, { finding, uri, diagnostic }: Placed): PlacedFinding {
  const { start, end } = diagnostic.range;
  const { at } = finding;
  const isBroken = session.syntaxErrors(at.path).some((error) => error.start <= at.end && at.start <= error.end);
  return { finding, uri, firstLine: start.line, lastLine: end.line, isBroken };
}

function report(answer: Answer, uri: string, previous: string | undefined): DocumentDiagnosticReport {
  if (answer.resultId === previous) return { kind: DocumentDiagnosticReportKind.Unchanged, resultId: previous };
  return { ...full(answer.diagnostics.get(uri) ?? []), resultId: answer.resultId };
}

function full(items: readonly Diagnostic[]): FullDocumentDiagnosticReport {
  return { kind: DocumentDiagnosticReportKind.Full, items: [...items] };
}

const severityOf: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};
