/**
 * Where a script or style comes from: an address, or its text, set into the page (a report is one file that stands alone).
 */
export type Asset = { readonly href: string } | { readonly text: string };

export interface PanelPage {
  readonly title: string;
  /** `dist/webview.js` and `dist/webview.css`. */
  readonly script: Asset;
  readonly style: Asset;
  /** Address of `dist/trainer-worker.js`; `null` in a report, which trains nothing. */
  readonly worker: string | null;
  /** Addresses of the `.wasm` files by file name. */
  readonly wasm: Readonly<Record<string, string>>;
  /** `webview.cspSource` in VS Code; `'self'` or nothing elsewhere. */
  readonly cspSource: string;
  /** Fresh and random for every page. */
  readonly nonce: string;
  /** A recorded run to be shown read-only: `{ open, messages }`, the messages of `open` and of the trainer. */
  readonly report?: unknown;
}

/**
 * The page of the probe panel, for the webview and for the report of the command line. Its policy lets in: our script (and
 * WebAssembly) by nonce, our style, the worker and the wasm files from blobs, and nothing from other hosts.
 */
export function panelHtml(page: PanelPage): string {
  const { nonce } = page;
  const data = {
    ...(page.worker === null ? {} : { worker: page.worker }),
    wasm: JSON.stringify(page.wasm),
  };
  const attributes = Object.entries(data).map(([key, value]) => ` data-${key}="${escapeHtml(value)}"`);
  const report =
    page.report === undefined
      ? ''
      : `<script nonce="${nonce}">window.__INITSCOPE_REPORT__ = ${escapeScript(JSON.stringify(page.report))};</script>\n`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(contentPolicy(page))}">
<title>${escapeHtml(page.title)}</title>
${styleTag(page.style, nonce)}
</head>
<body>
<div id="root"${attributes.join('')}></div>
${report}${scriptTag(page.script, nonce)}
</body>
</html>
`;
}

function contentPolicy({ cspSource, nonce }: PanelPage): string {
  const own = cspSource === '' ? '' : ` ${cspSource}`;
  return [
    "default-src 'none'",
    `style-src${own} 'nonce-${nonce}'`,
    `img-src${own} data:`,
    `font-src${own || " 'none'"}`,
    `script-src 'nonce-${nonce}' 'wasm-unsafe-eval'`,
    'worker-src blob:',
    `connect-src${own} blob:`,
  ].join('; ');
}

function styleTag(style: Asset, nonce: string): string {
  return 'href' in style
    ? `<link rel="stylesheet" href="${escapeHtml(style.href)}" nonce="${nonce}">`
    : `<style nonce="${nonce}">${style.text.replaceAll('</', '<\\/')}</style>`;
}

function scriptTag(script: Asset, nonce: string): string {
  return 'href' in script
    ? `<script type="module" src="${escapeHtml(script.href)}" nonce="${nonce}"></script>`
    : `<script type="module" nonce="${nonce}">${escapeScript(script.text)}</script>`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** `</script` and `<!--` would end or bend the element; `\\x3C` says `<` wherever JavaScript can hold them: strings, regular expressions. */
function escapeScript(text: string): string {
  return text.replaceAll(/<(?=\/script|!--)/gi, '\\x3C');
}
