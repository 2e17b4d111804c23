import * as vscode from 'vscode';
import {
  LanguageClient,
  RevealOutputChannelOn,
  State,
  TransportKind,
  type WorkspaceEdit,
} from 'vscode-languageclient/node';
import {
  type ApplyFixParams,
  type ApplyVariantParams,
  type EditAnswer,
  type ModelAnswer,
  type ModelParams,
  methods,
  type Status,
} from '../core/editor/protocol.ts';
import { ruleLink } from './rule-pages.ts';

/** The language server, as the rest of the extension sees it. */
export interface ServerHandle {
  start(): Promise<void>;
  stop(): Promise<void>;
  restart(): Promise<void>;
  model(params: ModelParams): Promise<ModelAnswer | null>;
  /** The edit that writes an outcome of the probe into the source; throws, in words, where there is none. */
  variantEdit(params: ApplyVariantParams): Promise<vscode.WorkspaceEdit>;
  fixEdit(params: ApplyFixParams): Promise<vscode.WorkspaceEdit>;
  range(range: ModelAnswer['place']['range']): vscode.Range;
  readonly onStatus: vscode.Event<Status>;
  readonly onRunning: vscode.Event<boolean>;
}

const languages = ['python', 'javascript', 'javascriptreact', 'typescript', 'typescriptreact'];
const selector = [
  ...['file', 'untitled'].flatMap((scheme) => languages.map((language) => ({ scheme, language }))),
  // Synchronized as notebooks; here for what is asked of a cell.
  { scheme: 'vscode-notebook-cell', language: 'python' },
];

/** Runs `dist/server.js` in a process of its own and restarts it when it dies. */
export function createLanguageClient(context: vscode.ExtensionContext, log: vscode.LogOutputChannel): ServerHandle {
  const module = context.asAbsolutePath('dist/server.js');
  const run = { module, args: ['lsp'], transport: TransportKind.ipc };
  const client = new LanguageClient(
    'initscope',
    'Initscope',
    { run, debug: { ...run, options: { execArgv: ['--nolazy', '--inspect=6010'] } } },
    {
      documentSelector: selector,
      outputChannel: log,
      // Trouble is told by the status item; nobody asked for a pop-up.
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      initializationFailedHandler: () => false,
      initializationOptions: { probe: true, ruleLink },
      diagnosticPullOptions: { onChange: true, onSave: true, onTabs: false },
    },
  );
  const status = new vscode.EventEmitter<Status>();
  const running = new vscode.EventEmitter<boolean>();
  context.subscriptions.push(
    status,
    running,
    client.onNotification(methods.status, (params) => status.fire(params)),
    client.onDidChangeState(({ newState }) => running.fire(newState === State.Running)),
  );

  const editFrom = async (method: string, params: ApplyFixParams | ApplyVariantParams) => {
    const answer = await client.sendRequest<EditAnswer<WorkspaceEdit>>(method, params);
    if (answer.edit === null) throw new Error(answer.reason);
    return client.protocol2CodeConverter.asWorkspaceEdit(answer.edit);
  };

  return {
    start: () => client.start(),
    stop: () => client.dispose(),
    restart: () => client.restart(),
    model: (params) => client.sendRequest<ModelAnswer | null>(methods.model, params),
    variantEdit: (params) => editFrom(methods.applyVariant, params),
    fixEdit: (params) => editFrom(methods.applyFix, params),
    range: (range) => client.protocol2CodeConverter.asRange(range),
    onStatus: status.event,
    onRunning: running.event,
  };
}
