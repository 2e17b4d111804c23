import { spawnSync } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { describe, expect, it } from 'vitest';
import type { CodeAction, Hover } from 'vscode-languageserver/node';
import { neovim } from '../system.ts';
import { bundleServer, samples } from './server.ts';

interface Report {
  readonly diagnostics: readonly { readonly line: number; readonly code: string; readonly source: string }[];
  readonly actions: readonly CodeAction[];
  readonly hover: Hover;
  readonly cleared: boolean;
  readonly text: string;
}

describe.runIf(neovim.isThere())('in Neovim', () => {
  it('shows the finding, applies the fix, and explains a layer', async () => {
    const { diagnostics, actions, hover, cleared, text } = inNeovim('pytorch/deep_plain.py', await bundleServer());
    expect(diagnostics).toMatchObject([{ line: 19, code: 'xavier-relu', source: 'initscope' }]);
    expect(actions[0]).toMatchObject({ isPreferred: true });
    expect(JSON.stringify(hover.contents)).toContain('Xavier');
    expect(cleared).toBe(true);
    expect(text).toContain('kaiming_normal_');
  });
});

function inNeovim(sample: string, server: string): Report {
  const script = path.join(import.meta.dirname, 'neovim.lua');
  const { stdout, stderr, error } = spawnSync(
    'nvim',
    ['--headless', '--clean', path.join(samples, sample), '-S', script],
    {
      cwd: samples,
      encoding: 'utf8',
      timeout: 60_000,
      env: { ...process.env, INITSCOPE_LSP: [process.execPath, server, 'lsp', '--stdio'].join('\n') },
    },
  );
  const line = stdout.split('\n').find((text) => text.startsWith('REPORT '));
  if (line === undefined) throw new Error(`Neovim did not report: ${stdout}${stderr}${error ?? ''}`);
  return JSON.parse(line.slice('REPORT '.length));
}
