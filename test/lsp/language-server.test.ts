import { fork, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node';
import type { CodeLens, Diagnostic, Hover, Range } from 'vscode-languageserver/node';
import type { EditAnswer, ModelAnswer } from '../../core/editor/protocol.ts';
import { bundleServer, type ClientOptions, samples, startClient, type TestClient } from './server.ts';

const clients: TestClient[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) expect(await client.stop()).toBe(0);
});

async function start(options?: ClientOptions): Promise<TestClient> {
  const client = await startClient(options);
  clients.push(client);
  return client;
}

/** Opens a sample and returns its address. */
function openSample(client: TestClient, sample: string, languageId = 'python'): string {
  const file = path.join(samples, sample);
  const uri = pathToFileURL(file).href;
  client.open(uri, languageId, readFileSync(file, 'utf8'));
  return uri;
}

const rulesOf = (diagnostics: readonly Diagnostic[]) => diagnostics.map(({ code }) => code);

function rangeOf(text: string, part: string): Range {
  const before = text.slice(0, text.indexOf(part)).split('\n');
  const start = { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
  return { start, end: { ...start, character: start.character + part.length } };
}

describe('diagnostics', () => {
  it('point at the initializer, with the rule, its page and the predicted effect', async () => {
    const client = await start({ initializationOptions: { ruleLink: 'vscode://initscope.initscope/rules/{rule}' } });
    const uri = openSample(client, 'pytorch/deep_plain.py');
    const [diagnostic, ...others] = await client.pull(uri);
    expect(others).toEqual([]);
    expect(diagnostic).toMatchObject({
      code: 'xavier-relu',
      source: 'initscope',
      severity: 2,
      codeDescription: { href: 'vscode://initscope.initscope/rules/xavier-relu' },
    });
    expect(diagnostic?.range.start.line).toBe(rangeOf(client.text(uri), 'nn.init.xavier_normal_').start.line);
    expect(diagnostic?.message).toMatch(/\d/);
  });

  it('are pushed to a client that does not pull', async () => {
    const client = await start({ pushOnly: true });
    expect(client.initialized.capabilities.diagnosticProvider).toBeUndefined();
    const uri = pathToFileURL(path.join(samples, 'pytorch/deep_plain.py')).href;
    const pushed = client.pushed(uri);
    openSample(client, 'pytorch/deep_plain.py');
    expect(rulesOf(await pushed)).toEqual(['xavier-relu']);
    const cleared = client.pushed(uri);
    await client.connection.sendNotification('textDocument/didClose', { textDocument: { uri } });
    expect(await cleared).toEqual([]);
  });

  it('say nothing of sound models', async () => {
    const client = await start();
    for (const sample of ['pytorch/residual_sound.py', 'pytorch/adapters_sound.py', 'keras/functional_sound.py']) {
      expect(await client.pull(openSample(client, sample))).toEqual([]);
    }
  });

  it('come for Keras and for TensorFlow.js', async () => {
    const client = await start();
    expect(rulesOf(await client.pull(openSample(client, 'keras/digits.py')))).toEqual(['zero-init', 'std-too-large']);
    const tfjs = await client.pull(openSample(client, 'tfjs/classifier.js', 'javascript'));
    expect(new Set(rulesOf(tfjs))).toEqual(new Set(['constant-init', 'zero-init']));
    expect(rulesOf(await client.pull(openSample(client, 'tfjs/deep.ts', 'typescript')))).toEqual(['xavier-relu']);
  });

  it('hold back what is new on the line being typed, and come when the typing pauses', async () => {
    const client = await start();
    const uri = openSample(client, 'pytorch/residual_sound.py');
    expect(await client.pull(uri)).toEqual([]);
    const refreshed = new Promise<void>((resolve) =>
      client.connection.onRequest('workspace/diagnostic/refresh', () => {
        resolve();
        return null;
      }),
    );
    const part = 'nn.init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")';
    client.change(uri, 'nn.init.zeros_(m.weight)', rangeOf(client.text(uri), part));
    expect(await client.pull(uri)).toEqual([]);
    await refreshed;
    expect(rulesOf(await client.pull(uri))).toContain('zero-init');
  });

  it('keep to the saved text when told so', async () => {
    const client = await start({ settings: { diagnostics: { run: 'onSave' } } });
    const uri = openSample(client, 'pytorch/deep_plain.py');
    expect(await client.pull(uri)).toHaveLength(1);
    client.change(uri, '');
    expect(await client.pull(uri)).toHaveLength(1);
    await client.connection.sendNotification('textDocument/didSave', { textDocument: { uri } });
    expect(await client.pull(uri)).toEqual([]);
  });
});

describe('settings', () => {
  it('turn rules off, change severities, and switch everything off', async () => {
    const client = await start({ settings: { rules: { 'xavier-relu': 'error' } } });
    const uri = openSample(client, 'pytorch/deep_plain.py');
    expect((await client.pull(uri))[0]?.severity).toBe(1);
    await client.setSettings({ rules: { 'xavier-relu': 'off' } });
    await expect.poll(() => client.pull(uri)).toEqual([]);
    await client.setSettings({ rules: {} });
    await expect.poll(async () => rulesOf(await client.pull(uri))).toEqual(['xavier-relu']);
    await client.setSettings({ enable: false });
    await expect.poll(() => client.pull(uri)).toEqual([]);
    const range = rangeOf(client.text(uri), 'nn.init.xavier_normal_');
    expect(await client.actions(uri, range)).toEqual([]);
  });
});

describe('code actions', () => {
  it('mend the finding, and say what that does to training', async () => {
    const client = await start();
    const uri = openSample(client, 'pytorch/deep_plain.py');
    const [diagnostic] = await client.pull(uri);
    if (diagnostic === undefined) throw new Error('nothing found');
    const actions = await client.actions(uri, diagnostic.range, ['quickfix'], [diagnostic]);
    const preferred = actions.find(({ isPreferred }) => isPreferred);
    expect(preferred?.title).toContain('changes training');
    client.apply(preferred?.edit);
    expect(client.text(uri)).toContain('kaiming_normal_');
    expect(await client.pull(uri)).toEqual([]);
  });

  it('offer a comment that silences the rule there', async () => {
    const client = await start();
    const uri = openSample(client, 'pytorch/deep_plain.py');
    const [diagnostic] = await client.pull(uri);
    if (diagnostic === undefined) throw new Error('nothing found');
    const actions = await client.actions(uri, diagnostic.range, ['quickfix'], [diagnostic]);
    client.apply(actions.find(({ title }) => title.startsWith('Ignore'))?.edit);
    expect(client.text(uri)).toContain('# initscope: ignore[xavier-relu]');
    expect(await client.pull(uri)).toEqual([]);
  });

  it('fix all that is safe, and leave what changes training', async () => {
    const client = await start();
    const raises = openSample(client, 'pytorch/raises.py');
    expect(rulesOf(await client.pull(raises)).sort()).toEqual(['fan-of-vector', 'unsupported-nonlinearity']);
    const whole = { start: { line: 0, character: 0 }, end: { line: 999, character: 0 } };
    const [fixAll] = await client.actions(raises, whole, ['source.fixAll']);
    expect(fixAll?.kind).toBe('source.fixAll.initscope');
    client.apply(fixAll?.edit);
    expect(await client.pull(raises)).toEqual([]);
    const risky = openSample(client, 'pytorch/deep_plain.py');
    expect(await client.actions(risky, whole, ['source.fixAll.initscope'])).toEqual([]);
  });
});

describe('hover and lens', () => {
  it('tell what a layer starts with and who wrote it', async () => {
    const client = await start();
    const uri = openSample(client, 'pytorch/deep_plain.py');
    const position = rangeOf(client.text(uri), 'nn.Linear(width, num_classes)').start;
    const hover = await client.connection.sendRequest<Hover>('textDocument/hover', { textDocument: { uri }, position });
    const text = JSON.stringify(hover.contents);
    // Xavier on 128 -> 10: std = sqrt(2 / 138).
    expect(text).toContain('head');
    expect(text).toContain(String(Number(Math.sqrt(2 / 138).toPrecision(3))));
    expect(text).toMatch(/line 20/);
    expect(text).toContain('1,290 parameters');
  });

  it('show a lens on each model, to clients that can probe', async () => {
    const lensesOf = async (client: TestClient) => {
      const uri = openSample(client, 'pytorch/he_before_tanh.py');
      return client.connection.sendRequest<CodeLens[]>('textDocument/codeLens', { textDocument: { uri } });
    };
    const lenses = await lensesOf(await start({ initializationOptions: { probe: true } }));
    expect(lenses.map(({ command }) => command?.arguments?.[0].symbol)).toEqual(['HeBeforeTanh', 'XavierBeforeTanh']);
    expect(lenses.every(({ command }) => command?.command === 'initscope.probe')).toBe(true);
    expect(await lensesOf(await start())).toEqual([]);
  });
});

describe('the probe’s requests', () => {
  it('give the model with the place of every layer', async () => {
    const client = await start();
    const uri = openSample(client, 'pytorch/deep_plain.py');
    const model = await client.connection.sendRequest<ModelAnswer>('initscope/model', { uri, symbol: 'DeepPlainNet' });
    expect(model.graph.name).toBe('DeepPlainNet');
    expect(model.graph.layers.filter(({ op }) => op.kind === 'dense')).toHaveLength(20);
    const head = model.graph.layers.find(({ name }) => name === 'head');
    expect(model.layers[head?.id ?? -1]?.range.start.line).toBe(rangeOf(client.text(uri), 'self.head').start.line);
    expect(model.findings).toMatchObject([{ rule: 'xavier-relu', severity: 'warning' }]);
  });

  it('find the model around a position', async () => {
    const client = await start();
    const uri = openSample(client, 'pytorch/raises.py');
    const position = rangeOf(client.text(uri), 'self.body = ').start;
    const model = await client.connection.sendRequest<ModelAnswer>('initscope/model', { uri, position });
    expect(model.graph.name).toBe('EveryParameter');
  });

  it('write a variant into the source', async () => {
    const client = await start();
    const uri = openSample(client, 'pytorch/deep_plain.py');
    const params = { uri, symbol: 'DeepPlainNet', variant: 'he' };
    const answer = await client.connection.sendRequest<EditAnswer<{ changes: object }>>(
      'initscope/applyVariant',
      params,
    );
    client.apply(answer.edit as never);
    expect(client.text(uri)).toMatch(/kaiming_normal_\(module\.weight/);
    expect(await client.pull(uri)).toEqual([]);
    const impossible = await client.connection.sendRequest<EditAnswer>('initscope/applyVariant', {
      ...params,
      variant: 'lsuv',
    });
    expect(impossible.edit).toBeNull();
    expect(impossible.reason).toContain('lsuv');
  });

  it('refuse what they do not understand', async () => {
    const client = await start();
    await expect(client.connection.sendRequest('initscope/model', { symbol: 3 })).rejects.toMatchObject({
      code: -32602,
    });
  });
});

describe('a notebook', () => {
  const notebook = 'file:///work/tanh.ipynb';
  const cell = (index: number) => `vscode-notebook-cell:/work/tanh.ipynb#c${index}`;
  const sources = (
    JSON.parse(readFileSync(path.join(samples, 'notebooks/tanh.ipynb'), 'utf8')).cells as readonly {
      readonly cell_type: string;
      readonly source: readonly string[];
    }[]
  ).flatMap(({ cell_type, source }) => (cell_type === 'code' ? [source.join('')] : []));

  async function openNotebook(client: TestClient): Promise<void> {
    await client.connection.sendNotification('notebookDocument/didOpen', {
      notebookDocument: {
        uri: notebook,
        notebookType: 'jupyter-notebook',
        version: 1,
        cells: sources.map((_, index) => ({ kind: 2, document: cell(index) })),
      },
      cellTextDocuments: sources.map((text, index) => ({ uri: cell(index), languageId: 'python', version: 1, text })),
    });
  }

  it('is one program whose findings lie in their cell', async () => {
    const client = await start();
    await openNotebook(client);
    const found = await client.pull(cell(2));
    expect(rulesOf(found)).toEqual(['std-too-large']);
    expect(found[0]?.range.start).toEqual(rangeOf(sources[2] ?? '', 'nn.init.normal_').start);
    expect(await client.pull(cell(1))).toEqual([]);
  });

  it('follows cells that go away', async () => {
    const client = await start();
    await openNotebook(client);
    expect(await client.pull(cell(2))).toHaveLength(1);
    await client.connection.sendNotification('notebookDocument/didChange', {
      notebookDocument: { uri: notebook, version: 2 },
      change: { cells: { structure: { array: { start: 1, deleteCount: 1 }, didClose: [{ uri: cell(1) }] } } },
    });
    expect(await client.pull(cell(2))).toEqual([]);
  });

  it('follows cells that change places', async () => {
    const client = await start();
    await openNotebook(client);
    expect(await client.pull(cell(2))).toHaveLength(1);
    // The class now comes after the code that uses it.
    await client.connection.sendNotification('notebookDocument/didChange', {
      notebookDocument: { uri: notebook, version: 2 },
      change: {
        cells: {
          structure: {
            array: { start: 1, deleteCount: 2, cells: [2, 1].map((index) => ({ kind: 2, document: cell(index) })) },
          },
        },
      },
    });
    expect(await client.pull(cell(2))).toEqual([]);
  });
});

describe('the server', () => {
  it('answers a cancelled request at once', async () => {
    const client = await start();
    const uri = openSample(client, 'pytorch/deep_plain.py');
    const { CancellationTokenSource } = await import('vscode-jsonrpc/node');
    const source = new CancellationTokenSource();
    const request = client.connection.sendRequest('textDocument/diagnostic', { textDocument: { uri } }, source.token);
    source.cancel();
    await expect(request).rejects.toMatchObject({ code: -32800 });
  });

  it('gives up an analysis that runs when the text changes, and says so', async () => {
    const client = await start();
    const uri = 'untitled:Untitled-1';
    client.open(uri, 'python', `${vanishing}${long}`);
    const stale = [
      client.connection.sendRequest('textDocument/diagnostic', { textDocument: { uri } }),
      client.connection.sendRequest('textDocument/hover', {
        textDocument: { uri },
        position: { line: 0, character: 0 },
      }),
    ];
    const answers = Promise.allSettled(stale);
    // The analysis runs by now: of its models, one takes longer than this.
    await new Promise((resolve) => setTimeout(resolve, 200));
    client.change(uri, vanishing);
    expect(rulesOf(await client.pull(uri))).toEqual(['std-too-small']);
    expect(await answers).toMatchObject([
      { status: 'rejected', reason: { code: -32802, data: { retriggerRequest: true } } },
      // It waited for the analysis, and is answered for the new text.
      { status: 'fulfilled' },
    ]);
  });

  it('answers in the end what was asked when a change elsewhere came in', async () => {
    const client = await start();
    const [uri, other] = ['untitled:Untitled-1', 'untitled:Untitled-2'];
    client.open(other, 'python', '');
    await client.pull(other);
    const text = `${vanishing}${long}`;
    client.open(uri, 'python', text);
    const range = rangeOf(text, 'nn.init.normal_');
    const answers = Promise.all([
      client.connection.sendRequest('textDocument/codeAction', {
        textDocument: { uri },
        range,
        context: { diagnostics: [], only: ['quickfix'] },
      }),
      client.connection.sendRequest('textDocument/hover', { textDocument: { uri }, position: range.start }),
    ]);
    await new Promise((resolve) => setTimeout(resolve, 200));
    client.change(other, 'x = 1');
    const [actions, hover] = await answers;
    expect(actions).toContainEqual(expect.objectContaining({ isPreferred: true }));
    expect(hover).not.toBeNull();
  });

  it('pushes the diagnostics of a text whose analysis it gave up for a change elsewhere', async () => {
    const client = await start({ pushOnly: true });
    const [uri, other] = ['untitled:Untitled-1', 'untitled:Untitled-2'];
    client.open(other, 'python', '');
    await client.pushed(other);
    const pushed = client.pushed(uri);
    client.open(uri, 'python', `${vanishing}${long}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
    client.change(other, 'x = 1');
    expect(rulesOf(await pushed)).toContain('std-too-small');
  });

  it('lives through broken text', async () => {
    const client = await start();
    const uri = 'untitled:Untitled-1';
    client.open(
      uri,
      'python',
      'import torch.nn as nn\nclass N(nn.Module):\n  def __init__(self):\n    self.a = nn.Linear(3, ',
    );
    expect(await client.pull(uri)).toEqual([]);
    client.change(uri, '"""');
    expect(await client.pull(uri)).toEqual([]);
  });

  it('tells how each analysis went', async () => {
    const client = await start();
    const status = new Promise((resolve) => client.connection.onNotification('initscope/status', resolve));
    const uri = openSample(client, 'pytorch/deep_plain.py');
    await client.pull(uri);
    expect(await status).toMatchObject({ uri, findings: 1, models: [{ name: 'DeepPlainNet', complete: true }] });
  });

  it.each([true, false])(
    "serves over Node's own channel, as VS Code starts it, and ends with it; shut down: %s",
    async (isShutDown) => {
      const child = fork(await bundleServer(), ['lsp', '--node-ipc'], { stdio: 'inherit' });
      const exit = new Promise((resolve) => child.once('exit', resolve));
      const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
      connection.listen();
      const parameters = { processId: process.pid, rootUri: null, capabilities: {} };
      expect(await connection.sendRequest('initialize', parameters)).toMatchObject({
        serverInfo: { name: 'initscope' },
      });
      if (isShutDown) {
        await connection.sendRequest('shutdown');
        await connection.sendNotification('exit');
      } else child.disconnect();
      expect(await exit).toBe(isShutDown ? 0 : 1);
    },
  );

  it('refuses to start without a transport', async () => {
    const { status, stderr } = spawnSync(process.execPath, [await bundleServer(), 'lsp'], { encoding: 'utf8' });
    expect(status).toBe(2);
    expect(stderr).toContain('--stdio');
  });
});

const vanishing = `import torch
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(*[layer for _ in range(12) for layer in (nn.Linear(64, 64), nn.ReLU())])
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.normal_(module.weight, std=0.001)
    def forward(self, x):
        return self.layers(x)
`;

/** Models whose analysis takes much longer than any test waits. */
const long = Array.from(
  { length: 40 },
  (_, index) => `class Long${index}(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Conv2d(8, 8, 3, padding=1) for _ in range(${200 + index})])
    def forward(self, x):
        for layer in self.layers:
            x = x + layer(x).relu()
        return x
`,
).join('');
