import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { drive, sleep, until } from './driver.ts';
import {
  closeAll,
  codeActions,
  expectRules,
  find,
  hoverText,
  lenses,
  openSample,
  quickFixes,
  ruleOf,
  setSetting,
} from './editor.ts';

describe('findings in the editor', () => {
  afterEach(closeAll);

  it('are shown on the initializer, mended by the quick-fix, and gone', async () => {
    const { document } = await openSample('pytorch/deep_plain.py');
    const [finding] = await expectRules(document.uri, ['xavier-relu']);
    assert.ok(finding);
    assert.equal(finding.severity, vscode.DiagnosticSeverity.Warning);
    assert.equal(finding.range.start.line, find(document, 'nn.init.xavier_normal_').line);
    await until(async () => {
      await drive('hover', { selector: '.squiggly-warning' });
      await sleep(800);
      return (await hoverTexts()).includes(finding.message.slice(0, 30)) ? true : undefined;
    });
    await drive('screenshot', { name: 'finding' });
    const fix = (await quickFixes(document.uri, finding.range)).find(({ isPreferred }) => isPreferred);
    assert.ok(fix?.edit);
    assert.match(fix.title, /changes training/);
    assert.ok(await vscode.workspace.applyEdit(fix.edit));
    await expectRules(document.uri, []);
    assert.match(document.getText(), /kaiming_normal_\(module\.weight/);
  });

  it('come for Keras, with both ways of naming an initializer', async () => {
    const { document } = await openSample('keras/digits.py');
    const found = await expectRules(document.uri, ['zero-init', 'std-too-large']);
    for (const finding of found) {
      const actions = await quickFixes(document.uri, finding.range);
      assert.ok(
        actions.some(({ isPreferred }) => isPreferred),
        `${ruleOf(finding)} has a fix`,
      );
    }
  });

  it('come for TensorFlow.js, in JavaScript and in TypeScript', async () => {
    const js = await openSample('tfjs/classifier.js');
    await expectRules(js.document.uri, ['constant-init', 'zero-init']);
    const ts = await openSample('tfjs/deep.ts');
    await expectRules(ts.document.uri, ['xavier-relu']);
  });

  it('come for code that raises, and are fixed all at once because that is safe', async () => {
    const { document } = await openSample('pytorch/raises.py');
    await expectRules(document.uri, ['unsupported-nonlinearity', 'fan-of-vector']);
    const [fixAll] = await codeActions(
      document.uri,
      new vscode.Range(0, 0, document.lineCount, 0),
      'source.fixAll.initscope',
    );
    assert.ok(fixAll?.edit);
    assert.ok(await vscode.workspace.applyEdit(fixAll.edit));
    await expectRules(document.uri, []);
  });

  it('stay away from sound models', async () => {
    const { document } = await openSample('pytorch/residual_sound.py');
    await until(async () => ((await lenses(document.uri)).length > 0 ? true : undefined));
    await expectRules(document.uri, []);
  });

  it('obey the settings and the master switch', async () => {
    const { document } = await openSample('pytorch/wide_normal.py');
    await expectRules(document.uri, ['std-too-large']);
    await setSetting('rules', { 'std-too-large': 'off' });
    await expectRules(document.uri, []);
    await setSetting('rules', undefined);
    await expectRules(document.uri, ['std-too-large']);
    await setSetting('enable', false);
    await expectRules(document.uri, []);
    assert.deepEqual(await lenses(document.uri), []);
    await setSetting('enable', undefined);
    await expectRules(document.uri, ['std-too-large']);
  });
});

describe('help while reading', () => {
  afterEach(closeAll);

  it('shows in numbers what a layer starts with, and who wrote it', async () => {
    const editor = await openSample('pytorch/deep_plain.py');
    const { document } = editor;
    await expectRules(document.uri, ['xavier-relu']);
    const position = find(document, 'nn.Linear(width, num_classes)');
    const text = await hoverText(document.uri, position);
    assert.match(text, /head/);
    assert.match(text, /Xavier/);
    assert.match(text, /std 0\.12/);
    assert.match(text, /1,290 parameters/);
    editor.selection = new vscode.Selection(position, position);
    await until(async () => ((await hoverAtCursor()).includes('Xavier') ? true : undefined));
    await drive('screenshot', { name: 'hover' });
  });

  it('opens the page of a rule', async () => {
    await vscode.commands.executeCommand('initscope.openRule', 'xavier-relu');
    await until(() =>
      vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).find(({ label }) => label.includes('xavier-relu')),
    );
  });

  it('says in the language status what was found', async () => {
    const { document } = await openSample('pytorch/deep_plain.py');
    await expectRules(document.uri, ['xavier-relu']);
    await drive('click', { selector: '.statusbar-item[id="status.languageStatus"]' });
    const shown = await until(async () => {
      const text = (await drive('text', { selector: '.monaco-hover' })).join('\n');
      return text.includes('Initscope') ? text : undefined;
    });
    assert.match(shown, /1 model, 1 finding/);
    await drive('screenshot', { name: 'language-status' });
  });
});

/** What the hover at the cursor says; it closes by itself when the editor is busy, so it is opened each time. */
async function hoverAtCursor(): Promise<string> {
  await vscode.commands.executeCommand('editor.action.showHover');
  await sleep(400);
  return hoverTexts();
}

async function hoverTexts(): Promise<string> {
  return (await drive('text', { selector: '.monaco-hover:not(.hidden)' })).join('\n');
}
