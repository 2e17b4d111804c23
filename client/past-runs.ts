import * as vscode from 'vscode';
import type { History, PastRun } from './probe/history.ts';

/** Lets the user choose one of the past probes and shows its figures. */
export async function showPastRuns(history: History): Promise<void> {
  const runs = await history.list();
  if (runs.length === 0) {
    void vscode.window.showInformationMessage('No probe has been run here yet.');
    return;
  }
  const chosen = await vscode.window.showQuickPick(
    runs.map((run) => ({
      label: run.model,
      description: new Date(run.time).toLocaleString(),
      detail: outcome(run),
      run,
    })),
    { placeHolder: 'Past probes, newest first', matchOnDetail: true },
  );
  if (chosen === undefined) return;
  const content = JSON.stringify(chosen.run.summary, null, 2);
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language: 'json', content }));
}

function outcome({ summary }: PastRun): string {
  if (typeof summary !== 'object' || summary === null) return '';
  const { ranking, engine } = summary as { readonly ranking?: unknown; readonly engine?: unknown };
  const order = Array.isArray(ranking) ? ranking.join(' > ') : '';
  return typeof engine === 'string' ? `${order} · ${engine}` : order;
}
