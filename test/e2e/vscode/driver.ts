import { mkdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Frame, Page } from 'playwright-core';

export interface AxeViolation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly string[];
}

/**
 * What a test suite inside the extension host may ask of the window around it: argument and result by command.
 * `mark` is a selector of an element that only the wanted webview holds.
 */
export interface DriverCommands {
  screenshot: { request: { readonly name: string }; response: null };
  /** Runs an expression inside the webview. */
  evaluate: { request: { readonly mark: string; readonly expression: string }; response: unknown };
  /** Clicks an element inside the webview. */
  clickIn: { request: { readonly mark: string; readonly selector: string }; response: null };
  selectIn: { request: { readonly mark: string; readonly selector: string; readonly value: string }; response: null };
  /** Inner texts of the workbench's elements. */
  text: { request: { readonly selector: string }; response: readonly string[] };
  click: { request: { readonly selector: string }; response: null };
  hover: { request: { readonly selector: string }; response: null };
  press: { request: { readonly keys: readonly string[] }; response: null };
  media: { request: { readonly reducedMotion?: 'reduce'; readonly forcedColors?: 'active' }; response: null };
  axe: { request: { readonly mark: string }; response: readonly AxeViolation[] };
}

export type DriverCommand = keyof DriverCommands;

type Handlers = {
  [Name in DriverCommand]: (request: DriverCommands[Name]['request']) => Promise<DriverCommands[Name]['response']>;
};

export interface Driver {
  readonly url: string;
  /** The commands work from here on. */
  attach(page: Page): void;
  close(): void;
}

const clickTimeoutMs = 8000;
const webviewTimeoutMs = 15_000;

/** Serves the commands on a loopback port: POST /name with the request as JSON. */
export async function startDriver(screenshots: string): Promise<Driver> {
  let handlers: Handlers | null = null;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (data) => {
      body += data;
    });
    request.on('end', async () => {
      try {
        const name = (request.url ?? '').slice(1) as DriverCommand;
        const handler = handlers?.[name] as ((request: unknown) => Promise<unknown>) | undefined;
        if (handler === undefined) throw new Error(`the driver does not know ${name}`);
        response.end(JSON.stringify((await handler(JSON.parse(body || '{}'))) ?? null));
      } catch (error) {
        response.statusCode = 500;
        response.end(String(error));
      }
    });
  });
  return {
    url: await listen(server),
    attach(page) {
      handlers = commandsOf(page, screenshots);
    },
    close: () => server.close(),
  };
}

function commandsOf(page: Page, screenshots: string): Handlers {
  const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  return {
    async screenshot({ name }) {
      mkdirSync(screenshots, { recursive: true });
      await page.screenshot({ path: path.join(screenshots, `${name}.png`), animations: 'disabled' });
      return null;
    },
    async evaluate({ mark, expression }) {
      return (await webviewWith(page, mark)).evaluate(expression);
    },
    async clickIn({ mark, selector }) {
      await (await webviewWith(page, mark)).locator(selector).first().click({ timeout: clickTimeoutMs });
      return null;
    },
    async selectIn({ mark, selector, value }) {
      await (await webviewWith(page, mark)).locator(selector).first().selectOption(value, { timeout: clickTimeoutMs });
      return null;
    },
    text: ({ selector }) => page.locator(selector).allInnerTexts(),
    async click({ selector }) {
      await page.locator(selector).first().click({ timeout: clickTimeoutMs });
      return null;
    },
    async hover({ selector }) {
      await page.locator(selector).first().hover({ force: true, timeout: clickTimeoutMs });
      return null;
    },
    async press({ keys }) {
      for (const key of keys) await page.keyboard.press(key);
      return null;
    },
    async media(media) {
      await page.emulateMedia(media);
      return null;
    },
    async axe({ mark }) {
      const frame = await webviewWith(page, mark);
      await frame.evaluate(axeSource);
      return (await frame.evaluate(
        'axe.run(document).then(({ violations }) => violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map((node) => node.html) })))',
      )) as readonly AxeViolation[];
    },
  };
}

/** Notebooks and hidden panels are webviews too, so the wanted one is known by an element of its own. */
async function webviewWith(page: Page, mark: string): Promise<Frame> {
  for (const end = Date.now() + webviewTimeoutMs; Date.now() < end; await sleep(50)) {
    for (const frame of page.frames()) {
      const holds = await frame
        .evaluate((selector) => document.querySelector(selector) !== null, mark)
        .catch(() => false);
      if (holds) return frame;
    }
  }
  throw new Error(`no webview holds ${mark}`);
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
