import assert from 'node:assert/strict';
import path from 'node:path';
import * as vscode from 'vscode';
import type { ProbeSummary } from '../../../core/probe/summary.ts';
import { until } from './driver.ts';

/** What the extension's `activate` returns, as far as tests use it. */
interface Api {
  panels(): readonly { readonly symbol: string; readonly visible: boolean; readonly trainers: number }[];
  pastRuns(): Promise<readonly { readonly model: string; readonly summary: ProbeSummary }[]>;
}

export async function api(): Promise<Api> {
  const extension = vscode.extensions.getExtension<Api>('initscope.initscope');
  assert.ok(extension, 'the extension is installed');
  return extension.activate();
}

export function sampleUri(sample: string): vscode.Uri {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  assert.ok(folder);
  return vscode.Uri.joinPath(folder.uri, ...sample.split('/'));
}

export async function openSample(sample: string): Promise<vscode.TextEditor> {
  const document = await vscode.workspace.openTextDocument(sampleUri(sample));
  return vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.One, preview: false });
}

/** Closes everything and forgets what was changed: a dirty editor would ask. */
export async function closeAll(): Promise<void> {
  for (const document of vscode.workspace.textDocuments.filter(
    ({ isDirty, uri }) => isDirty && uri.scheme === 'file',
  )) {
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('workbench.action.files.revert');
  }
  for (const notebook of vscode.workspace.notebookDocuments.filter(({ isDirty }) => isDirty)) {
    await vscode.window.showNotebookDocument(notebook);
    await vscode.commands.executeCommand('workbench.action.files.revert');
  }
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
}

export function ruleOf(diagnostic: vscode.Diagnostic): string {
  const { code } = diagnostic;
  return String(typeof code === 'object' ? code.value : code);
}

function findings(uri: vscode.Uri): readonly vscode.Diagnostic[] {
  return vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'initscope');
}

/** Waits until the findings of a document are these rules, in any order. */
export async function expectRules(uri: vscode.Uri, rules: readonly string[]): Promise<readonly vscode.Diagnostic[]> {
  const wanted = [...rules].sort().join();
  let seen = '';
  return until(() => {
    const found = findings(uri);
    seen = found.map(ruleOf).sort().join();
    return seen === wanted ? found : undefined;
  }).catch(() => assert.fail(`${path.basename(uri.path)}: expected ${wanted}, found ${seen}`));
}

/**
 * What is offered at a place where something has to be. The editor cancels the request, or answers it with nothing, when
 * something else changes at the same moment, such as the list of providers; a person's second try is ours too.
 */
export async function codeActions(
  uri: vscode.Uri,
  range: vscode.Range,
  kind: string,
): Promise<readonly vscode.CodeAction[]> {
  return until(async () => {
    try {
      const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
        'vscode.executeCodeActionProvider',
        uri,
        range,
        kind,
      );
      return actions.length === 0 ? undefined : actions;
    } catch (error) {
      if (String(error).includes('Canceled')) return undefined;
      throw error;
    }
  });
}

export async function quickFixes(uri: vscode.Uri, range: vscode.Range): Promise<readonly vscode.CodeAction[]> {
  return codeActions(uri, range, vscode.CodeActionKind.QuickFix.value);
}

export async function hoverText(uri: vscode.Uri, position: vscode.Position): Promise<string> {
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', uri, position);
  return hovers
    .flatMap(({ contents }) => contents.map((part) => (typeof part === 'string' ? part : part.value)))
    .join('\n');
}

export async function lenses(uri: vscode.Uri): Promise<readonly vscode.CodeLens[]> {
  return vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', uri);
}

/** Start of a piece of text. */
export function find(document: vscode.TextDocument, part: string): vscode.Position {
  const index = document.getText().indexOf(part);
  assert.ok(index >= 0, `${part} is in ${document.uri.path}`);
  return document.positionAt(index);
}

export async function setSetting(name: string, value: unknown): Promise<void> {
  await vscode.workspace.getConfiguration('initscope').update(name, value, vscode.ConfigurationTarget.Global);
}
