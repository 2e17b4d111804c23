import type { Machine, ModuleRecord } from '../interpreter/machine.ts';
import { namespace } from '../interpreter/table.ts';
import { type NamespaceValue, unknown, type Value } from '../interpreter/values.ts';
import { remembered } from './remembered.ts';

/** Modules that the tables of frameworks know. What was asked once is kept: `nn` is looked into for every layer. */
export interface FrameworkModules {
  /** `null` where the name is a module of no framework. */
  find(name: string, from: ModuleRecord): NamespaceValue | null;
  /** What a framework's module is called where its collections of models are read as they are installed. */
  sourceOf(name: string): string | null;
  /** A package that is not installed but whose names are known; those that are not are unknown, rather than missing. */
  missing(name: string): NamespaceValue | null;
}

export function createFrameworkModules(
  { frameworks }: Pick<Machine, 'frameworks'>,
  importModule: (name: string, level: number, from: ModuleRecord) => Value | null,
): FrameworkModules {
  const found = new Map<string, NamespaceValue | null>();
  const sourceOf = remembered((name): string | null => {
    for (const framework of frameworks) {
      const source = framework.sourceModule?.(name);
      if (source != null) return source;
    }
    return null;
  });
  const missing: (name: string) => NamespaceValue | null = remembered((name) => {
    for (const { missingModule } of frameworks) {
      const member = missingModule?.(name) ?? null;
      if (member !== null)
        return namespace(name, (inner) => member(inner) ?? missing(`${name}.${inner}`) ?? unknown(inner));
    }
    return null;
  });
  return { find, sourceOf, missing };

  function find(name: string, from: ModuleRecord): NamespaceValue | null {
    let known = found.get(name);
    if (known === undefined) {
      known = make(name, from);
      found.set(name, known);
    }
    return known;
  }

  function make(name: string, from: ModuleRecord): NamespaceValue | null {
    for (const framework of frameworks) {
      const member = framework.module(name);
      if (member === null) continue;
      const members = new Map<string, Value>();
      return namespace(name, (key) => {
        const known = members.get(key);
        if (known !== undefined) return known;
        const inner = `${name}.${key}`;
        if (sourceOf(inner) !== null) return importModule(inner, 0, from) ?? unknown(inner);
        // `torch.nn` is a member of `torch`, also where the table of `torch` does not say so.
        const value = member(key) ?? find(inner, from);
        if (value !== null) members.set(key, value);
        return value;
      });
    }
    return null;
  }
}
