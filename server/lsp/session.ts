import path from 'node:path';
import process from 'node:process';
import type { CancellationToken, Connection } from 'vscode-languageserver/node';
import { LSPErrorCodes, ResponseError } from 'vscode-languageserver/node';
import type { Initialization } from '../../core/editor/protocol.ts';
import type { Finding } from '../../core/rules/finding.ts';
import { createFrameworks } from '../frameworks/all.ts';
import type { Range } from '../syntax/ast.ts';
import { type Analyzer, fileBudgetMs, type ModelAnalysis, type ModuleAnalysis } from '../workspace/analysis.ts';
import { createAnalyzer } from '../workspace/analyzer.ts';
import {
  applyConfiguration,
  type Configuration,
  findConfiguration,
  mergeConfigurations,
  noConfiguration,
} from '../workspace/configuration.ts';
import { createDiskWorkspace, withOpenDocuments } from '../workspace/disk.ts';
import { applyIgnoreComments } from '../workspace/ignore-comments.ts';
import { createSourceCache, languageOf, type SourceCache } from '../workspace/parse.ts';
import { findSearchPaths } from '../workspace/search-paths.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { Documents } from './documents.ts';
import { configurationOf, defaultSettings, type Settings } from './settings.ts';

/** What the language features stand on: the open documents, the settings, and the analysis of both. */
export interface Session {
  readonly connection: Connection;
  readonly documents: Documents;
  readonly settings: Settings;
  readonly initialization: Initialization;
  readonly workspace: Workspace;
  /** The client's settings are known. */
  readonly ready: Promise<void>;
  /** A change has arrived that has not been read yet. */
  hasChanged(): boolean;
  /** The analysis of a module as it is now; made once until something changes. Throws (`isStale`) where that happens meanwhile. */
  analyze(path: string): Timed<ModuleAnalysis>;
  /**
   * Lets the next question be answered by a new analysis: one that ran out of time goes on where it had to end. A model may be
   * larger than the time for it, so it can be given more; false where it has had all that there is.
   */
  resume(path: string, withMoreTime: boolean): boolean;
  /** A class, function or variable of a module, whether or not it is one of its model roots. May throw as well. */
  analyzeSymbol(path: string, symbol: string): ModelAnalysis | null;
  /** What is shown of a module: its own findings, and those that its models have in modules it imports. */
  findings(path: string): readonly Finding[];
  /** Ranges of a module's text that cannot be parsed. */
  syntaxErrors(path: string): readonly Range[];
  /** What is left of findings after ignore comments and configuration. */
  shown(findings: readonly Finding[], path: string): readonly Finding[];
  /** Forgets what is known: settings, folders or files on the disk have changed. */
  reset(change: { readonly settings?: Settings; readonly roots?: readonly string[] }): void;
}

/** The answer to a request whose text has changed while it was analysed. */
function stale(): ResponseError<void> {
  return new ResponseError(LSPErrorCodes.ContentModified, 'the text has changed meanwhile');
}

export function isStale(error: unknown): boolean {
  return error instanceof ResponseError && error.code === LSPErrorCodes.ContentModified;
}

export interface Timed<T> {
  readonly value: T;
  readonly elapsedMs: number;
}

/** What a model that is larger than a file's time may get. */
const longestBudgetMs = 8 * fileBudgetMs;

export function createSession(
  connection: Connection,
  documents: Documents,
  initial: {
    readonly roots: readonly string[];
    readonly initialization: Initialization;
    readonly ready: Promise<void>;
    readonly hasChanged: () => boolean;
  },
): Session {
  const { hasChanged } = initial;
  let settings = defaultSettings;
  let roots = initial.roots;
  let { workspace, analyzer, sources } = createWorld(roots, settings, documents);
  const analyses = new Map<string, Timed<ModuleAnalysis>>();
  /** What is analysed with more time than others; until something changes. */
  const budgets = new Map<string, number>();
  const budgetOf = (file: string) => budgets.get(file) ?? fileBudgetMs;
  const configurations = new Map<string, Configuration>();
  // A change in one file may change what another one imports.
  const forget = () => {
    analyses.clear();
    budgets.clear();
  };
  documents.onDidChange(forget);
  documents.onDidClose(forget);

  function configurationFor(file: string): Configuration {
    const folder = path.dirname(file);
    const known = configurations.get(folder);
    if (known !== undefined) return known;
    const found = findConfiguration(folder, (candidate) => workspace.read(candidate)?.text ?? null);
    for (const problem of found?.problems ?? []) connection.console.warn(`${found?.path}: ${problem}`);
    const configuration = mergeConfigurations(configurationOf(settings), found?.configuration ?? noConfiguration);
    configurations.set(folder, configuration);
    return configuration;
  }

  function shown(findings: readonly Finding[], file: string): readonly Finding[] {
    const kept = applyIgnoreComments(findings, (source) => workspace.read(source)?.text ?? null);
    return applyConfiguration(kept, configurationFor(file));
  }

  function analyzeOnce(file: string): Timed<ModuleAnalysis> {
    const known = analyses.get(file);
    if (known !== undefined) return known;
    const started = performance.now();
    const value = analyzeSafely(file);
    if (value.partial !== undefined && hasChanged()) throw stale();
    const timed = { value, elapsedMs: performance.now() - started };
    analyses.set(file, timed);
    return timed;
  }

  /** A bug in the analyzer costs one file its findings, not the editor its server. */
  function analyzeSafely(file: string): ModuleAnalysis {
    try {
      return analyzer.analyze(file, { milliseconds: budgetOf(file), isCancelled: hasChanged });
    } catch (error) {
      connection.console.error(`${file}: ${error instanceof Error ? error.stack : String(error)}`);
      const notes = [{ at: null, message: 'the analysis failed; see the output channel' }];
      return { path: file, language: languageOf(file), text: '', models: [], findings: [], notes };
    }
  }

  return {
    connection,
    documents,
    initialization: initial.initialization,
    ready: initial.ready,
    hasChanged,
    get settings() {
      return settings;
    },
    get workspace() {
      return workspace;
    },
    analyze: analyzeOnce,
    resume(file, withMoreTime) {
      const budget = budgetOf(file) * (withMoreTime ? 2 : 1);
      if (budget > longestBudgetMs) return false;
      budgets.set(file, budget);
      return analyses.delete(file);
    },
    analyzeSymbol(file, symbol) {
      const root = analyzeOnce(file).value.models.find(({ graph }) => graph.name === symbol);
      if (root !== undefined) return root;
      const { models, partial } = analyzer.analyze(file, {
        symbol,
        milliseconds: budgetOf(file),
        isCancelled: hasChanged,
      });
      if (partial !== undefined && hasChanged()) throw stale();
      return models[0] ?? null;
    },
    findings(file) {
      const { findings, models } = analyzeOnce(file).value;
      const elsewhere = models.flatMap((model) => model.findings.filter(({ at }) => at.path !== file));
      return shown([...findings, ...elsewhere], file);
    },
    syntaxErrors: (file) => sources.get(file)?.syntax.errors ?? [],
    shown,
    reset(change) {
      settings = change.settings ?? settings;
      roots = change.roots ?? roots;
      ({ workspace, analyzer, sources } = createWorld(roots, settings, documents));
      forget();
      configurations.clear();
    },
  };
}

/** `body`, once the text stands still: what has changed meanwhile may be another document or a setting, and is no reason to lose an answer. */
export async function whenStill<T>(session: Session, token: CancellationToken, body: () => T): Promise<T> {
  for (;;) {
    await giveWay(session, token);
    try {
      return body();
    } catch (error) {
      if (!isStale(error)) throw error;
    }
  }
}

/** Lets the messages that have arrived meanwhile be read: changes, and the one that cancels this request; throws if it did. */
export async function giveWay(session: Session, token: CancellationToken): Promise<void> {
  await session.ready;
  do await new Promise((resolve) => setImmediate(resolve));
  while (session.hasChanged());
  if (token.isCancellationRequested) throw new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled');
}

function createWorld(
  roots: readonly string[],
  settings: Settings,
  documents: Documents,
): { readonly workspace: Workspace; readonly analyzer: Analyzer; readonly sources: SourceCache } {
  const rootConfigurations = roots.flatMap((root) => findConfiguration(root, readDisk) ?? []);
  const searchPaths = findSearchPaths({
    roots,
    given: [...settings.searchPaths, ...rootConfigurations.flatMap((file) => file.configuration.searchPaths)],
    python: settings.python.interpreter === '' ? null : settings.python.interpreter,
    env: process.env,
  });
  const workspace = withOpenDocuments(createDiskWorkspace({ roots, searchPaths }), (file) => documents.get(file));
  const sources = createSourceCache(workspace);
  return { workspace, analyzer: createAnalyzer(workspace, createFrameworks(), sources, true), sources };
}

function readDisk(file: string): string | null {
  return createDiskWorkspace({ roots: [], searchPaths: [] }).read(file)?.text ?? null;
}
