import type { ModuleRecord } from '../interpreter/machine.ts';
import type { DictValue } from '../interpreter/values.ts';
import type { Resolved } from './resolve.ts';

/*
 * Imports wait until a name is asked for, so a package of a hundred model files costs what is used of it. But a registry is
 * filled by what such a file does when it runs (`@register_model`), and is asked by a text: `create_model('resnet50')`. Where a
 * registry misses a key, the files are run that Python would have run by then and that define something of this name.
 */

export interface LateImports {
  /** An import statement has named this module. */
  imported(found: Resolved, name: string): void;
  /** A module has come to its end: the empty dictionaries that it leaves are waiting for others to fill them. */
  ended(record: ModuleRecord): void;
  isRegistry(dict: DictValue): boolean;
  /** Runs the modules that may register the key; false where there are none. */
  register(key: string): boolean;
}

interface Late {
  readonly found: Resolved;
  readonly name: string;
  hasRun: boolean;
  mentions: Mentions | null;
}

/** What of a text matters to a registry. */
interface Mentions {
  readonly text: string;
  /** Names that it defines, and texts that it quotes, up to their first dot too. */
  readonly names: ReadonlySet<string>;
  readonly importsAll: boolean;
}

export interface LateImportsOptions {
  readonly textOf: (path: string) => string | null;
  /** Evaluates a module; true where it had not run yet. */
  readonly run: (found: Resolved, name: string) => boolean;
  /** Counts the analyses. */
  readonly analysis: () => number;
}

export function createLateImports({ textOf, run, analysis }: LateImportsOptions): LateImports {
  const modules: Late[] = [];
  const paths = new Set<string>();
  const registries = new WeakSet<DictValue>();
  /** Keys that the first so many modules could not add. */
  const missed = new Map<string, number>();
  let readIn = -1;

  /** Looks at all texts once in an analysis: what nothing has changed in was searched in vain for good. */
  function refresh(): void {
    if (readIn === analysis()) return;
    readIn = analysis();
    for (const late of modules) {
      if (late.mentions === null || late.mentions.text === textOf(late.found.path)) continue;
      late.mentions = null;
      missed.clear();
    }
  }

  function mentionsOf(late: Late): Mentions {
    late.mentions ??= readMentions(textOf(late.found.path) ?? '');
    return late.mentions;
  }

  return {
    imported(found, name) {
      if (found.kind === 'folder' || paths.has(found.path)) return;
      paths.add(found.path);
      modules.push({ found, name, hasRun: false, mentions: null });
    },
    ended({ scope }) {
      for (const value of scope.variables.values()) {
        // A class of registries keeps its entries in an attribute.
        const held = value.type === 'instance' ? [...value.attributes.values()] : [value];
        for (const item of held) if (item.type === 'dict' && item.entries.size === 0) registries.add(item);
      }
    },
    isRegistry: (dict) => registries.has(dict),
    register(key) {
      if (!/^\w[\w.-]{2,}$/.test(key)) return false;
      refresh();
      let hasRun = false;
      // What runs may import more, which is looked at in turn.
      for (let next = missed.get(key) ?? 0; next < modules.length; next++) {
        const late = modules[next];
        if (late === undefined) break;
        const { names, importsAll } = mentionsOf(late);
        if (late.hasRun || !(names.has(key) || late.found.kind === 'package' || importsAll)) continue;
        late.hasRun = true;
        hasRun = run(late.found, late.name) || hasRun;
      }
      if (!hasRun) missed.set(key, modules.length);
      return hasRun;
    },
  };
}

function readMentions(text: string): Mentions {
  const names = new Set<string>();
  for (const [, name = ''] of text.matchAll(/(?:\b(?:def|class)\s+|["'])(\w[\w.-]*)/g)) {
    names.add(name);
    const [first = name] = name.split(/[.-]/, 1);
    names.add(first);
  }
  return { text, names, importsAll: text.includes('import *') };
}
