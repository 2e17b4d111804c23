import { format } from 'node:util';
import { type Browser, chromium, type Page } from 'playwright-core';

export interface WindowOptions {
  readonly chromium: string;
  /** What the window's console says, noise left out. */
  onLog(line: string): void;
  /** The test suite has ended with this exit code. */
  onExit(code: number): void;
}

/** A software WebGPU adapter; WebGL2 needs no flag. */
const gpuFlags = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

const noise =
  /^(Creating a socket|Resolv(ing|ed) connection|\[reconnection|Updating additional|\[Service Worker\]|\[Account|\[AgentHost|\[chat-|\[DefaultAccount|Timed out waiting for authentication|No search provider|Ignoring fetching|getaddrinfo|Request to .* failed with status code 404|\[vscode\.\w+\]: The snippet file|Not Found: Error: Not Found|\[lifecycle\]|MCP migration|Unable to load and parse grammar|\s+at .*(workbench\.js|vscode-textmate|Promise\.all))/;

/** A browser page that is cut off from every host but this machine. */
export async function openWindow(options: WindowOptions): Promise<{ readonly browser: Browser; readonly page: Page }> {
  const browser = await chromium.launch({
    // The caller ends everything itself, in order.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
    executablePath: options.chromium,
    args: ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking', ...gpuFlags],
  });
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: 'dark' });
  await context.route(isOutside, (route) => route.abort());
  const page = await context.newPage();
  // The smoke-test driver of VS Code calls these two.
  await page.exposeFunction('codeAutomationLog', (_type: string, args: unknown[]) => {
    const text = format(...args).replace(/^%c\s?|\scolor: [^;]*;?$/g, '');
    for (const line of text.split('\n')) if (line !== '' && !noise.test(line)) options.onLog(line);
  });
  await page.exposeFunction('codeAutomationExit', (code: number) => options.onExit(code));
  return { browser, page };
}

/** Webview resources have an outside name but never leave the machine: a service worker answers for them. */
function isOutside(url: URL): boolean {
  return (
    /^https?:$/.test(url.protocol) &&
    url.hostname !== '127.0.0.1' &&
    !url.hostname.endsWith('.vscode-resource.vscode-cdn.net')
  );
}
