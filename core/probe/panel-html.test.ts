import { describe, expect, it } from 'vitest';
import { panelHtml } from './panel-html.ts';

const page = {
  title: 'A <model>',
  script: { href: 'https://host/webview.js' },
  style: { href: 'https://host/webview.css' },
  worker: 'https://host/trainer-worker.js',
  wasm: { 'a.wasm': 'https://host/a.wasm' },
  cspSource: 'https://host',
  nonce: 'n0nce',
};

describe('the page of the panel', () => {
  it('lets in nothing but its own script, style, blobs and the host of the webview', () => {
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(panelHtml(page))?.[1];
    expect(policy?.split('; ')).toEqual([
      "default-src 'none'",
      "style-src https://host 'nonce-n0nce'",
      'img-src https://host data:',
      'font-src https://host',
      "script-src 'nonce-n0nce' 'wasm-unsafe-eval'",
      'worker-src blob:',
      'connect-src https://host blob:',
    ]);
  });

  it('tells the script where worker and wasm files are', () => {
    const html = panelHtml(page);
    expect(html).toContain('data-worker="https://host/trainer-worker.js"');
    expect(html).toContain('data-wasm="{&quot;a.wasm&quot;:&quot;https://host/a.wasm&quot;}"');
    expect(html).toContain('<title>A &lt;model&gt;</title>');
  });

  it('holds a report whose text cannot end its script', () => {
    const report = { note: '</script><script>alert(1)</script><!-- ' };
    const html = panelHtml({ ...page, worker: null, script: { text: 'run("</script>")' }, report });
    expect(html).not.toContain('data-worker');
    expect(html.match(/<\/script>/g)).toHaveLength(2);
    const text = /__INITSCOPE_REPORT__ = (.*);<\/script>/.exec(html)?.[1] ?? '';
    expect(new Function(`return ${text}`)()).toEqual(report);
  });
});
