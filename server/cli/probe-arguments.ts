import { existsSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import {
  defaultOptions,
  type EngineName,
  engineChoices,
  optionsSchema,
  type ProbeOptions,
  variantNames,
} from '../../core/probe/request.ts';
import type { AnalyzeOptions } from '../workspace/analysis.ts';
import { commonOptions, oneOf, parse, parseConstructorArguments, parseShape, parseTarget } from './arguments.ts';
import { type CommandIo, UsageError } from './io.ts';
import { readData } from './probe-data.ts';
import type { SessionOptions } from './session.ts';

export interface ProbeArguments {
  readonly path: string;
  readonly analyze: AnalyzeOptions;
  readonly session: SessionOptions;
  readonly engine: EngineName | 'auto';
  readonly options: ProbeOptions;
  readonly json: boolean;
  /** Absolute; `null` without `--report`. */
  readonly report: string | null;
}

export function parseProbeArguments(argv: readonly string[], io: CommandIo): ProbeArguments {
  const { values, positionals } = parse(argv, {
    ...commonOptions,
    args: { type: 'string' },
    input: { type: 'string', multiple: true },
    engine: { type: 'string', default: 'auto' },
    variants: { type: 'string' },
    seeds: { type: 'string' },
    steps: { type: 'string' },
    batch: { type: 'string' },
    data: { type: 'string' },
    optimizer: { type: 'string' },
    'learning-rate': { type: 'string' },
    'normal-std': { type: 'string' },
    json: { type: 'boolean', default: false },
    report: { type: 'string' },
  });
  const [target, ...more] = positionals;
  if (target === undefined || more.length > 0) throw new UsageError('probe takes one FILE[:SYMBOL]');
  if (values.json && values.report !== undefined) throw new UsageError('--json and --report exclude each other');
  const { path: file, symbol } = parseTarget(target, io);
  if (!existsSync(file)) throw new UsageError(`no such file: ${file}`);
  const inputs = values.input?.map(parseShape);
  const variants = values.variants?.split(',').map((name) => oneOf('variants', name.trim(), variantNames));
  const options = v.safeParse(optionsSchema, {
    ...defaultOptions,
    ...(variants === undefined ? {} : { variants }),
    ...number('seeds', values.seeds),
    ...number('steps', values.steps),
    ...number('batch', values.batch),
    ...number('learningRate', values['learning-rate']),
    ...number('normalStd', values['normal-std']),
    ...(values.optimizer === undefined ? {} : { optimizer: values.optimizer }),
    ...(values.data === undefined ? {} : { data: readData(path.resolve(io.cwd, values.data)) }),
  });
  if (!options.success) {
    const [issue] = options.issues;
    throw new UsageError(`--${v.getDotPath(issue) ?? 'options'}: ${issue.message}`);
  }
  return {
    path: file,
    analyze: {
      ...(symbol === undefined ? {} : { symbol }),
      ...(values.args === undefined ? {} : { arguments: parseConstructorArguments(values.args) }),
      ...(inputs === undefined ? {} : { inputs }),
    },
    session: values,
    engine: oneOf('engine', values.engine, engineChoices),
    options: options.output,
    json: values.json,
    report: values.report === undefined ? null : path.resolve(io.cwd, values.report),
  };
}

function number(key: keyof ProbeOptions, text: string | undefined): Partial<Record<string, number>> {
  if (text === undefined) return {};
  const value = Number(text);
  if (text.trim() === '' || Number.isNaN(value)) throw new UsageError(`not a number: ${text}`);
  return { [key]: value };
}
