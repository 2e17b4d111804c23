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
import { type DeclaredNames, declaredNames } from './declared-names.ts';
import { exportedNames } from './exported-names.ts';
import { addReachable } from './incremental/reachable.ts';
import { createLateImports } from './late-imports.ts';
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
  /** The module that is analysed. It runs as a script: modules that import it get a copy of their own, as in Python. */
  let main: Kept | null = null;
  const namespaces = new Map<string, NamespaceValue>();
  /** Names that are modules of no framework. */
  const strangers = new Set<string>();
  const sourceNames = new Map<string, string | null>();
  let resolutions = new Map<string, Resolved | null>();
  /** What `import *` takes of a module. */
  let exports = new Map<ModuleRecord, ReadonlySet<string>>();
  /** Which `import *` of a module that replaces itself gives a name. */
  let starsByName = new Map<ModuleRecord, ReadonlyMap<string, DeclaredNames['stars'][number]>>();
  /** How often `import *` has led to a module that was on the way. */
  let cycles = 0;
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
    exportedNames: namesOf,
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
    if (!isFixed && performance.now() - resolvedSince > resolutionLifetime) {
      resolutions = new Map();
      exports = new Map();
      starsByName = new Map();
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
      const known = frameworkModule(name, from) ?? (from.language === 'python' ? standardModule(name) : null);
      if (known !== null) return known;
      // They are there, so an import of them does not fail; what is in them is not known.
      if (from.language === 'python' && (isStandard(name) || isUnrelated(name))) {
        return namespace(name, (member) => unknown(`${name}.${member}`));
      }
    }
    const source = level === 0 ? (sourceModule(name) ?? name) : name;
    const found = resolve(source, level, from);
    if (found === null) return level === 0 ? missingModule(name) : null;
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
      return (text.includes(member) || text.includes('import *')) && namesOf(name, level, from)?.has(member) === true;
    };
    return namespace(module.name, (member) => (mayExport(member) ? module.member(member) : null));
  }

  function loadedModule(name: string): Value | null {
    if (name === main?.record.name) return scopeOf(main.record);
    for (const { record } of kept.values()) {
      if (record.name !== name || record.state === 'new') continue;
      return namespaceOf({ path: record.path, kind: record.isPackage ? 'package' : 'module' }, name);
    }
    return null;
  }

  /** What a framework's module is called where its collections of models are read as they are installed. */
  function sourceModule(name: string): string | null {
    let known = sourceNames.get(name);
    if (known === undefined) {
      known = findSourceModule(name);
      sourceNames.set(name, known);
    }
    return known;
  }

  function findSourceModule(name: string): string | null {
    for (const framework of machine.frameworks) {
      const source = framework.sourceModule?.(name);
      if (source != null) return source;
    }
    return null;
  }

  function frameworkModule(name: string, from: ModuleRecord): NamespaceValue | null {
    const known = namespaces.get(name);
    if (known !== undefined) return known;
    if (strangers.has(name)) return null;
    for (const framework of machine.frameworks) {
      const member = framework.module(name);
      if (member === null) continue;
      // `torch.nn` is a member of `torch`, also where the table of `torch` does not say so.
      const members = new Map<string, Value>();
      const made = namespace(name, (key) => {
        const known = members.get(key);
        if (known !== undefined) return known;
        const inner = `${name}.${key}`;
        if (sourceModule(inner) !== null) return importModule(inner, 0, from) ?? unknown(inner);
        const value = member(key) ?? frameworkModule(inner, from);
        if (value !== null) members.set(key, value);
        return value;
      });
      namespaces.set(name, made);
      return made;
    }
    strangers.add(name);
    return null;
  }

  /** A package that is not installed but whose names are known; those that are not are unknown, rather than missing. */
  function missingModule(name: string): NamespaceValue | null {
    const key = `${name} (not installed)`;
    const known = namespaces.get(key);
    if (known !== undefined) return known;
    for (const { missingModule: lookUp } of machine.frameworks) {
      const member = lookUp?.(name) ?? null;
      if (member === null) continue;
      const made = namespace(name, (inner) => member(inner) ?? missingModule(`${name}.${inner}`) ?? unknown(inner));
      namespaces.set(key, made);
      return made;
    }
    return null;
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
    const { byName } = declaredNames(record.syntax);
    const statement = byName.get(member) ?? machine.budget.uncharged(() => starsOf(record)).get(member);
    if (statement === undefined) return null;
    const original = statement.names.find(({ name, alias }) => (alias ?? name) === member)?.name ?? member;
    const module = importModule(statement.module, statement.level, record);
    return module?.type === 'namespace' ? module.member(original) : null;
  }

  /** The last one wins. */
  function starsOf(record: ModuleRecord): ReadonlyMap<string, DeclaredNames['stars'][number]> {
    const known = starsByName.get(record);
    if (known !== undefined) return known;
    const found = new Map<string, DeclaredNames['stars'][number]>();
    for (const star of declaredNames(record.syntax).stars) {
      for (const name of namesOf(star.module, star.level, record) ?? []) found.set(name, star);
    }
    starsByName.set(record, found);
    return found;
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

  /** `null` where the module may have any name. */
  function namesOf(
    name: string,
    level: number,
    from: ModuleRecord,
    seen: Set<ModuleRecord> = new Set(),
  ): ReadonlySet<string> | null {
    if (level === 0 && frameworkModule(name, from) !== null) return null;
    const found = resolve(name, level, from);
    if (found === null || found.kind === 'folder') return noNames;
    const listed = sources.listedNames(found.path);
    if (listed !== null) return listed;
    const record = load(found, absoluteName(from, name, level));
    if (record === null) return noNames;
    if (seen.has(record)) {
      cycles++;
      return noNames;
    }
    const known = exports.get(record);
    if (known !== undefined) return known;
    const before = cycles;
    const isFirst = seen.size === 0;
    seen.add(record);
    const names = exportedNames(record.syntax, (statement) => {
      const followed = resolve(statement.module, statement.level, record);
      if (followed !== null) kept.get(found.path)?.imports.add(followed.path);
      return namesOf(statement.module, statement.level, record, seen) ?? noNames;
    });
    // In a cycle, a module in the middle of it lacks what is seen from elsewhere.
    if (cycles === before || isFirst) exports.set(record, names);
    return names;
  }
}

/** A framework's class is the same object for all modules. */
function isNativeClass(object: object): boolean {
  return 'native' in object && object.native !== null;
}

const noNames: ReadonlySet<string> = new Set();

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
