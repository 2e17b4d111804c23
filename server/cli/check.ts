import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { severities } from '../../core/rules/finding.ts';
import { isAtLeast } from '../workspace/configuration.ts';
import { commonOptions, oneOf, parse } from './arguments.ts';
import { checkFile } from './check-files.ts';
import { checkInThreads } from './check-threads.ts';
import { collectFiles } from './files.ts';
import { fixFile } from './fix.ts';
import { formats, reporters } from './format.ts';
import type { CommandIo } from './io.ts';
import { openSession, type SessionOptions } from './session.ts';

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
  for (const file of files) {
    if (values.fix || values.diff) {
      const outcome = fixFile(file, session, { unsafe: values['unsafe-fixes'], minimum, cwd: io.cwd });
      if (values.diff) io.out(outcome.diff);
      else if (outcome.content !== null) writeFileSync(file, outcome.content);
    }
  }
  const checked =
    (await checkInThreads(files, { options: optionsOf(values), minimum, cwd: io.cwd })) ??
    files.map((file) => checkFile(file, session, minimum, io.cwd));
  const reported = checked.flatMap((file) => file.reported);
  const notes = checked.flatMap((file) => file.notes);
  const lines = checked.reduce((sum, file) => sum + file.lines, 0);
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

/** What a thread needs to know of the command line, as plain data. */
function optionsOf({ config, python, 'search-path': searchPath }: SessionOptions): SessionOptions {
  return { config, python, 'search-path': searchPath };
}
