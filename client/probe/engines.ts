import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import * as vscode from 'vscode';
import type { PanelOpen } from '../../core/probe/panel-messages.ts';

type EngineOffer = PanelOpen['engines'][number];

/** Where the command installs the tfjs-node engine. */
export function engineFolder(context: vscode.ExtensionContext): string {
  return path.join(context.globalStorageUri.fsPath, 'engines', 'tfjs-node');
}

/** The engines that run beside the extension instead of in the panel. Settings and packages outside are used after trust only. */
export function engineOffers(context: vscode.ExtensionContext): EngineOffer[] {
  const remote = vscode.env.remoteName !== undefined;
  const reason = reasonAgainst(context);
  return [{ engine: 'tfjs-node', available: reason === null, reason, remote }];
}

/** Tells the training process where the package is. */
export function trainerEnvironment(context: vscode.ExtensionContext): Readonly<Record<string, string>> {
  const folder = installedAt(context);
  return folder === null ? {} : { INITSCOPE_TFJS_NODE: folder };
}

function reasonAgainst(context: vscode.ExtensionContext): string | null {
  if (!vscode.workspace.isTrusted) return 'the workspace is not trusted';
  return installedAt(context) === null ? 'not installed' : null;
}

/** The folder whose `node_modules` hold the package: named by the environment, or where the command installed it. */
function installedAt(context: vscode.ExtensionContext): string | null {
  const folders = [process.env.INITSCOPE_TFJS_NODE ?? '', engineFolder(context)].filter((folder) => folder !== '');
  return (
    folders.find((folder) => existsSync(path.join(folder, 'node_modules/@tensorflow/tfjs-node/package.json'))) ?? null
  );
}
