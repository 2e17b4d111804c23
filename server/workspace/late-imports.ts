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
  /** It may have to run again: what an analysis registers is forgotten with it. */
  ranIn: number | null;
  /** What its text mentions, and the analysis in which the text was looked at. */
  mentions: Mentions | null;
  readIn: number | null;
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
  /** Evaluates a module; true where it had not run yet, or runs again because `isAgain`. */
  readonly run: (found: Resolved, name: string, isAgain: boolean) => boolean;
  /** Counts the analyses. */
  readonly analysis: () => number;
}

export function createLateImports({ textOf, run, analysis }: LateImportsOptions): LateImports {
  const modules = new Map<string, Late>();
  const registries = new WeakSet<DictValue>();
  /** Keys that no module could add, with the number of modules that were known then. */
  const missed = new Map<string, number>();
  let missedIn = -1;

  /** A text is looked at once in an analysis. */
  function mentionsOf(late: Late): Mentions {
    if (late.mentions !== null && late.readIn === analysis()) return late.mentions;
    const text = textOf(late.found.path) ?? '';
    late.readIn = analysis();
    if (late.mentions?.text !== text) late.mentions = readMentions(text);
    return late.mentions;
  }

  return {
    imported(found, name) {
      if (found.kind === 'folder' || modules.has(found.path)) return;
      modules.set(found.path, { found, name, ranIn: null, mentions: null, readIn: null });
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
      if (missedIn !== analysis()) missed.clear();
      missedIn = analysis();
      if (missed.get(key) === modules.size) return false;
      let hasRun = false;
      // What runs may import more, which is looked at in turn.
      for (const late of modules.values()) {
        const { names, importsAll } = mentionsOf(late);
        const defines = names.has(key);
        if (!defines && late.found.kind !== 'package' && !importsAll) continue;
        const isAgain = defines && late.ranIn !== null && late.ranIn !== analysis();
        if (late.ranIn === null || isAgain) hasRun = run(late.found, late.name, isAgain) || hasRun;
        late.ranIn = analysis();
      }
      if (!hasRun) missed.set(key, modules.size);
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
