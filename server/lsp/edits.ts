import type { WorkspaceEdit } from 'vscode-languageserver/node';
import type { Edit } from '../fixes/fix.ts';
import { locate } from './documents.ts';
import type { Session } from './session.ts';

/** Edits of the analyzer's modules as edits of documents and cells; `null` where one of them has no place any more. */
export function toWorkspaceEdit(session: Session, edits: readonly Edit[]): WorkspaceEdit | null {
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
