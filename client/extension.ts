import * as vscode from 'vscode';
import { registerCommands } from './commands.ts';
import { createLanguageClient, type ServerHandle } from './language-client.ts';
import { createPanels } from './probe/panels.ts';
import { registerRulePages } from './rule-pages.ts';
import { registerStatusItem } from './status-item.ts';

let server: ServerHandle | undefined;

/** Starts the language server and offers the probe. What tests may ask for is returned. */
export async function activate(context: vscode.ExtensionContext): Promise<InitscopeApi> {
  const log = vscode.window.createOutputChannel('Initscope', { log: true });
  context.subscriptions.push(log);
  server = createLanguageClient(context, log);
  const panels = createPanels(context, server, log);
  registerStatusItem(context, server);
  registerRulePages(context);
  registerCommands(context, { server, panels, log });
  await server.start();
  return { panels: () => panels.all().map((panel) => panel.state()), pastRuns: () => panels.history.list() };
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}

/** What other extensions and tests may see. */
export interface InitscopeApi {
  /** The open probe panels. */
  panels(): readonly unknown[];
  /** Finished probes of this workspace, newest first. */
  pastRuns(): Promise<readonly unknown[]>;
}
