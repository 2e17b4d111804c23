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
  return {
    imported(found, name) {
      if (found.kind !== 'folder' && !modules.has(found.path)) modules.set(found.path, { found, name, ranIn: null });
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
      const definition = new RegExp(`(?:\\b(?:def|class)\\s+|["'])${key.replaceAll('.', '\\.')}\\b`);
      let hasRun = false;
      // What runs may import more, which is looked at in turn.
      for (const late of modules.values()) {
        const text = textOf(late.found.path) ?? '';
        const defines = definition.test(text);
        const gathers = late.found.kind === 'package' || text.includes('import *');
        if (!defines && !gathers) continue;
        const isAgain = defines && late.ranIn !== null && late.ranIn !== analysis();
        if (late.ranIn === null || isAgain) hasRun = run(late.found, late.name, isAgain) || hasRun;
        late.ranIn = analysis();
      }
      return hasRun;
    },
  };
}
