import * as v from 'valibot';
import * as vscode from 'vscode';
import type { ServerHandle } from './language-client.ts';
import { showPastRuns } from './past-runs.ts';
import { installTfjsNode } from './probe/install-engine.ts';
import type { Panels } from './probe/panels.ts';

interface Parts {
  readonly server: ServerHandle;
  readonly panels: Panels;
  readonly log: vscode.LogOutputChannel;
}

/** What a lens sends along; from the command palette there is nothing, and the cursor decides. */
const targetSchema = v.object({ uri: v.string(), symbol: v.optional(v.string()) });

export function registerCommands(context: vscode.ExtensionContext, { server, panels, log }: Parts): void {
  const commands: Readonly<Record<string, (argument?: unknown) => unknown>> = {
    'initscope.probe': (argument) => probe(panels, argument),
    'initscope.showPastRuns': () => showPastRuns(panels.history),
    'initscope.restartServer': () => server.restart(),
    'initscope.showOutput': () => log.show(),
    'initscope.installTfjsNode': () => installTfjsNode(context, log),
  };
  for (const [name, run] of Object.entries(commands)) {
    context.subscriptions.push(vscode.commands.registerCommand(name, run));
  }
}

async function probe(panels: Panels, argument: unknown): Promise<void> {
  const given = v.safeParse(targetSchema, argument);
  const editor = vscode.window.activeTextEditor;
  const target = given.success
    ? { uri: given.output.uri, ...(given.output.symbol === undefined ? {} : { symbol: given.output.symbol }) }
    : editor && { uri: editor.document.uri.toString(), position: editor.selection.active };
  if (target === undefined) {
    void vscode.window.showInformationMessage('Open a file with a model to probe its gradient flow.');
    return;
  }
  const panel = await panels.open(target);
  if (panel === null) void vscode.window.showInformationMessage('Initscope sees no model in this file.');
}
