import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Finding, Severity } from '../../core/rules/finding.ts';
import { createFrameworks } from '../frameworks/all.ts';
import type { Analyzer } from '../workspace/analysis.ts';
import { createAnalyzer } from '../workspace/analyzer.ts';
import {
  applyConfiguration,
  type Configuration,
  findConfiguration,
  noConfiguration,
  parseConfiguration,
} from '../workspace/configuration.ts';
import { createDiskWorkspace, snapshotOf } from '../workspace/disk.ts';
import { applyIgnoreComments } from '../workspace/ignore-comments.ts';
import { findSearchPaths } from '../workspace/search-paths.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { type CommandIo, UsageError } from './io.ts';
import { createLocate, type Locate } from './location.ts';

/** What every command works with: the disk, the analyzer over it, the project's configuration, and places in words. */
export interface Session {
  readonly workspace: Workspace;
  readonly analyzer: Analyzer;
  readonly locate: Locate;
  configurationFor(file: string): Configuration;
}

export interface SessionOptions {
  readonly 'search-path'?: readonly string[] | undefined;
  readonly python?: string | undefined;
  readonly config?: string | undefined;
}

export function openSession(options: SessionOptions, io: CommandIo): Session {
  const given = options.config === undefined ? null : readConfiguration(path.resolve(io.cwd, options.config), io);
  const base = given ?? findAndReport(io.cwd, io);
  const searchPaths = findSearchPaths({
    roots: [io.cwd],
    given: [...(options['search-path'] ?? []), ...base.searchPaths],
    python: options.python ?? null,
    env: io.env,
  });
  const workspace = snapshotOf(createDiskWorkspace({ roots: [io.cwd], searchPaths }));
  const byFolder = new Map<string, Configuration>();
  return {
    workspace,
    analyzer: createAnalyzer(workspace, createFrameworks()),
    locate: createLocate(workspace, io.cwd),
    configurationFor(file) {
      if (given !== null) return given;
      const folder = path.dirname(file);
      let known = byFolder.get(folder);
      if (known === undefined) {
        known = findAndReport(folder, io);
        byFolder.set(folder, known);
      }
      return known;
    },
  };
}

function readConfiguration(file: string, io: CommandIo): Configuration {
  const text = readText(file);
  if (text === null) throw new UsageError(`cannot read the configuration ${file}`);
  const found = parseConfiguration(file, text);
  for (const problem of found?.problems ?? []) io.err(`initscope: ${file}: ${problem}\n`);
  return found?.configuration ?? noConfiguration;
}

function findAndReport(folder: string, io: CommandIo): Configuration {
  const found = findConfiguration(folder, readText);
  for (const problem of found?.problems ?? []) io.err(`initscope: ${found?.path}: ${problem}\n`);
  return found?.configuration ?? noConfiguration;
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

/** What is left after ignore comments, the project's rule levels and the minimum severity. */
export function visibleFindings(
  file: string,
  findings: readonly Finding[],
  session: Session,
  minimum: Severity | null,
): readonly Finding[] {
  const configuration = session.configurationFor(file);
  const heard = applyIgnoreComments(findings, (at) => session.workspace.read(at)?.text ?? null);
  return applyConfiguration(heard, configuration, minimum ?? undefined);
}
