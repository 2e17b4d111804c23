import { existsSync } from 'node:fs';
import { commonOptions, parse, parseConstructorArguments, parseShape, parseTarget } from './arguments.ts';
import { modelToJson } from './inspect-json.ts';
import { modelToText } from './inspect-text.ts';
import { type CommandIo, UsageError } from './io.ts';
import { openSession } from './session.ts';

/** `initscope inspect`: every model root of a file, with all that is known of its parameters and layers. */
export async function inspect(argv: readonly string[], io: CommandIo): Promise<number> {
  const { values, positionals } = parse(argv, {
    ...commonOptions,
    args: { type: 'string' },
    input: { type: 'string', multiple: true },
    json: { type: 'boolean', default: false },
  });
  const [target, ...more] = positionals;
  if (target === undefined || more.length > 0) throw new UsageError('inspect takes one FILE[:SYMBOL]');
  const { path, symbol } = parseTarget(target, io);
  if (!existsSync(path)) throw new UsageError(`no such file: ${path}`);
  const session = openSession(values, io);
  const analysis = session.analyzer.analyze(path, {
    ...(symbol === undefined ? {} : { symbol }),
    ...(values.args === undefined ? {} : { arguments: parseConstructorArguments(values.args) }),
    ...(values.input === undefined ? {} : { inputs: values.input.map(parseShape) }),
  });
  if (symbol !== undefined && analysis.models.length === 0) {
    io.err(`initscope: no model ${symbol} found in ${path}\n`);
    for (const note of analysis.notes) io.err(`  ${note.message}\n`);
    return 1;
  }
  const models = analysis.models.map((model) => modelToJson(model, session.locate));
  io.out(
    values.json
      ? `${JSON.stringify({ version: 1, models }, null, 2)}\n`
      : analysis.models.map((model) => modelToText(model, session.locate)).join('\n'),
  );
  return 0;
}
