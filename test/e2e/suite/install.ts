import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { drive, until } from './driver.ts';
import { api, lenses, openSample, setSetting } from './editor.ts';

describe('the tfjs-node engine, installed on demand', function () {
  this.timeout(280_000);

  it('asks first, and does nothing when told no', async () => {
    const installing = vscode.commands.executeCommand('initscope.installTfjsNode');
    await answer('Not now');
    assert.equal(await installing, false);
  });

  it('is there after one click, and trains', async () => {
    const installing = vscode.commands.executeCommand('initscope.installTfjsNode');
    await answer('Install');
    assert.equal(await installing, true);
    await setSetting('probe.engine', 'tfjs-node');
    await setSetting('probe.steps', 5);
    const { document } = await openSample('pytorch/deep_plain.py');
    await until(async () => ((await lenses(document.uri)).length > 0 ? true : undefined));
    await vscode.commands.executeCommand('initscope.probe', { uri: document.uri.toString(), symbol: 'DeepPlainNet' });
    const { pastRuns } = await api();
    const [run] = await until(async () => ((await pastRuns()).length > 0 ? pastRuns() : undefined), 60_000);
    assert.equal(run?.summary.failed, null);
    assert.equal(run?.summary.engine, 'tfjs-node');
  });
});

/** Windows under test show no toasts, but the list of notifications. */
async function answer(button: string): Promise<void> {
  const list = '.notifications-center';
  await vscode.commands.executeCommand('notifications.showList');
  await until(async () =>
    (await drive('text', { selector: list })).join().includes('tfjs-node engine?') ? true : undefined,
  );
  await drive('screenshot', { name: 'install-question' });
  await drive('click', { selector: `${list} .monaco-button:text-is("${button}")` });
}
