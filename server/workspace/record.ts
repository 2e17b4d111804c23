import type { Frame, ModuleRecord } from '../interpreter/machine.ts';
import { createScope } from '../interpreter/scopes.ts';
import { dictOf, type Value } from '../interpreter/values.ts';
import type { Source } from './parse.ts';

/** A module that has not run yet. */
export function createRecord(
  source: Source,
  name: string,
  isPackage: boolean,
  importName: string = name,
): ModuleRecord {
  const { path, text, language, syntax } = source;
  const scope = createScope(null);
  if (language === 'javascript') {
    const exported: Value = dictOf([]);
    scope.variables.set('exports', exported);
    scope.variables.set('module', dictOf([['exports', exported]]));
  }
  return { path, name, importName, isPackage, language, text, syntax, scope, state: 'new', stars: [] };
}

/** What CommonJS exports: `module.exports = {Net}`, `exports.Net = …`. */
export function commonJsMember({ scope }: ModuleRecord, member: string): Value | null {
  const module = scope.variables.get('module');
  const assigned = module?.type === 'dict' ? module.entries.get('sexports')?.value : undefined;
  for (const candidate of [assigned, scope.variables.get('exports')]) {
    if (candidate?.type !== 'dict') continue;
    if (member === 'default') return candidate;
    const entry = candidate.entries.get(`s${member}`);
    if (entry !== undefined) return entry.value;
  }
  return null;
}

/** The frame in which a module's statements run. */
export function moduleFrame(record: ModuleRecord): Frame {
  return {
    module: record,
    scope: record.scope,
    closure: record.scope,
    function: null,
    owner: null,
    isClassBody: false,
    self: null,
    redirects: null,
    returned: null,
    maybeReturned: null,
    maybeBroken: false,
    yielded: null,
  };
}

/** The dotted name of what a relative import means. */
export function absoluteName(from: ModuleRecord, name: string, level: number): string {
  if (level === 0) return name;
  const parts = from.importName.split('.');
  const kept = parts.slice(0, Math.max(0, parts.length - level + (from.isPackage ? 1 : 0)));
  return [...kept, name].filter((part) => part !== '').join('.');
}
