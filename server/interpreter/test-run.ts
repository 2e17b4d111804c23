import type { Framework } from '../frameworks/framework.ts';
import { createMemoryWorkspace } from '../workspace/memory.ts';
import { createModuleStore, type ModuleStore } from '../workspace/module-store.ts';
import { createSourceCache } from '../workspace/parse.ts';
import { createMachine } from './create.ts';
import { formatValue } from './format.ts';
import type { Machine } from './machine.ts';
import { namespace, nativeFunction } from './table.ts';
import { none, type Value } from './values.ts';

/** What a program of tests did. */
export interface Run {
  /** What it printed, a line each; `?` for what is not known. */
  readonly printed: readonly string[];
  readonly notes: readonly string[];
  readonly stopped: string | null;
  readonly variables: ReadonlyMap<string, Value>;
}

/** Evaluates modules for tests; `main.py` (or the first file) is run, and `print` (`console.log`) is recorded. */
export function runFiles(files: Readonly<Record<string, string>>, frameworks: readonly Framework[] = []): Run {
  const main = Object.keys(files)[0] ?? '/main.py';
  const workspace = createMemoryWorkspace(files);
  const sources = createSourceCache(workspace);
  const notes: string[] = [];
  const printed: string[] = [];
  const machine: Machine = createMachine({
    frameworks,
    events: {
      note: (message) => void notes.push(message),
      fact: () => {},
      constructed: () => {},
      constructing: () => {},
      attempt: (body) => body(),
      called: () => {},
    },
    isCancelled: () => false,
    importModule: (name, level, from) => store.importModule(name, level, from),
    importName: (name, level, member, from) => store.importName(name, level, member, from),
    exportedNames: (name, level, from) => store.exportedNames(name, level, from),
    starred: (name, level, from) => store.starred(name, level, from),
    fill: (dict, key) => store.fill(dict, key),
    loadedModule: (name) => store.loadedModule(name),
    textOf: (span) => store.textOf(span),
  });
  const store: ModuleStore = createModuleStore(machine, workspace, sources);
  const source = sources.get(main);
  if (source === null) throw new Error(`no ${main}`);
  const record = store.begin(source);
  const print = nativeFunction('print', '*values, **options', ({ rest }, { language }) => {
    printed.push(rest.map((item) => formatValue(item.value, language) ?? '?').join(' '));
    return none;
  });
  record.scope.variables.set('print', print);
  if (source.language === 'javascript') record.scope.variables.set('console', namespace('console', { log: print }));
  const stopped = store.run(record);
  return { printed, notes, stopped, variables: record.scope.variables };
}
