import * as vscode from 'vscode';
import type { Status } from '../core/editor/protocol.ts';
import type { ServerHandle } from './language-client.ts';

const selector: vscode.DocumentSelector = ['python', 'javascript', 'javascriptreact', 'typescript', 'typescriptreact'];

/** Beside the language of the active editor: models and findings, what was not understood, or that the server is down. */
export function registerStatusItem(context: vscode.ExtensionContext, server: ServerHandle): void {
  const item = vscode.languages.createLanguageStatusItem('initscope', selector);
  const known = new Map<string, Status>();
  let isRunning = true;
  item.name = 'Initscope';

  const update = () => {
    const document = vscode.window.activeTextEditor?.document;
    const status = document === undefined ? undefined : known.get(moduleUri(document));
    Object.assign(item, isRunning ? describe(status) : stopped);
  };
  context.subscriptions.push(
    item,
    server.onStatus((status) => {
      known.set(vscode.Uri.parse(status.uri).toString(), status);
      update();
    }),
    server.onRunning((running) => {
      isRunning = running;
      update();
    }),
    vscode.window.onDidChangeActiveTextEditor(update),
    vscode.workspace.onDidCloseTextDocument((document) => known.delete(document.uri.toString())),
  );
  update();
}

type Shown = Pick<vscode.LanguageStatusItem, 'text' | 'detail' | 'severity' | 'command'>;

const showOutput = { command: 'initscope.showOutput', title: 'Show Output' };

const stopped: Shown = {
  text: 'Initscope is not running',
  detail: 'the language server has stopped',
  severity: vscode.LanguageStatusSeverity.Error,
  command: { command: 'initscope.restartServer', title: 'Restart' },
};

function describe(status: Status | undefined): Shown {
  const { Information, Warning } = vscode.LanguageStatusSeverity;
  if (status === undefined || status.models.length === 0) {
    return { text: 'Initscope: no model here', detail: '', severity: Information, command: showOutput };
  }
  const partial = status.models.filter(({ complete }) => !complete).map(({ name }) => name);
  const models = counted(status.models.length, 'model');
  const findings = status.findings === 0 ? 'no findings' : counted(status.findings, 'finding');
  const detail = partial.length === 0 ? '' : `not understood in full: ${partial.join(', ')} (${status.notes[0] ?? ''})`;
  return {
    text: `Initscope: ${models}, ${findings}`,
    detail,
    severity: status.findings > 0 ? Warning : Information,
    command: showOutput,
  };
}

/** A notebook is one module, whose status goes by the notebook's address. */
function moduleUri(document: vscode.TextDocument): string {
  const notebook = vscode.workspace.notebookDocuments.find((open) =>
    open.getCells().some((cell) => cell.document === document),
  );
  return (notebook ?? document).uri.toString();
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
