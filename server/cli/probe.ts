import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { FromTrainer, Start } from '../../core/probe/messages.ts';
import { predictVariants } from '../../core/probe/predict-variants.ts';
import { emptyRecording, messagesOf, type Recording, record } from '../../core/probe/recording.ts';
import { type EngineName, protocolVersion } from '../../core/probe/request.ts';
import { type ProbeSummary, type SkippedEngine, type SummaryContext, summarize } from '../../core/probe/summary.ts';
import type { ModelAnalysis } from '../workspace/analysis.ts';
import { type CommandIo, UsageError } from './io.ts';
import { type ProbeArguments, parseProbeArguments } from './probe-arguments.ts';
import { engineLadder, tfjsNodeFolder } from './probe-engines.ts';
import { reportHtml } from './probe-report.ts';
import { progressLine, summaryText } from './probe-text.ts';
import { openSession, type Session } from './session.ts';
import { runTrainer } from './trainer-process.ts';

/**
 * `initscope probe`: trains the models of a file for a few steps and shows how gradients flow. `--json` writes the trainer's
 * messages as they come, one a line, and a summary last; `--report` a page that stands alone.
 * Exit code: 0 when all ran, 1 when one could not be trained.
 */
export async function probe(argv: readonly string[], io: CommandIo): Promise<number> {
  const arguments_ = parseProbeArguments(argv, io);
  const session = openSession(arguments_.session, io);
  const { models, notes } = session.analyzer.analyze(arguments_.path, arguments_.analyze);
  if (models.length === 0) {
    io.err(`initscope: no model found in ${arguments_.path}\n`);
    for (const note of notes) io.err(`  ${note.message}\n`);
    return 1;
  }
  if (arguments_.report !== null && models.length > 1)
    throw new UsageError(`--report shows one model; name one: ${models.map(({ graph }) => graph.name).join(', ')}`);
  let exitCode = 0;
  for (const model of models) {
    const { summary, recording } = await probeModel(model, arguments_, session, io);
    if (arguments_.json) io.out(`${JSON.stringify(summary)}\n`);
    else io.out(summaryText(summary));
    if (arguments_.report !== null) {
      writeFileSync(arguments_.report, reportHtml(model, messagesOf(recording), arguments_, summary, session.locate));
      io.err(`initscope: wrote ${path.relative(io.cwd, arguments_.report)}\n`);
    }
    if (summary.failed !== null) exitCode = 1;
  }
  return exitCode;
}

interface Probed {
  readonly summary: ProbeSummary;
  readonly recording: Recording;
}

/** On the first engine that starts. */
async function probeModel(
  model: ModelAnalysis,
  given: ProbeArguments,
  session: Session,
  io: CommandIo,
): Promise<Probed> {
  const { engines, skipped } = engineLadder(given.engine, io);
  const run = `${model.graph.name}-${process.pid}`;
  const missed: SkippedEngine[] = [...skipped];
  let recording = emptyRecording(run);
  for (const engine of engines) {
    recording = await runOn(
      engine,
      { version: protocolVersion, type: 'start', run, engine, graph: model.graph, options: given.options },
      given,
      io,
    );
    const { failed } = recording;
    if (failed?.kind !== 'engineUnavailable') break;
    missed.push({ engine, reason: failed.message });
  }
  const context = contextOf(
    model,
    given,
    session,
    missed.filter(({ engine }) => engine !== recording.ready?.engine),
  );
  return { recording, summary: summarize(recording, context) };
}

async function runOn(engine: EngineName, start: Start, given: ProbeArguments, io: CommandIo): Promise<Recording> {
  let recording = emptyRecording(start.run);
  await runTrainer({
    start,
    tfjsNode: engine === 'tfjs-node' ? tfjsNodeFolder(io) : null,
    env: io.env,
    onMessage(message: FromTrainer) {
      recording = record(recording, message);
      if (given.json) io.out(`${JSON.stringify(message)}\n`);
      else {
        const line = progressLine(message, start.graph);
        if (line !== null) io.err(line);
      }
    },
    onLog: (text) => {
      if (io.env.INITSCOPE_DEBUG !== undefined) io.err(`${text}\n`);
    },
  });
  return recording;
}

function contextOf(
  model: ModelAnalysis,
  given: ProbeArguments,
  { locate }: Session,
  skipped: readonly SkippedEngine[],
): SummaryContext {
  const { graph } = model;
  const lines = graph.layers.flatMap(({ id, at }) => (at === null ? [] : [[id, locate(at).start.line] as const]));
  const place = locate(graph.nameAt);
  return {
    graph,
    path: place.path,
    line: place.start.line,
    lines: Object.fromEntries(lines),
    predictions: predictVariants(graph, given.options.variants, given.options),
    skipped,
  };
}
