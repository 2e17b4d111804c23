import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import type * as vscode from 'vscode';
import { engineFolder } from './engines.ts';

/**
 * Installs tfjs-node into the extension's own storage, after consent, with progress; true where it is there afterwards.
 * Nothing of the workspace is run.
 */
export async function installTfjsNode(
  context: vscode.ExtensionContext,
  log: vscode.LogOutputChannel,
): Promise<boolean> {
  return false;
}
