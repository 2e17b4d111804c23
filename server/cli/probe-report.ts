import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { FromTrainer } from '../../core/probe/messages.ts';
import { panelHtml } from '../../core/probe/panel-html.ts';
import type { PanelOpen } from '../../core/probe/panel-messages.ts';
import { protocolVersion } from '../../core/probe/request.ts';
import type { ProbeSummary } from '../../core/probe/summary.ts';
import type { ModelAnalysis } from '../workspace/analysis.ts';
import type { Locate } from './location.ts';
import type { ProbeArguments } from './probe-arguments.ts';
import { distFolder } from './trainer-process.ts';

/** The probe panel with a recorded run in it: one file that needs nothing else. */
export function reportHtml(
  { graph, findings }: ModelAnalysis,
  messages: readonly FromTrainer[],
  { options, engine }: ProbeArguments,
  summary: ProbeSummary,
  locate: Locate,
): string {
  const text = (file: string) => readFileSync(path.join(distFolder(), file), 'utf8');
  const lines = graph.layers.flatMap(({ id, at }) =>
    at === null ? [] : [[String(id), locate(at).start.line] as const],
  );
  const open: PanelOpen = {
    version: protocolVersion,
    type: 'open',
    path: summary.path,
    line: summary.line,
    graph,
    lines: Object.fromEntries(lines),
    findings: findings.map((finding) => ({
      rule: finding.rule,
      severity: finding.severity,
      message: finding.message,
      layer: finding.layer ?? null,
      fix: null,
    })),
    engines: [],
    engine,
    // Given data is as large as it is: the report shows what was measured, and says of what.
    options: { ...options, data: { kind: 'teacher' } },
    run: false,
  };
  return panelHtml({
    title: `${graph.name} – gradient flow`,
    script: { text: text('webview.js') },
    style: { text: text('webview.css') },
    worker: null,
    wasm: {},
    cspSource: '',
    nonce: randomBytes(16).toString('base64url'),
    report: { open, messages },
  });
}
