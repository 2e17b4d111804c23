/**
 * `npm run digits`: what this project started from. A small CNN learns handwritten digits from He's initialization, from
 * N(0, 0.001²), N(0, 1) and zeros, trained by the trainer itself; the report goes to `out/digits`. Fails unless He is ahead.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import type { ModelGraph } from '../core/graph/graph.ts';
import { formatNumber, formatShare } from '../core/probe/numbers.ts';
import { emptyRecording, record } from '../core/probe/recording.ts';
import { defaultOptions, type ProbeOptions, protocolVersion } from '../core/probe/request.ts';
import { type ProbeSummary, summarize } from '../core/probe/summary.ts';
import { runTrainer } from '../server/cli/trainer-process.ts';
import { createFrameworks } from '../server/frameworks/all.ts';
import { createAnalyzer } from '../server/workspace/analyzer.ts';
import { createDiskWorkspace } from '../server/workspace/disk.ts';
import { handwrittenDigits } from './digits/data.ts';
import { type Contestant, digitsReport, finalAccuracy, finalLoss } from './digits/report.ts';

const { values } = parseArgs({
  options: { steps: { type: 'string', default: '150' }, engine: { type: 'string', default: 'wasm' } },
});
const engine = values.engine === 'tfjs-node' ? 'tfjs-node' : 'wasm';
const root = path.resolve(import.meta.dirname, '..');
const out = path.join(root, 'out', 'digits');

const graph = digitNet();
const options: ProbeOptions = {
  ...defaultOptions,
  steps: Number(values.steps),
  batch: 64,
  learningRate: 0.05,
  data: handwrittenDigits(0),
};
const small = await train({ ...options, variants: ['he', 'normal', 'zeros'], normalStd: 1e-3 });
const wide = await train({ ...options, variants: ['normal'], normalStd: 1 });

const contestants = [
  contestant('He', '#1b7837', small, 'he'),
  contestant('N(0, 0.001²)', '#2166ac', small, 'normal'),
  contestant('N(0, 1)', '#b2182b', wide, 'normal'),
  contestant('zeros', '#777777', small, 'zeros'),
];
const report = digitsReport(contestants, small);
mkdirSync(out, { recursive: true });
writeFileSync(path.join(out, 'report.md'), report.markdown);
writeFileSync(path.join(out, 'report.html'), report.html);
for (const [name, svg] of report.charts) writeFileSync(path.join(out, name), svg);

for (const { title, variant } of contestants) {
  const end = variant.divergedAt === null ? '' : `, diverged at step ${variant.divergedAt}`;
  const loss = `loss ${formatNumber(variant.loss[0])} → ${formatNumber(finalLoss(variant))}`;
  console.log(`${title.padEnd(14)} ${loss}, accuracy ${formatShare(finalAccuracy(variant))}${end}`);
}
console.log(`report: ${path.relative(process.cwd(), path.join(out, 'report.html'))}`);

const [he, ...others] = contestants.map(({ variant }) => finalAccuracy(variant));
if (he === undefined || others.some((accuracy) => accuracy + 0.2 > he)) {
  console.error('He is not clearly ahead.');
  process.exitCode = 1;
}

function digitNet(): ModelGraph {
  const file = path.join(import.meta.dirname, 'digits', 'model.py');
  const workspace = createDiskWorkspace({ roots: [path.dirname(file)], searchPaths: [] });
  const { models } = createAnalyzer(workspace, createFrameworks()).analyze(file, { inputs: [[1, 28, 28]] });
  const [model] = models;
  if (model === undefined) throw new Error(`no model in ${file}`);
  return model.graph;
}

async function train(options: ProbeOptions): Promise<ProbeSummary> {
  const run = `digits-${options.normalStd}`;
  let recording = emptyRecording(run);
  await runTrainer({
    start: { version: protocolVersion, type: 'start', run, engine, graph, options },
    tfjsNode: process.env.INITSCOPE_TFJS_NODE ?? path.join(root, 'out', 'tfjs-node'),
    env: process.env,
    onMessage: (message) => {
      recording = record(recording, message);
    },
    onLog: () => {},
  });
  if (recording.failed !== null) throw new Error(recording.failed.message);
  const context = { graph, path: 'scripts/digits/model.py', line: 7, lines: {}, predictions: new Map(), skipped: [] };
  return summarize(recording, context);
}

function contestant(title: string, color: string, { variants }: ProbeSummary, name: string): Contestant {
  const variant = variants.find((one) => one.name === name);
  if (variant === undefined) throw new Error(`${title} did not train`);
  return { title, color, variant };
}
