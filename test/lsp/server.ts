import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import {
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node';
import type {
  CodeAction,
  Diagnostic,
  DocumentDiagnosticReport,
  InitializeResult,
  PublishDiagnosticsParams,
  Range,
  TextEdit,
  WorkspaceEdit,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';

const root = path.resolve(import.meta.dirname, '../..');
export const samples = path.join(root, 'samples');

export interface ClientOptions {
  readonly folder?: string;
  /** Answers `workspace/configuration` for `initscope`. */
  readonly settings?: object;
  readonly initializationOptions?: object;
  /** A client of before pull diagnostics. */
  readonly pushOnly?: boolean;
}

/** A language client over stdio, as an editor is one. */
export interface TestClient {
  readonly connection: MessageConnection;
  readonly process: ChildProcess;
  readonly initialized: InitializeResult;
  /** Opens a text under an address and remembers it for `apply`. */
  open(uri: string, languageId: string, text: string): void;
  /** Replaces `range`, or everything. */
  change(uri: string, text: string, range?: Range): void;
  text(uri: string): string;
  pull(uri: string): Promise<readonly Diagnostic[]>;
  /** The next diagnostics pushed for a document. */
  pushed(uri: string): Promise<readonly Diagnostic[]>;
  actions(
    uri: string,
    range: Range,
    only?: readonly string[],
    diagnostics?: readonly Diagnostic[],
  ): Promise<readonly CodeAction[]>;
  apply(edit: WorkspaceEdit | undefined): void;
  setSettings(settings: object): Promise<void>;
  /** Asks it to end; resolves to its exit code. */
  stop(): Promise<number | null>;
}

let bundle: Promise<string> | undefined;

/** The server from the sources as they are now. */
export function bundleServer(): Promise<string> {
  bundle ??= bundleTo(path.join(root, `out/lsp/server-${process.env.VITEST_POOL_ID ?? 0}.js`));
  return bundle;
}

export async function startClient(options: ClientOptions = {}): Promise<TestClient> {
  const child = spawn(process.execPath, [await bundleServer(), 'lsp', '--stdio'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const connection = createMessageConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  const documents = new Map<string, TextDocument>();
  const waiting = new Map<string, (diagnostics: readonly Diagnostic[]) => void>();
  let settings = options.settings ?? {};
  connection.onRequest('workspace/configuration', () => [settings]);
  for (const method of ['client/registerCapability', 'workspace/diagnostic/refresh', 'workspace/codeLens/refresh']) {
    connection.onRequest(method, () => null);
  }
  connection.onNotification('textDocument/publishDiagnostics', ({ uri, diagnostics }: PublishDiagnosticsParams) => {
    waiting.get(uri)?.(diagnostics);
    waiting.delete(uri);
  });
  connection.listen();
  const folder = options.folder ?? samples;
  const initialized = await connection.sendRequest<InitializeResult>('initialize', {
    processId: process.pid,
    rootUri: pathToFileURL(folder).href,
    workspaceFolders: [{ uri: pathToFileURL(folder).href, name: 'test' }],
    initializationOptions: options.initializationOptions,
    capabilities: {
      workspace: {
        configuration: true,
        workspaceFolders: true,
        didChangeConfiguration: { dynamicRegistration: true },
        diagnostics: { refreshSupport: true },
        codeLens: { refreshSupport: true },
      },
      textDocument: options.pushOnly === true ? {} : { diagnostic: { dynamicRegistration: false } },
      notebookDocument: { synchronization: {} },
    },
  });
  await connection.sendNotification('initialized', {});

  return {
    connection,
    process: child,
    initialized,
    open(uri, languageId, text) {
      documents.set(uri, TextDocument.create(uri, languageId, 1, text));
      void connection.sendNotification('textDocument/didOpen', { textDocument: { uri, languageId, version: 1, text } });
    },
    change,
    text: (uri) => known(uri).getText(),
    async pull(uri) {
      const report = await connection.sendRequest<DocumentDiagnosticReport>('textDocument/diagnostic', {
        textDocument: { uri },
      });
      return report.kind === 'full' ? report.items : [];
    },
    pushed: (uri) => new Promise((resolve) => waiting.set(uri, resolve)),
    async actions(uri, range, only, diagnostics = []) {
      const context = { diagnostics, ...(only === undefined ? {} : { only }) };
      return (await connection.sendRequest('textDocument/codeAction', { textDocument: { uri }, range, context })) ?? [];
    },
    apply(edit) {
      for (const [uri, edits] of Object.entries(edit?.changes ?? {})) change(uri, edited(known(uri), edits));
    },
    async setSettings(next) {
      settings = next;
      await connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
    },
    async stop() {
      const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
      await connection.sendRequest('shutdown');
      await connection.sendNotification('exit');
      const code = await exit;
      connection.dispose();
      return code;
    },
  };

  function change(uri: string, text: string, range?: Range): void {
    const document = known(uri);
    const contentChanges = [range === undefined ? { text } : { text, range }];
    const version = document.version + 1;
    documents.set(uri, TextDocument.update(document, contentChanges, version));
    void connection.sendNotification('textDocument/didChange', { textDocument: { uri, version }, contentChanges });
  }

  function known(uri: string): TextDocument {
    const document = documents.get(uri);
    if (document === undefined) throw new Error(`${uri} is not open`);
    return document;
  }
}

function edited(document: TextDocument, edits: readonly TextEdit[]): string {
  return TextDocument.applyEdits(document, [...edits]);
}

async function bundleTo(outfile: string): Promise<string> {
  await build({
    absWorkingDir: root,
    entryPoints: ['server/cli/main.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  });
  return outfile;
}
