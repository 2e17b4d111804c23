import process from 'node:process';
import * as vscode from 'vscode';

export interface ExportedFile {
  readonly name: string;
  readonly content: string;
  readonly encoding: 'utf8' | 'base64';
}

/** Saves what the panel drew or measured where the user says. A test, which has nobody to ask, names a folder. */
export async function saveExport({ name, content, encoding }: ExportedFile): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const testFolder = process.env.INITSCOPE_EXPORT_FOLDER;
  const target =
    testFolder === undefined
      ? await vscode.window.showSaveDialog(
          folder === undefined ? {} : { defaultUri: vscode.Uri.joinPath(folder, name) },
        )
      : vscode.Uri.joinPath(vscode.Uri.file(testFolder), name);
  if (target !== undefined) await vscode.workspace.fs.writeFile(target, Buffer.from(content, encoding));
}
