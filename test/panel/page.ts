import { readFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import { panelHtml } from '../../core/probe/panel-html.ts';

const root = path.resolve(import.meta.dirname, '../..');
const out = path.join(root, 'out/panel');
const origin = 'https://panel.test';

export interface PanelPageOptions {
  readonly theme?: 'dark' | 'light' | 'high-contrast' | 'high-contrast-light';
  readonly width?: number;
  readonly height?: number;
  /** There is an editor: `acquireVsCodeApi`, whose messages are kept in `window.posted`. */
  readonly editor?: boolean;
  readonly report?: unknown;
  /** What `getState` of the editor gives: kept by an earlier page. */
  readonly saved?: unknown;
  /** Text of a worker in place of the trainer's. */
  readonly worker?: string;
}

/** Builds the panel (and the trainer's worker, where it exists) into `out/panel`. */
export async function buildPanel(): Promise<void> {
  await build({
    absWorkingDir: root,
    bundle: true,
    minify: true,
    platform: 'browser',
    target: 'es2022',
    format: 'esm',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    entryPoints: { webview: 'webview/main.tsx', 'trainer-worker': 'trainer/browser-worker.ts' },
    outdir: out,
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
  });
}

/** Chromium with a software WebGPU adapter. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
  });
}

/** The panel in a page under its own content policy; errors and refusals of the policy are gathered. */
export async function openPanel(
  browser: Browser,
  options: PanelPageOptions = {},
): Promise<{ readonly page: Page; readonly complaints: readonly string[] }> {
  const { theme = 'dark', width = 1340, height = 900, editor = true } = options;
  const page = await browser.newPage({ viewport: { width, height } });
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  await page.route(`${origin}/**`, (route) => {
    const name = new URL(route.request().url()).pathname.slice(1);
    if (name === '') return route.fulfill({ contentType: 'text/html', body: html(options) });
    const replaced = name === 'trainer-worker.js' ? options.worker : undefined;
    return route.fulfill({ contentType: contentType(name), body: replaced ?? readFileSync(fileOf(name)) });
  });
  await page.addInitScript(prepare, {
    variables: themes[theme],
    kind: `vscode-${theme}`,
    editor,
    saved: options.saved ?? null,
  });
  await page.goto(`${origin}/`);
  return { page, complaints };
}

interface Prepared {
  readonly variables: Record<string, string>;
  readonly kind: string;
  readonly editor: boolean;
  readonly saved: unknown;
}

/** What VS Code does to a webview before its scripts run: theme variables, body class, its API. */
function prepare({ variables, kind, editor, saved }: Prepared): void {
  const posted: unknown[] = [];
  let state = saved;
  Object.assign(globalThis, { posted, savedState: () => state });
  if (editor) {
    const api = {
      postMessage: (message: unknown) => posted.push(message),
      getState: () => state,
      setState: (next: unknown) => {
        state = next;
      },
    };
    Object.assign(globalThis, { acquireVsCodeApi: () => api });
  }
  document.addEventListener('DOMContentLoaded', () => {
    if (!editor) return;
    for (const [name, value] of Object.entries(variables)) document.documentElement.style.setProperty(name, value);
    document.body.classList.add(kind, ...(kind.includes('high-contrast') ? ['vscode-high-contrast'] : []));
  });
}

function html({ report }: PanelPageOptions): string {
  const text = (name: string) => readFileSync(path.join(out, name), 'utf8');
  if (report !== undefined)
    return panelHtml({
      title: 'Probe report',
      script: { text: text('webview.js') },
      style: { text: text('webview.css') },
      worker: null,
      wasm: {},
      cspSource: '',
      nonce: 'test',
      report,
    });
  const files = ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm'];
  return panelHtml({
    title: 'Probe',
    script: { href: `${origin}/webview.js` },
    style: { href: `${origin}/webview.css` },
    worker: `${origin}/trainer-worker.js`,
    wasm: Object.fromEntries(files.map((file) => [file, `${origin}/${file}`])),
    cspSource: origin,
    nonce: 'test',
  });
}

function fileOf(name: string): string {
  const folder = name.endsWith('.wasm') ? path.join(root, 'node_modules/@tensorflow/tfjs-backend-wasm/dist') : out;
  return path.join(folder, path.basename(name));
}

function contentType(name: string): string {
  if (name.endsWith('.css')) return 'text/css';
  return name.endsWith('.wasm') ? 'application/wasm' : 'text/javascript';
}

/** The variables of VS Code's own themes that the panel reads. */
const themes: Readonly<Record<NonNullable<PanelPageOptions['theme']>, Record<string, string>>> = {
  dark: {
    '--vscode-editor-background': '#1f1f1f',
    '--vscode-editor-foreground': '#cccccc',
    '--vscode-descriptionForeground': '#9d9d9d',
    '--vscode-panel-border': '#2b2b2b',
    '--vscode-textLink-foreground': '#4daafc',
    '--vscode-focusBorder': '#0078d4',
    '--vscode-list-warningForeground': '#cca700',
    '--vscode-list-errorForeground': '#f88070',
    '--vscode-button-background': '#0078d4',
    '--vscode-button-foreground': '#ffffff',
    '--vscode-button-hoverBackground': '#026ec1',
    '--vscode-button-secondaryBackground': '#313131',
    '--vscode-button-secondaryForeground': '#cccccc',
    '--vscode-input-background': '#313131',
    '--vscode-input-foreground': '#cccccc',
    '--vscode-input-placeholderForeground': '#989898',
  },
  light: {
    '--vscode-editor-background': '#ffffff',
    '--vscode-editor-foreground': '#3b3b3b',
    '--vscode-descriptionForeground': '#3b3b3b',
    '--vscode-panel-border': '#e5e5e5',
    '--vscode-textLink-foreground': '#005fb8',
    '--vscode-focusBorder': '#005fb8',
    '--vscode-list-warningForeground': '#855f00',
    '--vscode-list-errorForeground': '#b01011',
    '--vscode-button-background': '#005fb8',
    '--vscode-button-foreground': '#ffffff',
    '--vscode-button-secondaryBackground': '#e5e5e5',
    '--vscode-button-secondaryForeground': '#3b3b3b',
    '--vscode-input-background': '#ffffff',
    '--vscode-input-foreground': '#3b3b3b',
    '--vscode-input-placeholderForeground': '#767676',
  },
  'high-contrast': {
    '--vscode-editor-background': '#000000',
    '--vscode-editor-foreground': '#ffffff',
    '--vscode-descriptionForeground': '#ffffffb3',
    '--vscode-panel-border': '#6fc3df',
    '--vscode-textLink-foreground': '#21a6ff',
    '--vscode-focusBorder': '#f38518',
    '--vscode-contrastBorder': '#6fc3df',
    '--vscode-button-background': '#000000',
    '--vscode-button-foreground': '#ffffff',
    '--vscode-button-secondaryBackground': '#000000',
    '--vscode-button-secondaryForeground': '#ffffff',
    '--vscode-input-background': '#000000',
    '--vscode-input-foreground': '#ffffff',
    '--vscode-input-placeholderForeground': '#ffffffb3',
  },
  'high-contrast-light': {
    '--vscode-editor-background': '#ffffff',
    '--vscode-editor-foreground': '#292929',
    '--vscode-descriptionForeground': '#292929b3',
    '--vscode-panel-border': '#0f4a85',
    '--vscode-textLink-foreground': '#0f4a85',
    '--vscode-focusBorder': '#006bbd',
    '--vscode-contrastBorder': '#0f4a85',
    '--vscode-button-background': '#0f4a85',
    '--vscode-button-foreground': '#ffffff',
    '--vscode-button-secondaryBackground': '#ffffff',
    '--vscode-button-secondaryForeground': '#292929',
    '--vscode-input-background': '#ffffff',
    '--vscode-input-foreground': '#292929',
    '--vscode-input-placeholderForeground': '#292929b3',
  },
};
