import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { EngineName, VariantName } from '../../../core/probe/request.ts';
import type { ProbeSummary, SummaryVariant } from '../../../core/probe/summary.ts';
import { drive, until } from './driver.ts';
import { api, closeAll, lenses, openSample, setSetting } from './editor.ts';

/** Steps per engine: the GPU of the test machine is a program, and slow. */
const engines: readonly (readonly [EngineName, number])[] = [
  ['webgpu', 8],
  ['webgl', 8],
  ['wasm', 40],
  ['tfjs-node', 40],
];
const trainingTimeoutMs = 120_000;

describe('the probe', () => {
  afterEach(closeAll);
  after(async () => {
    for (const name of ['probe.engine', 'probe.variants', 'probe.steps']) await setSetting(name, undefined);
  });

  for (const [engine, steps] of engines) {
    it(`trains the sample for real on ${engine}, from its code lens`, async function () {
      this.timeout(trainingTimeoutMs + 30_000);
      await setSetting('probe.engine', engine);
      await setSetting('probe.steps', steps);
      await setSetting('probe.variants', ['as-written', 'he', 'xavier']);
      const summary = await probe('pytorch/deep_plain.py', 'DeepPlainNet', `probe-${engine}`);
      assert.equal(summary.failed, null, JSON.stringify(summary.failed));
      assert.equal(summary.engine, engine);
      assert.ok(summary.device);
      const [written, he, xavier] = (['as-written', 'he', 'xavier'] as const).map((name) => variant(summary, name));
      assert.ok(written && he && xavier);
      assert.equal(he.loss.length, steps);
      assert.ok(mean(he.loss.slice(-4)) < mean(he.loss.slice(0, 4)), `the loss falls: ${he.loss.join()}`);
      const firstGradient = (one: SummaryVariant) => one.layers[0]?.weightGradientRms[0] ?? Number.NaN;
      assert.ok(
        firstGradient(he) > 10 * firstGradient(xavier),
        `${firstGradient(he)} against ${firstGradient(xavier)}`,
      );
      // What is written is Xavier: the same distribution.
      const ratio = firstGradient(written) / firstGradient(xavier);
      assert.ok(ratio > 0.2 && ratio < 5, `as written over Xavier: ${ratio}`);
    });
  }

  it('shows that units which start equal stay equal: diversity 1/n', async function () {
    this.timeout(trainingTimeoutMs + 30_000);
    await setSetting('probe.engine', 'wasm');
    await setSetting('probe.steps', 20);
    await setSetting('probe.variants', ['as-written', 'zeros']);
    const summary = await probe('pytorch/constant_units.py', 'ConstantUnits', 'probe-constant');
    for (const name of ['as-written', 'zeros'] as const) {
      const hidden = variant(summary, name)?.layers.find((layer) => layer.name === 'hidden');
      assert.ok(hidden, 'the hidden layer is measured');
      for (const diversity of hidden.unitDiversity) assert.equal(diversity, 1 / 64);
    }
  });

  it('trains Keras and TensorFlow.js models too', async function () {
    this.timeout(trainingTimeoutMs + 30_000);
    await setSetting('probe.engine', 'wasm');
    await setSetting('probe.steps', 10);
    await setSetting('probe.variants', ['as-written', 'he']);
    for (const [sample, symbol] of [
      ['keras/digits.py', 'model'],
      ['tfjs/deep.ts', 'deepModel'],
    ] as const) {
      const summary = await probe(sample, symbol, `probe-${symbol}`);
      assert.equal(summary.failed, null, JSON.stringify(summary.failed));
      assert.equal(variant(summary, 'he')?.loss.length, 10);
    }
  });
});

/** Follows the lens over a model and waits for the run to end; its summary is what the history keeps. */
async function probe(sample: string, symbol: string, screenshot: string): Promise<ProbeSummary> {
  const { pastRuns } = await api();
  const before = (await pastRuns()).length;
  const { document } = await openSample(sample);
  const lens = await until(async () =>
    (await lenses(document.uri)).find(({ command }) => command?.arguments?.[0]?.symbol === symbol),
  );
  assert.equal(lens.command?.title, 'Probe gradient flow');
  await vscode.commands.executeCommand(lens.command.command, ...(lens.command.arguments ?? []));
  const runs = await until(async () => {
    const now = await pastRuns();
    return now.length > before ? now : undefined;
  }, trainingTimeoutMs).catch(async (error) => {
    await drive('screenshot', { name: `${screenshot}-failed` });
    throw error;
  });
  await drive('screenshot', { name: screenshot });
  const [latest] = runs;
  assert.equal(latest?.model, symbol);
  return latest.summary;
}

function variant(summary: ProbeSummary, name: VariantName): SummaryVariant | undefined {
  return summary.variants.find((one) => one.name === name);
}

function mean(values: readonly (number | null)[]): number {
  const known = values.filter((value) => value !== null);
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}
