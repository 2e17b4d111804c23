import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { panelHtml } from '../../core/probe/panel-html.ts';

/** The panel's page: scripts from the extension's `dist` only, and a fresh nonce. */
export function panelPage(webview: vscode.Webview, extension: vscode.Uri, title: string, report?: unknown): string {
  const dist = (file: string) => webview.asWebviewUri(vscode.Uri.joinPath(extension, 'dist', file)).toString();
  const wasm = ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm'];
  return panelHtml({
    title,
    script: { href: dist('webview.js') },
    style: { href: dist('webview.css') },
    worker: report === undefined ? dist('trainer-worker.js') : null,
    wasm: report === undefined ? Object.fromEntries(wasm.map((file) => [file, dist(file)])) : {},
    cspSource: webview.cspSource,
    nonce: randomBytes(16).toString('base64url'),
    ...(report === undefined ? {} : { report }),
  });
}

export function webviewOptions(extension: vscode.Uri): vscode.WebviewOptions {
  return { enableScripts: true, localResourceRoots: [vscode.Uri.joinPath(extension, 'dist')] };
}
