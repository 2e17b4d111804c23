import type { CodeLens, CodeLensParams } from 'vscode-languageserver/node';
import { locate } from './documents.ts';
import { type Session, whenStill } from './session.ts';

/** "Probe gradient flow" over every model; only for clients that can run the probe. */
export function registerCodeLens(session: Session): void {
  session.connection.onCodeLens((params, token) => whenStill(session, token, () => codeLenses(session, params)));
}

function codeLenses(session: Session, { textDocument }: CodeLensParams): CodeLens[] {
  const { documents, workspace, settings, initialization } = session;
  const module = documents.find(textDocument.uri);
  if (module === null || !settings.enable || !settings.codeLens.enable || !initialization.probe) return [];
  return session.analyze(module.path).value.models.flatMap(({ graph }) => {
    const place = locate(graph.nameAt, documents, workspace);
    if (place?.uri !== textDocument.uri) return [];
    const target = { uri: place.uri, symbol: graph.name };
    return [
      {
        range: place.range,
        command: { title: 'Probe gradient flow', command: 'initscope.probe', arguments: [target] },
      },
    ];
  });
}
