import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { drive } from './driver.ts';
import { closeAll, expectRules, quickFixes, sampleUri } from './editor.ts';

describe('a notebook', () => {
  afterEach(closeAll);

  it('is one program: the finding lies in the cell that initializes', async () => {
    const notebook = await vscode.workspace.openNotebookDocument(sampleUri('notebooks/tanh.ipynb'));
    await vscode.window.showNotebookDocument(notebook);
    const cell = notebook.getCells().find(({ document }) => document.getText().includes('nn.init.normal_'));
    assert.ok(cell);
    const [finding] = await expectRules(cell.document.uri, ['std-too-large']);
    assert.ok(finding);
    assert.match(cell.document.getText(finding.range), /normal_/);
    await drive('screenshot', { name: 'notebook' });
    const fix = (await quickFixes(cell.document.uri, finding.range)).find(({ isPreferred }) => isPreferred);
    assert.ok(fix?.edit);
    assert.ok(await vscode.workspace.applyEdit(fix.edit));
    await expectRules(cell.document.uri, []);
  });
});
