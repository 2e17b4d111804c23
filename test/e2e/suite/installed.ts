import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { drive, until } from './driver.ts';
import { api, expectRules, lenses, openSample, setSetting } from './editor.ts';

describe('the packed extension, installed', () => {
  it('lies in the extensions folder, not in this repository', () => {
    const extension = vscode.extensions.getExtension('initscope.initscope');
    assert.ok(extension);
    assert.match(extension.extensionPath, /initscope\.initscope-\d/);
  });

  it('finds and probes', async function () {
    this.timeout(120_000);
    const { document } = await openSample('pytorch/deep_plain.py');
    await expectRules(document.uri, ['xavier-relu']);
    await setSetting('probe.steps', 10);
    const [lens] = await until(async () =>
      (await lenses(document.uri)).length > 0 ? lenses(document.uri) : undefined,
    );
    assert.ok(lens?.command);
    await vscode.commands.executeCommand(lens.command.command, ...(lens.command.arguments ?? []));
    const { pastRuns } = await api();
    const [run] = await until(async () => ((await pastRuns()).length > 0 ? pastRuns() : undefined), 90_000);
    assert.equal(run?.summary.failed, null);
    assert.equal(run?.summary.variants[0]?.loss.length, 10);
    await drive('screenshot', { name: 'installed' });
  });
});
