import { existsSync } from 'node:fs';
import * as vscode from 'vscode';

const extensionId = 'initscope.initscope';

/** Address of a rule's page, as diagnostics link to it: this editor opens it by asking the extension. */
export const ruleLink = `${vscode.env.uriScheme}://${extensionId}/rules/{rule}`;

/** Shows the documentation of a rule, which ships with the extension. */
export function registerRulePages(context: vscode.ExtensionContext): void {
  context.subscriptions.push(
    vscode.commands.registerCommand('initscope.openRule', (rule?: unknown) => openRule(context, rule)),
    vscode.window.registerUriHandler({
      handleUri: ({ path }) => openRule(context, /^\/rules\/([\w-]+)$/.exec(path)?.[1]),
    }),
  );
}

async function openRule(context: vscode.ExtensionContext, rule: unknown): Promise<void> {
  const folder = vscode.Uri.joinPath(context.extensionUri, 'docs', 'rules');
  const chosen = typeof rule === 'string' ? rule : await pickRule(folder);
  if (chosen === undefined || !/^[\w-]+$/.test(chosen)) return;
  const page = vscode.Uri.joinPath(folder, `${chosen}.md`);
  if (!existsSync(page.fsPath)) throw new Error(`Initscope has no rule ${chosen}`);
  await vscode.commands
    .executeCommand('markdown.showPreview', page)
    .then(undefined, () => vscode.window.showTextDocument(page));
}

async function pickRule(folder: vscode.Uri): Promise<string | undefined> {
  const files = await vscode.workspace.fs.readDirectory(folder);
  const rules = files.flatMap(([name]) => (name.endsWith('.md') && name !== 'README.md' ? [name.slice(0, -3)] : []));
  return vscode.window.showQuickPick(rules.sort(), { placeHolder: 'Rule' });
}
