import { fork } from 'node:child_process';
import process from 'node:process';
import * as vscode from 'vscode';
import { engineFolder } from './engines.ts';

const question =
  'Install the tfjs-node engine? It trains on TensorFlow’s own library: about 300 MB of download, kept in the extension’s storage. Where the package’s own download is blocked it comes from TensorFlow’s Python package and is compiled here (needs Python and a C++ compiler).';

/** Installs tfjs-node into the extension's own storage, after consent and with progress; true where it works afterwards. */
export async function installTfjsNode(
  context: vscode.ExtensionContext,
  log: vscode.LogOutputChannel,
): Promise<boolean> {
  if (!vscode.workspace.isTrusted) {
    void vscode.window.showInformationMessage('Engines are installed in trusted workspaces only.');
    return false;
  }
  const folder = engineFolder(context);
  const answer = await vscode.window.showInformationMessage(question, 'Install', 'Not now');
  if (answer !== 'Install') return false;
  const problem = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: 'Installing tfjs-node', cancellable: true },
    (progress, token) =>
      runInstaller(context.asAbsolutePath('dist/install-tfjs-node.js'), folder, token, (line) => {
        log.info(line);
        progress.report({ message: line });
      }),
  );
  if (problem === null) void vscode.window.showInformationMessage('The tfjs-node engine is installed.');
  else void showProblem(problem, log);
  return problem === null;
}

/** `null` when it went well, else what it said last. */
function runInstaller(
  script: string,
  folder: string,
  token: vscode.CancellationToken,
  onLine: (line: string) => void,
): Promise<string | null> {
  return new Promise((resolve) => {
    const child = fork(script, [folder], { silent: true, execArgv: [], detached: process.platform !== 'win32' });
    let last = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (data) => {
        for (const line of String(data)
          .split('\n')
          .filter((text) => text.trim() !== '')) {
          last = line;
          onLine(line);
        }
      });
    }
    token.onCancellationRequested(() => {
      last = 'cancelled';
      if (child.pid !== undefined) process.kill(process.platform === 'win32' ? child.pid : -child.pid);
    });
    child.on('error', (error) => resolve(error.message));
    child.on('exit', (code) => resolve(code === 0 ? null : last));
  });
}

async function showProblem(problem: string, log: vscode.LogOutputChannel): Promise<void> {
  const answer = await vscode.window.showWarningMessage(`tfjs-node could not be installed: ${problem}`, 'Show Output');
  if (answer !== undefined) log.show();
}
