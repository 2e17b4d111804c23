import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { drive } from './driver.ts';

describe('the editor', () => {
  it('opens a sample', async () => {
    const [uri] = await vscode.workspace.findFiles('**/deep_plain.py');
    assert.ok(uri);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document);
    assert.equal(document.languageId, 'python');
    await drive('screenshot', { name: 'editor' });
  });
});
