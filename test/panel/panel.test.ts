import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FromPanel, PanelOpen } from '../../core/probe/panel-messages.ts';
import { defaultOptions, type VariantName } from '../../core/probe/request.ts';
import type { ProbeSummary, SummaryVariant } from '../../core/probe/summary.ts';
import { plainNet, recordedRun } from '../../core/testing/recorded-run.ts';
import { buildPanel, launchBrowser, openPanel, type PanelPageOptions } from './page.ts';

const variants: VariantName[] = ['as-written', 'he', 'xavier'];

function model(depth: number, change: Partial<PanelOpen> = {}): PanelOpen {
  const graph = plainNet(depth);
  return {
    version: 1,
    type: 'open',
    path: 'samples/net.py',
    line: 7,
    graph,
    lines: Object.fromEntries(graph.layers.map(({ id }) => [id, 10 + id])),
    findings: [
      { rule: 'xavier-relu', severity: 'warning', message: 'Xavier before ReLU.', layer: 'features.0', fix: 'Use He' },
    ],
    engines: [{ engine: 'tfjs-node', available: true, reason: null, remote: false }],
    engine: 'tfjs-node',
    options: { ...defaultOptions, variants },
    run: true,
    ...change,
  };
}

const posted = (page: Page): Promise<FromPanel[]> =>
  page.evaluate(() => (globalThis as unknown as { posted: FromPanel[] }).posted);

const send = (page: Page, message: unknown): Promise<void> =>
  page.evaluate((one) => window.postMessage(one, '*'), message);

/** The panel with a recorded run, its messages coming as from an engine of the host. */
async function recordedPanel(browser: Browser, options: PanelPageOptions = {}, depth = 20) {
  const { page, complaints } = await openPanel(browser, options);
  const open = model(depth);
  await send(page, open);
  await expect.poll(async () => (await posted(page)).some(({ type }) => type === 'start')).toBe(true);
  const start = (await posted(page)).find((message) => message.type === 'start');
  if (start?.type !== 'start') throw new Error('no start');
  for (const message of recordedRun({ run: start.run, graph: open.graph, variants, steps: 50 }))
    await send(page, { version: 1, type: 'trainer', message });
  await page.getByText('150 / 150 steps').waitFor();
  return { page, complaints, run: start.run, open };
}

/** A real training in the worker of the page, up to its summary. */
async function trained(
  browser: Browser,
  engine: 'wasm' | 'webgl' | 'webgpu',
  { depth, steps, variants: names }: { depth: number; steps: number; variants: VariantName[] },
) {
  const { page, complaints } = await openPanel(browser);
  const options = { ...defaultOptions, steps, variants: names };
  await send(page, model(depth, { engine, engines: [], options }));
  const finished = async () => (await posted(page)).find(({ type }) => type === 'finished');
  await expect.poll(finished, { timeout: 50_000 }).toBeDefined();
  const message = await finished();
  await page.close();
  expect(complaints).toEqual([]);
  if (message?.type !== 'finished') throw new Error('not finished');
  return { summary: message.summary as ProbeSummary };
}

describe('the panel in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    await buildPanel();
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  it.each(['dark', 'light', 'high-contrast', 'high-contrast-light'] as const)(
    'has nothing for axe to find in the %s theme, wide or narrow, options open',
    async (theme) => {
      for (const width of [1340, 420]) {
        const { page, complaints } = await recordedPanel(browser, { theme, width });
        await page.getByRole('button', { name: 'Options' }).click();
        await page.evaluate(axe.source);
        const { violations } = await page.evaluate(() =>
          (globalThis as unknown as { axe: typeof axe }).axe.run(document),
        );
        expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
        expect(complaints).toEqual([]);
        await page.close();
      }
    },
  );

  it.each([1340, 700, 540, 420])('leaves no gap around the sentence of the verdict, %i wide', async (width) => {
    const { page } = await recordedPanel(browser, { width });
    const [box, text] = await page.locator('.verdict p').evaluate((sentence) => {
      const range = document.createRange();
      range.selectNodeContents(sentence);
      return [sentence.clientHeight, range.getBoundingClientRect().height];
    });
    expect(text).toBeGreaterThan(0);
    expect(Math.abs((box ?? 0) - (text ?? 0))).toBeLessThan(12);
    await page.close();
  });

  it('draws everything again when the theme changes', async () => {
    const { page } = await recordedPanel(browser);
    const colors = () =>
      page.evaluate(() => {
        const canvas = document.querySelector('canvas');
        const grids = [...document.querySelectorAll('.plot svg [aria-label], .plot svg g[stroke]')];
        return [canvas?.toDataURL(), ...grids.map((grid) => grid.getAttribute('stroke'))];
      });
    const gridNow = () => page.evaluate(() => getComputedStyle(document.body).getPropertyValue('--grid').trim());
    const [dark, darkGrid] = [await colors(), await gridNow()];
    expect(dark).toContain(darkGrid);
    await page.evaluate(() => {
      document.documentElement.removeAttribute('style');
      document.body.className = 'vscode-light';
    });
    await expect.poll(colors).toContain(await gridNow());
    const light = await colors();
    expect(light).not.toContain(darkGrid);
    expect(light[0]).not.toBe(dark[0]);
    await page.close();
  });

  it('moves through layers and steps by keyboard and shows a layer in the source', async () => {
    const { page, open } = await recordedPanel(browser);
    const map = page.getByRole('application');
    await map.focus();
    for (const key of ['ArrowDown', 'ArrowDown', 'Home', 'ArrowRight', 'Enter']) await page.keyboard.press(key);
    expect(await map.getAttribute('aria-label')).toContain('features.2, step 1:');
    const layer = open.graph.layers.find(({ name }) => name === 'features.2')?.id;
    expect(await posted(page)).toContainEqual({ version: 1, type: 'reveal', layer });
    expect(await page.getByRole('heading', { name: 'Profile at step 1' }).count()).toBe(1);
    expect(await page.locator('tr.chosen th').innerText()).toContain('features.2');
    await page.close();
  });

  it('draws what it says: cells of He are lighter than those of Xavier', async () => {
    const { page } = await recordedPanel(browser);
    const brightness = () =>
      page.evaluate(() => {
        const canvas = document.querySelector('canvas');
        const context = canvas?.getContext('2d');
        if (!canvas || !context) throw new Error('no canvas');
        const { data } = context.getImageData(Math.round(canvas.width * 0.43), Math.round(canvas.height * 0.4), 8, 8);
        return Math.max(...Array.from({ length: 64 }, (_, k) => (data[4 * k + 1] ?? 0) + (data[4 * k] ?? 0)));
      });
    const written = await brightness();
    await page.getByRole('group', { name: 'Variant' }).getByRole('button', { name: 'He' }).click();
    expect(await brightness()).toBeGreaterThan(written + 40);
    await page.close();
  });

  it('applies the fix of the finding, or the better variant', async () => {
    const { page } = await recordedPanel(browser);
    await page.getByRole('button', { name: 'Use He' }).click();
    await page.getByRole('button', { name: 'Apply He' }).click();
    const messages = await posted(page);
    expect(messages).toContainEqual({ version: 1, type: 'applyFix', rule: 'xavier-relu', layer: 'features.0' });
    expect(messages).toContainEqual({ version: 1, type: 'apply', variant: 'he' });
    await page.close();
  });

  it('exports pictures and tables', async () => {
    const { page } = await recordedPanel(browser);
    for (const format of ['PNG', 'SVG', 'CSV', 'JSON']) {
      await page.locator('summary').click();
      await page.getByRole('button', { name: format }).click();
    }
    await expect.poll(async () => (await posted(page)).filter(({ type }) => type === 'export').length).toBe(4);
    const files = (await posted(page)).flatMap((message) => (message.type === 'export' ? [message] : []));
    const content = (extension: string) => files.find(({ name }) => name.endsWith(extension))?.content ?? '';
    expect(Buffer.from(content('.png'), 'base64').subarray(1, 4).toString()).toBe('PNG');
    // Width of the header chunk: twice the 1200 units of the figure.
    expect(Buffer.from(content('.png'), 'base64').readUInt32BE(16)).toBe(2400);
    expect(content('.svg').match(/<path/g)?.length).toBeGreaterThanOrEqual(9);
    expect(content('.csv').split('\r\n')).toHaveLength(1 + 3 * 50 * 20 + 1);
    expect(JSON.parse(content('.json'))).toMatchObject({
      model: 'DeepPlainNet',
      ranking: ['he', 'as-written', 'xavier'],
    });
    await page.close();
  });

  it('keeps the run over a reload and starts nothing by itself', async () => {
    const { page } = await recordedPanel(browser);
    const savedState = () =>
      page.evaluate(() =>
        (globalThis as unknown as { savedState: () => { messages?: unknown[] } | null }).savedState(),
      );
    await expect.poll(async () => (await savedState())?.messages?.length).toBe(6);
    const again = await openPanel(browser, { saved: await savedState() });
    await again.page.getByText('150 / 150 steps').waitFor();
    await send(again.page, model(20, { run: false }));
    expect(await again.page.locator('tbody tr:not(.group)').count()).toBe(20);
    expect((await posted(again.page)).map(({ type }) => type)).toEqual(['ready']);
    await again.page.close();
    await page.close();
  });

  it('says what it waits for while nothing is drawn', async () => {
    const { page } = await openPanel(browser);
    expect(await page.getByRole('status').innerText()).toContain('Waiting for the model');
    await expect.poll(() => page.getByRole('status').innerText(), { timeout: 8000 }).toContain('more than 5 seconds');
    await page.close();
  });

  it('shows a report that nobody can start', async () => {
    const open = model(6);
    const messages = recordedRun({ run: 'r', graph: open.graph, variants, steps: 10 });
    const { page, complaints } = await openPanel(browser, { editor: false, report: { open, messages } });
    await page.getByText('30 / 150 steps').waitFor();
    expect(await page.getByRole('button', { name: /Run/ }).count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('names the reason when no engine runs, and offers the one that can be installed', async () => {
    const { page } = await openPanel(browser);
    const engines = [{ engine: 'tfjs-node' as const, available: false, reason: 'Not installed.', remote: false }];
    await send(page, model(4, { engines }));
    expect(await page.getByRole('alert').innerText()).toContain('tfjs-node: Not installed.');
    await page.getByRole('button', { name: 'Install TensorFlow for Node' }).click();
    expect(await posted(page)).toContainEqual({ version: 1, type: 'install', engine: 'tfjs-node' });
    await page.close();
  });

  it('trains in the page: He passes a gradient to the first layer that Xavier does not', async () => {
    const { summary } = await trained(browser, 'wasm', { depth: 20, steps: 20, variants: ['as-written', 'he'] });
    const [written, he] = summary.variants;
    const gradient = (variant: SummaryVariant | undefined) => variant?.layers[0]?.weightGradientRms[0] ?? 0;
    expect(gradient(he)).toBeGreaterThan(100 * gradient(written));
    expect(written?.verdicts.filter(({ kind }) => kind === 'vanishing').length).toBe(20);
    expect(he?.verdicts).toEqual([]);
    const prediction = written?.layers[0]?.predicted?.weightGradientRms ?? 0;
    expect(gradient(written) / prediction).toBeGreaterThan(0.5);
    expect(gradient(written) / prediction).toBeLessThan(2);
  });

  it('measures the same on every engine of the page', async () => {
    const settings = { depth: 3, steps: 2, variants: ['he' as const] };
    const wasm = await trained(browser, 'wasm', settings);
    for (const engine of ['webgl', 'webgpu'] as const) {
      const other = await trained(browser, engine, settings);
      expect(other.summary.engine).toBe(engine);
      other.summary.variants[0]?.layers.forEach((layer, index) => {
        const reference = wasm.summary.variants[0]?.layers[index];
        for (const metric of ['weightGradientRms', 'activationRms'] as const)
          layer[metric].forEach((value, step) => {
            const quotient = (value ?? 1) / (reference?.[metric][step] ?? 1);
            expect(Math.abs(quotient - 1)).toBeLessThan(1e-3);
          });
      });
    }
  });

  it('climbs down the ladder with reasons, and keeps what was measured when a worker dies', async () => {
    const open = model(4, { engines: [], engine: 'auto' });
    const messages = recordedRun({ run: 'RUN', graph: open.graph, variants, steps: 6 });
    const { page } = await openPanel(browser, { worker: dyingWorker(JSON.stringify(messages.slice(0, 7))) });
    await send(page, open);
    const alert = page.getByRole('alert');
    await alert.waitFor();
    expect(await alert.innerText()).toMatch(/The training worker has ended: .*boom.*What was measured is kept/);
    expect(await page.locator('footer').innerText()).toContain('wasm (no WebAssembly), webgpu (no adapter)');
    expect(await page.getByText('18 / 150 steps').count()).toBe(1);
    await page.close();
  });

  it('stops a worker that does not listen, and pauses one that does', async () => {
    const open = model(4, { engines: [], engine: 'wasm' });
    const [ready, frame] = recordedRun({ run: 'RUN', graph: open.graph, variants, steps: 2 });
    const { page } = await openPanel(browser, { worker: deafWorker(JSON.stringify([ready, frame])) });
    await send(page, open);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('paused').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('button', { name: 'Run again' }).waitFor();
    await expect.poll(() => page.getByRole('button', { name: 'Stop' }).count(), { timeout: 8000 }).toBe(0);
    await page.close();
  });
});

/** A worker that has only WebGL, sends what it is given and then throws. */
function dyingWorker(messages: string): string {
  return `
    const say = (message, run) => postMessage({ ...message, run });
    onmessage = ({ data }) => {
      if (data.type !== 'start') return;
      const reasons = { wasm: 'no WebAssembly', webgpu: 'no adapter' };
      if (reasons[data.engine]) return say({ version: 1, type: 'failed', kind: 'engineUnavailable', message: reasons[data.engine], hint: null, layer: null }, data.run);
      for (const message of ${messages}) say(message, data.run);
      setTimeout(() => { throw new Error('boom'); }, 50);
    };`;
}

/** A worker that begins and then never answers again. */
function deafWorker(messages: string): string {
  return `onmessage = ({ data }) => { if (data.type === 'start') for (const message of ${messages}) postMessage({ ...message, run: data.run }); };`;
}
