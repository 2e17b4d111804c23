import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TrainerPage } from './trainer-page.ts';
import { readGraph, readTruth } from './trainer-truth.ts';

/* The gradient test in a real browser, on a software adapter: what runs in the panel. */

const truths = readTruth();
const wasmFolder = path.dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json'));
const origin = 'https://trainer.test';

describe('gradients in a browser are those of PyTorch', () => {
  let browser: Browser;
  let script: string;
  beforeAll(async () => {
    script = await bundle();
    browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
    });
  });
  afterAll(() => browser?.close());

  describe.each(['webgl', 'webgpu', 'wasm'] as const)('on %s', (engine) => {
    let page: Page;
    beforeAll(async () => {
      page = await openPage(browser, script);
      await page.evaluate((name) => (globalThis as unknown as { trainer: TrainerPage }).trainer.start(name), engine);
    });
    afterAll(() => page?.close());

    it.each(truths.map((truth) => [truth.model, truth] as const))('%s', async (_, truth) => {
      const found = await page.evaluate(
        ([graph, packed]) => (globalThis as unknown as { trainer: TrainerPage }).trainer.compare(graph, packed),
        [readGraph(truth), truth] as const,
      );
      expect(found).toEqual([]);
    });
  });
});

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path.join(import.meta.dirname, 'trainer-page.ts')],
    bundle: true,
    write: false,
    platform: 'browser',
    target: 'es2022',
    format: 'esm',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error('nothing was bundled');
  return file.text;
}

/** A secure origin, which WebGPU asks for, answered from here. */
async function openPage(browser: Browser, script: string): Promise<Page> {
  const page = await browser.newPage();
  await page.route(`${origin}/**`, (route) => {
    const name = path.basename(new URL(route.request().url()).pathname);
    if (name.endsWith('.wasm'))
      return route.fulfill({
        body: readFileSync(path.join(wasmFolder, 'dist', name)),
        contentType: 'application/wasm',
      });
    if (name === 'trainer.js') return route.fulfill({ body: script, contentType: 'text/javascript' });
    return route.fulfill({
      body: '<!DOCTYPE html><title>trainer</title><script type="module" src="/trainer.js"></script>',
      contentType: 'text/html',
    });
  });
  await page.goto(`${origin}/`);
  await page.waitForFunction(() => 'trainer' in globalThis);
  return page;
}
