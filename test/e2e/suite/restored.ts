import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import * as vscode from 'vscode';
import { drive, sleep, until } from './driver.ts';
import { api, lenses, openSample, setSetting } from './editor.ts';

const mark = '#root';
/** Written before the window is loaded again; the suite then starts a second time. */
const marker = path.join(process.env.INITSCOPE_EXPORT_FOLDER ?? '', 'reloaded');

describe('a probe panel after a restart of the editor', function () {
  this.timeout(90_000);

  if (!existsSync(marker)) {
    it('is open when the editor ends', async () => {
      await setSetting('probe.engine', 'wasm');
      await setSetting('probe.steps', 7);
      const { document } = await openSample('pytorch/zero_hidden.py');
      await until(async () => ((await lenses(document.uri)).length > 0 ? true : undefined));
      await vscode.commands.executeCommand('initscope.probe', { uri: document.uri.toString(), symbol: 'ZeroHidden' });
      const { pastRuns } = await api();
      await until(async () => ((await pastRuns()).length > 0 ? true : undefined), 60_000);
      // The page keeps its state a moment after the last change.
      await sleep(1500);
      writeFileSync(marker, '');
      // Unlike a reload of the page this lets the editor write its state first.
      void vscode.commands.executeCommand('workbench.action.reloadWindow');
      await new Promise(() => {});
    });
    return;
  }

  it('comes back with its model and its last run', async () => {
    const text = await until(async () => {
      const shown = String(await drive('evaluate', { mark, expression: 'document.body.innerText' }).catch(() => ''));
      return shown.includes('fc2') && shown.includes('steps') ? shown : undefined;
    }, 60_000);
    assert.match(text, /ZeroHidden/);
    assert.match(text, /21 \/ 21 steps/);
    await drive('screenshot', { name: 'restored' });
  });

  it('can run again, and the history has both runs', async () => {
    const { pastRuns, panels } = await api();
    assert.deepEqual(
      panels().map(({ symbol }) => symbol),
      ['ZeroHidden'],
    );
    assert.equal((await pastRuns()).length, 1);
    await drive('clickIn', { mark, selector: 'button:has-text("Run again")' });
    await until(async () => ((await pastRuns()).length === 2 ? true : undefined), 60_000);
  });
});
