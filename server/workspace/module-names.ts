import type { ModuleRecord } from '../interpreter/machine.ts';
import { type DeclaredNames, declaredNames } from './declared-names.ts';
import { exportedNames } from './exported-names.ts';

type Star = DeclaredNames['stars'][number];

/** Which names modules give, told by their syntax: nothing is evaluated for it. */
export interface ModuleNames {
  /** What `import *` takes; `null` where the module may have any name. */
  exported(name: string, level: number, from: ModuleRecord): ReadonlySet<string> | null;
  /** Where a module that replaces itself declares that a name comes from. */
  declared(record: ModuleRecord, member: string): Star | undefined;
  /** Texts may have changed. */
  forget(): void;
}

export interface ModuleNamesOptions {
  /** A framework's module lists no names. */
  readonly isListed: (name: string, level: number, from: ModuleRecord) => boolean;
  /** `__all__` of a module that need not be parsed whole, else its record. */
  readonly look: (name: string, level: number, from: ModuleRecord) => ReadonlySet<string> | ModuleRecord | null;
  /** `record` takes names of the module that the statement imports. */
  readonly follows: (record: ModuleRecord, statement: Star) => void;
}

export function createModuleNames({ isListed, look, follows }: ModuleNamesOptions): ModuleNames {
  let exports = new Map<ModuleRecord, ReadonlySet<string>>();
  let stars = new Map<ModuleRecord, ReadonlyMap<string, Star>>();
  /** How often `import *` has led to a module that was on the way. */
  let cycles = 0;
  return {
    exported: (name, level, from) => exported(name, level, from, new Set()),
    declared: (record, member) => declaredNames(record.syntax).byName.get(member) ?? starsOf(record).get(member),
    forget() {
      exports = new Map();
      stars = new Map();
    },
  };

  function exported(
    name: string,
    level: number,
    from: ModuleRecord,
    seen: Set<ModuleRecord>,
  ): ReadonlySet<string> | null {
    if (!isListed(name, level, from)) return null;
    const found = look(name, level, from);
    if (found === null || !('syntax' in found)) return found ?? noNames;
    if (seen.has(found)) {
      cycles++;
      return noNames;
    }
    const known = exports.get(found);
    if (known !== undefined) return known;
    const before = cycles;
    const isFirst = seen.size === 0;
    seen.add(found);
    const names = exportedNames(found.syntax, (statement) => {
      follows(found, statement);
      return exported(statement.module, statement.level, found, seen) ?? noNames;
    });
    // In a cycle, a module in the middle of it lacks what is seen from elsewhere.
    if (cycles === before || isFirst) exports.set(found, names);
    return names;
  }

  /** Which `import *` gives a name: the last one wins. */
  function starsOf(record: ModuleRecord): ReadonlyMap<string, Star> {
    const known = stars.get(record);
    if (known !== undefined) return known;
    const found = new Map<string, Star>();
    for (const star of declaredNames(record.syntax).stars) {
      for (const name of exported(star.module, star.level, record, new Set()) ?? []) found.set(name, star);
    }
    stars.set(record, found);
    return found;
  }
}

const noNames: ReadonlySet<string> = new Set();
