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
import { createSession } from './session.ts';
import { followWorld, rootsOf } from './world.ts';

const transports = ['--stdio', '--node-ipc', '--socket', '--pipe'];

/**
 * Serves the Language Server Protocol until the client ends it, on the transport that the command line names
 * (`--stdio`, `--node-ipc`, `--socket=PORT`). The protocol library reads the transport from the process's own arguments.
 */
export function startServer(argv: readonly string[]): void {
  if (!argv.some((argument) => transports.includes(argument.split('=')[0] ?? ''))) {
    throw new UsageError(`lsp needs a transport: ${transports.slice(0, 3).join(', ')}=PORT`);
  }
  const connection = createConnection(ProposedFeatures.all);
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
