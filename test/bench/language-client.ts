import { type ChildProcess, spawn } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import {
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node';
import type { InitializeResult, PublishDiagnosticsParams, Range } from 'vscode-languageserver/node';

export interface ServerCommand {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** One open document of one language server, over stdio, as an editor has it. */
export interface OpenDocument {
  readonly name: string;
  /** Sends the change and waits for the diagnostics of the changed text; milliseconds. */
  type(text: string, range: Range): Promise<number>;
  /** How many diagnostics the last answer had. */
  count(): number;
  stop(): Promise<void>;
}

/** Starts a server and opens a document in it; resolves when its first diagnostics are there. */
export async function openDocument(server: ServerCommand, file: string, text: string): Promise<OpenDocument> {
  const child = spawn(server.command, [...server.args], { stdio: ['pipe', 'pipe', 'ignore'] });
  const connection = createMessageConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  const uri = pathToFileURL(file).href;
  let version = 1;
  let answered = 0;
  let pushed: (parameters: PublishDiagnosticsParams) => void = () => {};
  connection.onRequest('workspace/configuration', ({ items }: { items: unknown[] }) => items.map(() => null));
  for (const method of ['client/registerCapability', 'window/workDoneProgress/create']) {
    connection.onRequest(method, () => null);
  }
  let refreshed = 0;
  connection.onRequest('workspace/diagnostic/refresh', () => {
    refreshed++;
    return null;
  });
  connection.onNotification('textDocument/publishDiagnostics', (parameters: PublishDiagnosticsParams) =>
    pushed(parameters),
  );
  connection.listen();
  const { capabilities } = await connection.sendRequest<InitializeResult>('initialize', {
    processId: process.pid,
    rootUri: null,
    workspaceFolders: null,
    capabilities: {
      workspace: { configuration: true, diagnostics: { refreshSupport: true } },
      textDocument: { diagnostic: { dynamicRegistration: false }, publishDiagnostics: { versionSupport: true } },
    },
  });
  await connection.sendNotification('initialized', {});
  const pulls = capabilities.diagnosticProvider !== undefined;

  const first = diagnosed();
  await connection.sendNotification('textDocument/didOpen', {
    textDocument: { uri, languageId: 'python', version, text },
  });
  await ask();
  await first;
  // A server that took a long file in several goes has asked for another pull by now, as an editor would make it.
  for (let seen = -1; seen !== refreshed; ) {
    seen = refreshed;
    await ask();
    await new Promise((resolve) => setTimeout(resolve, 300));
  }

  return {
    name: server.name,
    async type(typed, range) {
      version++;
      const started = performance.now();
      const answer = diagnosed();
      void connection.sendNotification('textDocument/didChange', {
        textDocument: { uri, version },
        contentChanges: [{ text: typed, range }],
      });
      await ask();
      await answer;
      return performance.now() - started;
    },
    count: () => answered,
    stop: () => stop(connection, child),
  };

  /** Resolves with the diagnostics that the server pushes of the present version; at once where it is asked for them. */
  function diagnosed(): Promise<void> {
    if (pulls) return Promise.resolve();
    return new Promise((resolve) => {
      pushed = (parameters) => {
        if (parameters.uri !== uri || (parameters.version ?? version) !== version) return;
        answered = parameters.diagnostics.length;
        resolve();
      };
    });
  }

  async function ask(): Promise<void> {
    if (!pulls) return;
    const report = await connection.sendRequest<{ readonly items?: readonly unknown[] }>('textDocument/diagnostic', {
      textDocument: { uri },
    });
    answered = report.items?.length ?? answered;
  }
}

async function stop(connection: MessageConnection, child: ChildProcess): Promise<void> {
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await connection.sendRequest('shutdown');
  await connection.sendNotification('exit');
  await ended;
  connection.dispose();
}
