import { fileURLToPath } from 'node:url';
import {
  type ClientCapabilities,
  CodeLensRefreshRequest,
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  type InitializeParams,
} from 'vscode-languageserver/node';
import type { Session } from './session.ts';
import { fetchSettings, parseSettings } from './settings.ts';

/** Files whose change on the disk may change a finding: sources that are imported, and configuration. */
const watched = '**/{*.py,*.ipynb,*.js,*.mjs,*.ts,*.mts,pyproject.toml,initscope.json,package.json}';

/** Follows the client's settings, folders and files; resolves when its settings are known. */
export async function followWorld(session: Session, client: ClientCapabilities, refresh: () => void): Promise<void> {
  const { connection } = session;
  const canAsk = client.workspace?.configuration === true;
  const changed = (change: Parameters<Session['reset']>[0]) => {
    session.reset(change);
    refresh();
    if (client.workspace?.codeLens?.refreshSupport === true) {
      connection.sendRequest(CodeLensRefreshRequest.type).catch(() => {});
    }
  };
  connection.onDidChangeConfiguration(async ({ settings }) => {
    changed({ settings: canAsk ? await fetchSettings(connection) : parseSettings(settings?.initscope) });
  });
  connection.onDidChangeWatchedFiles(() => changed({}));
  if (client.workspace?.workspaceFolders === true) {
    connection.workspace.onDidChangeWorkspaceFolders(async () => {
      const folders = await connection.workspace.getWorkspaceFolders();
      changed({ roots: (folders ?? []).flatMap(({ uri }) => toPath(uri)) });
    });
  }
  if (client.workspace?.didChangeConfiguration?.dynamicRegistration === true) {
    await connection.client.register(DidChangeConfigurationNotification.type, { section: 'initscope' });
  }
  if (client.workspace?.didChangeWatchedFiles?.dynamicRegistration === true) {
    await connection.client.register(DidChangeWatchedFilesNotification.type, { watchers: [{ globPattern: watched }] });
  }
  if (canAsk) session.reset({ settings: await fetchSettings(connection) });
}

/** Workspace folders as paths; a client without folders has its root, or none. */
export function rootsOf({ workspaceFolders, rootUri }: InitializeParams): readonly string[] {
  const uris = workspaceFolders?.map(({ uri }) => uri) ?? (rootUri == null ? [] : [rootUri]);
  return uris.flatMap(toPath);
}

function toPath(uri: string): readonly string[] {
  return uri.startsWith('file:') ? [fileURLToPath(uri)] : [];
}
