import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import * as vscode from 'vscode';
import type { ProbeSummary } from '../../../core/probe/summary.ts';
import { drive, sleep, until } from './driver.ts';
import { api, closeAll, find, lenses, openSample, setSetting } from './editor.ts';

const mark = '#root';
const themes = ['Default Light Modern', 'Default High Contrast', 'Default High Contrast Light', 'Default Dark Modern'];

describe('the probe panel', function () {
  this.timeout(90_000);

  before(async () => {
    await setSetting('probe.engine', 'wasm');
    await setSetting('probe.steps', 10);
    await setSetting('probe.variants', ['as-written', 'he']);
  });
  afterEach(closeAll);
  after(async () => {
    for (const name of ['probe.engine', 'probe.variants', 'probe.steps']) await setSetting(name, undefined);
    await vscode.workspace.getConfiguration('workbench').update('colorTheme', themes.at(-1), true);
  });

  it('leads from a layer to its line, and lights up the layer under the cursor', async () => {
    const editor = await openProbe('pytorch/zero_hidden.py', 'ZeroHidden');
    await finishedRun();
    const line = find(editor.document, 'self.fc2 = ').line;
    await drive('clickIn', { mark, selector: `button[aria-label="Line ${line + 1} of fc2"]` });
    await until(() => (vscode.window.activeTextEditor?.selection.active.line === line ? true : undefined));
    const position = new vscode.Position(find(editor.document, 'self.fc3 = ').line, 12);
    const shown = vscode.window.activeTextEditor;
    assert.ok(shown);
    shown.selection = new vscode.Selection(position, position);
    const highlighted = await until(async () => {
      const text = String(await evaluate('document.querySelector("tr.highlight")?.innerText ?? ""'));
      return text.includes('fc3') ? text : undefined;
    });
    assert.ok(highlighted);
  });

  it('applies the remedy to the source', async () => {
    const { document } = await openProbe('pytorch/wide_normal.py', 'WideNormal');
    await finishedRun();
    const before = document.getText();
    await drive('clickIn', { mark, selector: '.remedies button' });
    await until(() => (document.getText() === before ? undefined : true));
    assert.match(document.getText(), /kaiming_|xavier_/);
  });

  it('exports pictures and numbers', async () => {
    await openProbe('pytorch/deep_plain.py', 'DeepPlainNet');
    await finishedRun();
    const folder = process.env.INITSCOPE_EXPORT_FOLDER;
    assert.ok(folder);
    const exported = async (label: string, extension: string) => {
      await drive('clickIn', { mark, selector: '.menu summary' });
      await drive('clickIn', { mark, selector: `.menu-items button:has-text("${label}")` });
      const file = path.join(folder, `DeepPlainNet-probe.${extension}`);
      return until(() => readWhenWritten(file));
    };
    const summary: ProbeSummary = JSON.parse((await exported('JSON', 'json')).toString('utf8'));
    assert.equal(summary.variants.length, 2);
    const csv = (await exported('CSV', 'csv')).toString('utf8').trim().split('\n');
    assert.ok(csv.length > 20 * 10, `${csv.length} rows`);
    assert.match((await exported('SVG', 'svg')).toString('utf8'), /^<svg|<\?xml/);
    assert.equal((await exported('PNG', 'png')).subarray(1, 4).toString('latin1'), 'PNG');
  });

  it('has room for everything when it is alone', async () => {
    await setSetting('probe.variants', ['as-written', 'he', 'xavier']);
    await setSetting('probe.steps', 40);
    await openProbe('pytorch/deep_plain.py', 'DeepPlainNet');
    await finishedRun();
    await vscode.commands.executeCommand('workbench.action.focusNextGroup');
    await vscode.commands.executeCommand('workbench.action.closeSidebar');
    await vscode.commands.executeCommand('workbench.action.toggleMaximizeEditorGroup');
    await drive('clickIn', { mark, selector: 'button.chip:has-text("He")' });
    await sleep(700);
    await drive('screenshot', { name: 'panel' });
    assert.ok(Number(await evaluate('document.documentElement.clientWidth')) > 1200);
    await vscode.commands.executeCommand('workbench.action.toggleMaximizeEditorGroup');
    await setSetting('probe.steps', 10);
    await setSetting('probe.variants', ['as-written', 'he']);
  });

  it('stops when told to', async () => {
    await setSetting('probe.steps', 5000);
    await openProbe('pytorch/deep_plain.py', 'DeepPlainNet');
    // Stopped before its first step a run leaves nothing behind.
    await until(async () => {
      const text = String(await evaluate('document.querySelector("header")?.innerText ?? ""'));
      return /[1-9][\d,]* \/ [\d,]+ steps/.test(text) ? true : undefined;
    });
    const before = (await (await api()).pastRuns()).length;
    await drive('clickIn', { mark, selector: 'button:has-text("Stop")' });
    const runs = await until(async () => {
      const now = await (await api()).pastRuns();
      return now.length > before ? now : undefined;
    }, 10_000);
    assert.ok((runs[0]?.summary.variants[0]?.loss.length ?? 0) < 5000);
    await setSetting('probe.steps', 10);
  });

  it('is accessible, in every theme', async () => {
    await openProbe('pytorch/deep_plain.py', 'DeepPlainNet');
    await finishedRun();
    for (const theme of themes) {
      await vscode.workspace.getConfiguration('workbench').update('colorTheme', theme, true);
      await sleep(700);
      await drive('screenshot', { name: `panel-${theme.replace('Default ', '').replaceAll(' ', '-').toLowerCase()}` });
      assert.deepEqual(await drive('axe', { mark }), [], theme);
    }
  });
});

async function openProbe(sample: string, symbol: string): Promise<vscode.TextEditor> {
  const editor = await openSample(sample);
  const { uri } = editor.document;
  await until(async () => ((await lenses(uri)).length > 0 ? true : undefined));
  await vscode.commands.executeCommand('initscope.probe', { uri: uri.toString(), symbol });
  return editor;
}

/** A run that was started in this test has ended. */
async function finishedRun(): Promise<void> {
  await until(async () => {
    const text = String(await evaluate('document.querySelector("header")?.innerText ?? ""'));
    return text.includes('Run again') && !text.includes('Stop') ? true : undefined;
  }, 60_000);
}

async function evaluate(expression: string): Promise<unknown> {
  return drive('evaluate', { mark, expression });
}

/** A file is there before all of it is. */
async function readWhenWritten(file: string): Promise<Buffer | undefined> {
  const first = readIfThere(file);
  if (first === undefined || first.length === 0) return undefined;
  await sleep(100);
  return readIfThere(file)?.equals(first) === true ? first : undefined;
}

function readIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
