import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { drive, until } from './driver.ts';
import { api, expectRules, lenses, openSample, setSetting } from './editor.ts';

describe('in a workspace that is not trusted', () => {
  it('the analysis works', async () => {
    assert.equal(vscode.workspace.isTrusted, false);
    const { document } = await openSample('pytorch/deep_plain.py');
    await expectRules(document.uri, ['xavier-relu']);
  });

  it('the rebuilt model trains inside the panel, and engines outside it are refused with the reason', async function () {
    this.timeout(120_000);
    await setSetting('probe.engine', 'wasm');
    await setSetting('probe.steps', 5);
    const { document } = await openSample('pytorch/deep_plain.py');
    const [lens] = await until(async () =>
      (await lenses(document.uri)).length > 0 ? lenses(document.uri) : undefined,
    );
    assert.ok(lens?.command);
    await vscode.commands.executeCommand(lens.command.command, ...(lens.command.arguments ?? []));
    const { pastRuns } = await api();
    const [run] = await until(async () => ((await pastRuns()).length > 0 ? pastRuns() : undefined), 90_000);
    assert.equal(run?.summary.engine, 'wasm');
    await drive('screenshot', { name: 'untrusted' });
    await drive('clickIn', { mark: '#root', selector: 'button:has-text("Options")' });
    const expression = 'document.querySelector("option[value=tfjs-node]").innerText';
    assert.match(String(await drive('evaluate', { mark: '#root', expression })), /not trusted/);
  });

  it('the installation of an engine is not offered', async () => {
    const commands = await drive('text', { selector: '.statusbar-item' });
    assert.ok(commands.some((text) => text.includes('Restricted Mode')));
    await vscode.commands.executeCommand('initscope.installTfjsNode').then(undefined, () => {});
    const { panels } = await api();
    assert.ok(panels().every(({ trainers }) => trainers === 0));
  });
});
