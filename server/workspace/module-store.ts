import path from 'node:path';
import { modelLimits, moduleLimits } from '../interpreter/budget.ts';
import type { Importer } from '../interpreter/create.ts';
import { isStandard, standardModule } from '../interpreter/library/python/modules.ts';
import { isUnrelated, isUnrelatedFile } from '../interpreter/library/python/unrelated.ts';
import { type Frame, type Machine, type ModuleRecord, Raised } from '../interpreter/machine.ts';
import { force, importCycle } from '../interpreter/scopes.ts';
import { namespace } from '../interpreter/table.ts';
import { type NamespaceValue, unknown, type Value } from '../interpreter/values.ts';
import type { Module, Statement } from '../syntax/ast.ts';
import { declaredNames } from './declared-names.ts';
import { createFrameworkModules } from './framework-modules.ts';
import { addReachable } from './incremental/reachable.ts';
import { createLateImports } from './late-imports.ts';
import { createModuleNames } from './module-names.ts';
import type { Source, SourceCache } from './parse.ts';
import { absoluteName, commonJsMember, createRecord, moduleFrame } from './record.ts';
import { type Resolved, resolveImport } from './resolve.ts';
import type { Workspace } from './workspace.ts';

/** Evaluated modules, kept from one analysis to the next as long as neither they nor what they import has changed. */
export interface ModuleStore extends Importer {
  /** Starts an analysis: a fresh record for the module that is analysed. */
  begin(source: Source): ModuleRecord;
  /** Whether imported modules are still those of the analysis before. */
  refresh(): boolean;
  /** How many imported modules are kept. */
  readonly size: number;
  /** It belongs to an imported module, which is kept. */
  isShared(object: object): boolean;
  /** Runs a module's statements, once. Returns why it did not come to its end, if so. */
  run(record: ModuleRecord): string | null;
}

interface Kept {
  readonly record: ModuleRecord;
  readonly source: Source;
  /** Files that it imports. */
  readonly imports: Set<string>;
  /** The analysis that has last found it up to date. */
  checkedIn: number;
}

/** Where imports lead is asked of the disk again after this time. */
const resolutionLifetime = 2000;

export function createModuleStore(
  machine: Machine,
  workspace: Workspace,
  sources: SourceCache,
  /** Keep account of what belongs to imported modules, for `isShared`. */
  marksShared = false,
): ModuleStore {
  const shared = new WeakSet<object>();
  const kept = new Map<string, Kept>();
  /** Of modules by their names. */
  const pathOf = new Map<string, string>();
  /** The module that is analysed. It runs as a script: modules that import it get a copy of their own, as in Python. */
  let main: Kept | null = null;
  const namespaces = new Map<string, NamespaceValue>();
  const frameworkModules = createFrameworkModules(machine, importModule);
  const names = createModuleNames({
    isListed: (name, level, from) => level > 0 || frameworkModules.find(name, from) === null,
    look(name, level, from) {
      const found = resolve(name, level, from);
      if (found === null || found.kind === 'folder') return null;
      return sources.listedNames(found.path) ?? load(found, absoluteName(from, name, level));
    },
    follows(record, { module, level }) {
      const followed = resolve(module, level, record);
      if (followed !== null) kept.get(record.path)?.imports.add(followed.path);
    },
  });
  let resolutions = new Map<string, Resolved | null>();
  const { isFixed = false } = workspace;
  let resolvedSince = 0;
  let analysis = 0;
  const lateImports = createLateImports({
    textOf: (file) => {
      machine.budget.checkpoint();
      return workspace.read(file)?.text ?? null;
    },
    run: runLate,
    // Texts that cannot change need no second look.
    analysis: () => (isFixed ? 0 : analysis),
  });

  return {
    begin,
    refresh,
    get size() {
      return kept.size;
    },
    isShared: (object) => shared.has(object) || isNativeClass(object),
    run,
    importModule,
    importName(name, level, member, from) {
      const module = importModule(name, level, from);
      return module?.type === 'namespace' ? module.member(member) : null;
    },
    exportedNames: names.exported,
    starred,
    fill: (dict, key) => lateImports.isRegistry(dict) && lateImports.register(key),
    loadedModule,
    textOf: (span) => (main?.record.path === span.path ? main : kept.get(span.path))?.record.text ?? null,
  };

  /** As its package's other modules import it: the folders with an `__init__.py` above it. */
  function importNameOf(file: string): string {
    const stem = path.basename(file, path.extname(file));
    const parts = stem === '__init__' ? [] : [stem];
    let folder = path.dirname(file);
    while (workspace.isFile(path.join(folder, '__init__.py'))) {
      parts.unshift(path.basename(folder));
      const parent = path.dirname(folder);
      if (parent === folder) break;
      folder = parent;
    }
    return parts.length > 1 || stem === '__init__' ? parts.join('.') : '__main__';
  }

  function begin(source: Source): ModuleRecord {
    analysis++;
    if (!isFixed) names.forget();
    if (!isFixed && performance.now() - resolvedSince > resolutionLifetime) {
      resolutions = new Map();
      resolvedSince = performance.now();
    }
    const isPackage = path.basename(source.path) === '__init__.py';
    main = newModule(source, '__main__', isPackage, importNameOf(source.path));
    return main.record;
  }

  function refresh(): boolean {
    let isSame = true;
    for (const module of [...kept.values()]) if (!isCurrent(module)) isSame = false;
    return isSame;
  }

  function newModule(source: Source, name: string, isPackage: boolean, importName: string = name): Kept {
    const record = createRecord(source, name, isPackage, importName);
    return { record, source, imports: new Set(), checkedIn: analysis };
  }

  function run(record: ModuleRecord): string | null {
    if (record.state !== 'new') return null;
    record.state = 'running';
    const { state } = machine;
    const outer = { ...state };
    let isOver = false;
    // What is imported is evaluated as if it stood alone, whatever asked for it.
    Object.assign(state, {
      trace: null,
      sweep: null,
      caught: [],
      constructions: 0,
      registers: record.name !== '__main__',
    });
    try {
      const body = () => runStatements(machine, statementsOf(record.syntax), moduleFrame(record));
      // The analysed module may build whole models at its top.
      const limits = record.name === '__main__' ? modelLimits : moduleLimits;
      const bounded = () => machine.budget.within(limits, body);
      // What the analysed module does elsewhere is undone with its analysis; an imported module stays imported.
      const outcome = record.name === '__main__' ? bounded() : machine.journal.suspend(bounded);
      isOver = true;
      return 'stopped' in outcome ? outcome.stopped : null;
    } finally {
      Object.assign(state, outer);
      record.state = 'done';
      // An analysis that is cancelled in the middle of it leaves half a module, which the next one must not find.
      if (!isOver && kept.get(record.path)?.record === record) kept.delete(record.path);
      if (isOver) {
        lateImports.ended(record);
        if (marksShared && record.name !== '__main__') addReachable(record.scope, shared);
      }
    }
  }

  function runLate(found: Resolved, name: string): boolean {
    const record = machine.budget.uncharged(() => load(found, name));
    if (record === null || record.state !== 'new') return false;
    machine.budget.uncharged(() => run(record));
    return true;
  }

  function importModule(name: string, level: number, from: ModuleRecord): Value | null {
    if (level === 0) {
      const known = frameworkModules.find(name, from) ?? (from.language === 'python' ? standardModule(name) : null);
      if (known !== null) return known;
      // They are there, so an import of them does not fail; what is in them is not known.
      if (from.language === 'python' && (isStandard(name) || isUnrelated(name))) {
        return namespace(name, (member) => unknown(`${name}.${member}`));
      }
    }
    const source = level === 0 ? (frameworkModules.sourceOf(name) ?? name) : name;
    const found = resolve(source, level, from);
    if (found === null) return level === 0 ? frameworkModules.missing(name) : null;
    if (from.name !== '__main__') kept.get(from.path)?.imports.add(found.path);
    const absolute = absoluteName(from, source, level);
    lateImports.imported(found, absolute);
    return namespaceOf(found, absolute);
  }

  function starred(name: string, level: number, from: ModuleRecord): NamespaceValue | null {
    const module = importModule(name, level, from);
    const found = resolve(name, level, from);
    if (module?.type !== 'namespace' || found === null || found.kind === 'folder') return null;
    const mayExport = (member: string): boolean => {
      const text = workspace.read(found.path)?.text ?? '';
      // Told by the text first: parsing a hundred files for one name takes seconds.
      return (
        (text.includes(member) || text.includes('import *')) && names.exported(name, level, from)?.has(member) === true
      );
    };
    return namespace(module.name, (member) => (mayExport(member) ? module.member(member) : null));
  }

  function loadedModule(name: string): Value | null {
    if (name === main?.record.name) return scopeOf(main.record);
    const record = kept.get(pathOf.get(name) ?? '')?.record;
    if (record?.name !== name || record.state === 'new') return null;
    return namespaceOf({ path: record.path, kind: record.isPackage ? 'package' : 'module' }, name);
  }

  function resolve(name: string, level: number, from: ModuleRecord): Resolved | null {
    const key = `${level}:${name}:${from.language}:${path.dirname(from.path)}`;
    const known = resolutions.get(key);
    if (known !== undefined) return known;
    const { language } = from;
    const resolved = resolveImport(workspace, { name, level, from: from.path, language });
    const found = resolved !== null && isUnrelatedFile(resolved.path) ? null : resolved;
    resolutions.set(key, found);
    return found;
  }

  function namespaceOf(found: Resolved, name: string): NamespaceValue {
    const known = namespaces.get(found.path);
    if (known !== undefined) return known;
    const made = namespace(name, (member) => {
      const own = exported(found, name, member);
      // `from package import part` in the package's own `__init__` means the submodule.
      return own === null || own === importCycle ? (submodule(found, name, member) ?? own) : own;
    });
    namespaces.set(found.path, made);
    return made;
  }

  /** A name of a module; one that replaces itself has those that it declares. */
  function exported(found: Resolved, name: string, member: string): Value | null {
    const record = load(found, name);
    if (record === null) return null;
    if (!declaredNames(record.syntax).replacesItself) {
      return ownMember(found, name, member) ?? declaredMember(record, member);
    }
    return declaredMember(record, member) ?? submodule(found, name, member) ?? ownMember(found, name, member);
  }

  function declaredMember(record: ModuleRecord, member: string): Value | null {
    const statement = machine.budget.uncharged(() => names.declared(record, member));
    if (statement === undefined) return null;
    const original = statement.names.find(({ name, alias }) => (alias ?? name) === member)?.name ?? member;
    const module = importModule(statement.module, statement.level, record);
    return module?.type === 'namespace' ? module.member(original) : null;
  }

  function hasRun(found: Resolved): ModuleRecord | null {
    const known = kept.get(found.path);
    return known !== undefined && known.record.state === 'done' && isCurrent(known) ? known.record : null;
  }

  function ownMember(found: Resolved, name: string, member: string): Value | null {
    const record =
      hasRun(found) ??
      machine.budget.uncharged(() => {
        const loaded = load(found, name);
        if (loaded !== null) run(loaded);
        return loaded;
      });
    if (record === null) return null;
    const value = record.scope.variables.get(member);
    if (value !== undefined) return force(record.scope, member, value);
    if (record.language === 'javascript') return commonJsMember(record, member);
    for (const star of record.stars) {
      const starred = star.member(member);
      if (starred !== null) return starred;
    }
    // A module-level `__getattr__` may make any name.
    return record.scope.variables.has('__getattr__') && !member.startsWith('__') ? unknown(`${name}.${member}`) : null;
  }

  function submodule(found: Resolved, name: string, member: string): Value | null {
    if (found.kind === 'module') return null;
    const folder = found.kind === 'package' ? path.dirname(found.path) : found.path;
    const from = path.join(folder, '__init__.py');
    const inner = resolveImport(workspace, { name: member, level: 1, from, language: 'python' });
    return inner === null ? null : namespaceOf(inner, `${name}.${member}`);
  }

  function load(found: Resolved, name: string): ModuleRecord | null {
    if (found.kind === 'folder') return null;
    const known = kept.get(found.path);
    if (known !== undefined && isCurrent(known)) return known.record;
    const source = sources.get(found.path);
    if (source === null) return null;
    const made = newModule(source, name, found.kind === 'package');
    kept.set(found.path, made);
    pathOf.set(name, found.path);
    return made.record;
  }

  function isCurrent(module: Kept): boolean {
    if (isFixed || module.checkedIn === analysis) return true;
    if (sources.get(module.source.path) !== module.source) {
      // What it did to other modules when it ran (a registry it is listed in) cannot be taken back: all start afresh.
      for (const [file, other] of kept) if (other.checkedIn !== analysis) kept.delete(file);
      return false;
    }
    // Before its imports are asked: they may import it in turn.
    module.checkedIn = analysis;
    for (const imported of module.imports) {
      const other = kept.get(imported);
      if (other === undefined || isCurrent(other)) continue;
      module.checkedIn = 0;
      return false;
    }
    return true;
  }
}

/** A framework's class is the same object for all modules. */
function isNativeClass(object: object): boolean {
  return 'native' in object && object.native !== null;
}

/** How a module puts another object in its own place is not followed: what that gives is declared. */
function statementsOf(syntax: Module): readonly Statement[] {
  const { body } = syntax;
  return declaredNames(syntax).replacesItself ? body.filter((statement) => statement.type !== 'If') : body;
}

/** The names of the module that runs. */
function scopeOf({ name, scope }: ModuleRecord): NamespaceValue {
  return namespace(name, (member) => {
    const value = scope.variables.get(member);
    return value === undefined ? null : force(scope, member, value);
  });
}

/** A statement that raises, or that we take to raise, must not hide what comes after it. */
function runStatements(machine: Machine, body: readonly Statement[], frame: Frame): void {
  // JavaScript's functions are declared before anything runs, so its statements stay together.
  const groups = frame.module.language === 'javascript' ? [body] : body.map((statement) => [statement]);
  for (const group of groups) {
    try {
      machine.execute(group, frame);
    } catch (error) {
      if (!(error instanceof Raised)) throw error;
    }
  }
}
