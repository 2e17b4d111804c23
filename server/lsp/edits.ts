import type { WorkspaceEdit } from 'vscode-languageserver/node';
import type { Span } from '../../core/graph/span.ts';
import { locate } from './documents.ts';
import type { Session } from './session.ts';

export type SpanEdit = Span & { readonly text: string };

/** Edits of the analyzer's modules as edits of documents and cells; `null` where one of them has no place any more. */
export function toWorkspaceEdit(session: Session, edits: readonly SpanEdit[]): WorkspaceEdit | null {
  const changes: NonNullable<WorkspaceEdit['changes']> = {};
  for (const edit of edits) {
    const place = locate(edit, session.documents, session.workspace);
    if (place === null) return null;
    const list = changes[place.uri] ?? [];
    changes[place.uri] = list;
    list.push({ range: place.range, newText: edit.text });
  }
  return { changes };
}

/** Each edit once, and of two that collide the first: one line may initialize many layers. */
export function withoutOverlaps(edits: readonly SpanEdit[]): readonly SpanEdit[] {
  const kept: SpanEdit[] = [];
  for (const edit of edits) {
    const collides = kept.some(
      (other) =>
        other.path === edit.path &&
        (other.start === edit.start && other.end === edit.end
          ? other.end > other.start || other.text === edit.text
          : other.start < edit.end && edit.start < other.end),
    );
    if (!collides) kept.push(edit);
  }
  return kept;
}
