import * as v from 'valibot';
import {
  createConnection,
  ProposedFeatures,
  type ServerCapabilities,
  TextDocumentSyncKind,
} from 'vscode-languageserver/node';
import { initializationSchema } from '../../core/editor/protocol.ts';
import { UsageError } from '../cli/io.ts';
import { version } from '../cli/version.ts';
import { codeActionKinds, registerCodeActions } from './code-actions.ts';
import { registerCodeLens } from './code-lens.ts';
import { registerDiagnostics } from './diagnostics.ts';
import { createDocuments } from './documents.ts';
import { registerHover } from './hover.ts';
import { registerModelRequests } from './model.ts';
import { openLine, startPump, transportOf } from './pump.ts';
import { createSession } from './session.ts';
import { followWorld, rootsOf } from './world.ts';

/**
 * Serves the Language Server Protocol until the client ends it, on the transport that the command line names
 * (`--stdio`, `--node-ipc`, `--socket=PORT`), in a thread that is started for it.
 */
export function startServer(argv: readonly string[]): void {
  const transport = transportOf(argv);
  if (transport === null) throw new UsageError('lsp needs a transport: --stdio, --node-ipc, --socket=PORT');
  startPump(transport);
}

/** In the thread that was started for it: serves. False in any other thread. */
export function serveLanguage(): boolean {
  const line = openLine();
  if (line === null) return false;
  const connection = createConnection(ProposedFeatures.all, line.reader, line.writer, line.options);
  const documents = createDocuments(connection);
  connection.onInitialize((params) => {
    let settingsKnown = () => {};
    const ready = new Promise<void>((resolve) => {
      settingsKnown = resolve;
    });
    const session = createSession(connection, documents, {
      roots: rootsOf(params),
      initialization: v.parse(v.fallback(initializationSchema, { probe: false }), params.initializationOptions ?? {}),
      ready,
      hasChanged: line.hasChanged,
    });
    const pulls = params.capabilities.textDocument?.diagnostic !== undefined;
    const { refresh } = registerDiagnostics(session, { pulls });
    registerCodeActions(session);
    registerHover(session);
    registerCodeLens(session);
    registerModelRequests(session);
    connection.onInitialized(() => followWorld(session, params.capabilities, refresh).finally(settingsKnown));
    return { capabilities: capabilitiesFor(pulls), serverInfo: { name: 'initscope', version } };
  });
  connection.listen();
  return true;
}

function capabilitiesFor(pulls: boolean): ServerCapabilities {
  return {
    textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
    notebookDocumentSync: {
      notebookSelector: [{ notebook: { notebookType: 'jupyter-notebook' }, cells: [{ language: 'python' }] }],
      save: true,
    },
    ...(pulls
      ? { diagnosticProvider: { identifier: 'initscope', interFileDependencies: true, workspaceDiagnostics: false } }
      : {}),
    codeActionProvider: { codeActionKinds: [...codeActionKinds] },
    hoverProvider: true,
    codeLensProvider: {},
    workspace: { workspaceFolders: { supported: true } },
  };
}
