import path from 'node:path';
import { parse as parseToml } from 'smol-toml';
import * as v from 'valibot';
import { type Finding, type Severity, severities } from '../../core/rules/finding.ts';

/** A rule's own severity, or `off`. */
export type RuleLevel = Severity | 'off';
const ruleLevels = ['off', ...severities] as const;

/** What a project says about itself; the same keys as the editor's settings. */
export interface Configuration {
  /** Findings below it are not shown; `null` leaves that to the caller. */
  readonly minSeverity: Severity | null;
  /** By rule id. A severity given here replaces the one that follows from the predicted effect. */
  readonly rules: Readonly<Record<string, RuleLevel>>;
  /** Further import roots, absolute. */
  readonly searchPaths: readonly string[];
}

export interface ConfigurationFile {
  readonly path: string;
  readonly configuration: Configuration;
  /** What could not be read, in words; the rest of the file holds. */
  readonly problems: readonly string[];
}

export const noConfiguration: Configuration = { minSeverity: null, rules: {}, searchPaths: [] };

/** Shown by default, in the editor and by `check`. */
export const defaultMinSeverity: Severity = 'information';

/** `text` by path, `null` where there is no such file. */
export type ReadText = (path: string) => string | null;

/**
 * The nearest configuration up the tree from a folder: `initscope.json`, `[tool.initscope]` of `pyproject.toml`, or
 * `"initscope"` of `package.json`, in this order within one folder.
 */
export function findConfiguration(folder: string, read: ReadText): ConfigurationFile | null {
  for (const name of ['initscope.json', 'pyproject.toml', 'package.json']) {
    const file = path.join(folder, name);
    const text = read(file);
    const found = text === null ? null : parseConfiguration(file, text);
    if (found !== null) return found;
  }
  const parent = path.dirname(folder);
  return parent === folder ? null : findConfiguration(parent, read);
}

/** Reads one file; `null` where it says nothing about Initscope. A file that cannot be parsed is a problem, not an error. */
export function parseConfiguration(file: string, text: string): ConfigurationFile | null {
  let table: unknown;
  try {
    table = sectionOf(file, text);
  } catch (error) {
    // A broken pyproject.toml or package.json is somebody else's to report; only our own file is ours.
    if (path.basename(file) !== 'initscope.json') return null;
    return {
      path: file,
      configuration: noConfiguration,
      problems: [error instanceof Error ? error.message : String(error)],
    };
  }
  if (table === undefined) return null;
  const problems: string[] = [];
  return { path: file, configuration: readKeys(table, path.dirname(file), problems), problems };
}

/** Drops rules that are off, sets the severities that are given, and drops what is below the minimum. */
export function applyConfiguration(
  findings: readonly Finding[],
  configuration: Configuration,
  minSeverity: Severity = configuration.minSeverity ?? defaultMinSeverity,
): readonly Finding[] {
  return findings.flatMap((finding) => {
    const level = configuration.rules[finding.rule] ?? finding.severity;
    return level === 'off' || !isAtLeast(level, minSeverity) ? [] : [{ ...finding, severity: level }];
  });
}

export function isAtLeast(severity: Severity, minimum: Severity): boolean {
  return severities.indexOf(severity) >= severities.indexOf(minimum);
}

/** The second over the first: its minimum and rules win, search paths add up. */
export function mergeConfigurations(base: Configuration, over: Configuration): Configuration {
  return {
    minSeverity: over.minSeverity ?? base.minSeverity,
    rules: { ...base.rules, ...over.rules },
    searchPaths: [...over.searchPaths, ...base.searchPaths],
  };
}

function sectionOf(file: string, text: string): unknown {
  switch (path.basename(file)) {
    case 'pyproject.toml':
      return member(member(parseToml(text), 'tool'), 'initscope');
    case 'package.json':
      return member(JSON.parse(text), 'initscope');
    default:
      return path.extname(file) === '.toml' ? parseToml(text) : JSON.parse(text);
  }
}

/** Keys come nested (TOML tables) or dotted, as in the editor's settings. */
function readKeys(table: unknown, folder: string, problems: string[]): Configuration {
  const known = new Set(['rules', 'searchPaths', 'diagnostics', 'diagnostics.minSeverity', '$schema']);
  if (typeof table !== 'object' || table === null || Array.isArray(table)) {
    problems.push('the configuration is not a table');
    return noConfiguration;
  }
  for (const key of Object.keys(table)) if (!known.has(key)) problems.push(`unknown key ${key}`);
  const minSeverity = member(table, 'diagnostics.minSeverity') ?? member(member(table, 'diagnostics'), 'minSeverity');
  const searchPaths = checked(v.array(v.string()), member(table, 'searchPaths'), 'searchPaths', problems) ?? [];
  return {
    minSeverity: checked(v.picklist(severities), minSeverity, 'diagnostics.minSeverity', problems) ?? null,
    rules: readRules(member(table, 'rules'), problems),
    searchPaths: searchPaths.map((entry) => path.resolve(folder, entry)),
  };
}

/** Rule levels, those that are not one left out. */
export function readRules(table: unknown, problems: string[]): Readonly<Record<string, RuleLevel>> {
  const entries = checked(v.record(v.string(), v.unknown()), table, 'rules', problems) ?? {};
  const rules: Record<string, RuleLevel> = {};
  for (const [rule, level] of Object.entries(entries)) {
    const valid = checked(v.picklist(ruleLevels), level, `rules.${rule}`, problems);
    if (valid !== undefined) rules[rule] = valid;
  }
  return rules;
}

function checked<T>(
  schema: v.GenericSchema<unknown, T>,
  value: unknown,
  key: string,
  problems: string[],
): T | undefined {
  if (value === undefined) return undefined;
  const result = v.safeParse(schema, value);
  if (!result.success) problems.push(`${key}: ${result.issues[0].message}`);
  return result.success ? result.output : undefined;
}

function member(table: unknown, key: string): unknown {
  return typeof table === 'object' && table !== null ? (table as Readonly<Record<string, unknown>>)[key] : undefined;
}
