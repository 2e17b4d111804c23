import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { severities } from '../../core/rules/finding.ts';
import { fixesFor } from '../fixes/fixes-for.ts';
import { isAtLeast } from '../workspace/configuration.ts';
import { deadline } from '../workspace/deadline.ts';
import { commonOptions, oneOf, parse } from './arguments.ts';
import { collectFiles } from './files.ts';
import { fixFile } from './fix.ts';
import { formats, type Reported, reporters } from './format.ts';
import type { CommandIo } from './io.ts';
import { displayPath } from './location.ts';
import { openSession, visibleFindings } from './session.ts';

/** A file of a hundred factories shows its first models; `inspect FILE:SYMBOL` shows any of them. */
const budgetMs = 5000;

/** `initscope check`: exit 0 nothing at or above the minimum, 1 findings. */
export async function check(argv: readonly string[], io: CommandIo): Promise<number> {
  const { values, positionals } = parse(argv, {
    ...commonOptions,
    format: { type: 'string', default: 'text' },
    'min-severity': { type: 'string' },
    fix: { type: 'boolean', default: false },
    'unsafe-fixes': { type: 'boolean', default: false },
    diff: { type: 'boolean', default: false },
    'exit-zero': { type: 'boolean', default: false },
  });
  const format = oneOf('format', values.format, formats);
  const minimum =
    values['min-severity'] === undefined ? null : oneOf('min-severity', values['min-severity'], severities);
  const files = collectFiles(
    (positionals.length === 0 ? ['.'] : positionals).map((file) => path.resolve(io.cwd, file)),
  );
  const session = openSession(values, io);
  const started = performance.now();
  const reported: Reported[] = [];
  const notes: { path: string; message: string }[] = [];
  let lines = 0;

  for (const file of files) {
    if (values.fix || values.diff) {
      const outcome = fixFile(file, session, { unsafe: values['unsafe-fixes'], minimum, cwd: io.cwd });
      if (values.diff) io.out(outcome.diff);
      else if (outcome.content !== null) writeFileSync(file, outcome.content);
    }
  }
  for (const file of files) {
    const analysis = session.analyzer.analyze(file, { isCancelled: deadline(budgetMs) });
    lines += countLines(analysis.text);
    const shown = visibleFindings(file, analysis.findings, session, minimum);
    for (const finding of shown) reported.push({ finding, fixes: fixesFor(finding, analysis) });
    for (const note of analysis.notes) notes.push({ path: displayPath(file, io.cwd), message: note.message });
  }
  if (!values.diff) {
    io.out(
      reporters[format]({
        reported,
        notes,
        files: files.length,
        lines,
        elapsedMs: performance.now() - started,
        locate: session.locate,
      }),
    );
  }
  const fails = reported.some(({ finding }) => isAtLeast(finding.severity, minimum ?? 'warning'));
  return fails && !values['exit-zero'] ? 1 : 0;
}

function countLines(text: string): number {
  return text === '' ? 0 : text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}
