import type { Span } from '../../core/graph/span.ts';
import type { ModuleRecord } from '../interpreter/machine.ts';
import type { ClassValue, FunctionValue } from '../interpreter/values.ts';
import type { Statement } from '../syntax/ast.ts';

/* Where a model is made and where its name is written. */

/** `model = nn.Sequential(…)`: the name before the call that makes the object. */
export function assignedName(record: ModuleRecord, at: Span): { readonly name: string; readonly at: Span } | null {
  const before = record.text.slice(Math.max(0, at.start - 200), at.start);
  if (!/=\s*(?:new\s+|await\s+)?$/.test(before)) return null;
  const match = /([A-Za-z_$][\w$]*)(?:\s*:[^=\n]+)?\s*=\s*(?:new\s+|await\s+)?$/.exec(before);
  if (match?.[1] === undefined) return null;
  const start = at.start - before.length + match.index;
  return { name: match[1], at: { path: record.path, start, end: start + match[1].length } };
}

export function nameOfVariable(record: ModuleRecord, name: string, at: Span | null): Span {
  const assigned = at?.path === record.path ? assignedName(record, at) : null;
  if (assigned?.name === name) return assigned.at;
  const target = findAssignment(record.syntax.body, name);
  if (target !== null) return { path: record.path, start: target.start, end: target.end };
  return at?.path === record.path ? at : { path: record.path, start: 0, end: 0 };
}

function findAssignment(
  body: readonly Statement[],
  name: string,
): { readonly start: number; readonly end: number } | null {
  for (const statement of body) {
    if (statement.type === 'Assign') {
      const target = statement.targets.find((candidate) => candidate.type === 'Name' && candidate.name === name);
      if (target !== undefined) return target;
    } else if (
      statement.type === 'If' ||
      statement.type === 'With' ||
      statement.type === 'Try' ||
      statement.type === 'Block'
    ) {
      const inner = findAssignment(statement.body, name);
      if (inner !== null) return inner;
    }
  }
  return null;
}

export function placeOf(
  value: ClassValue | FunctionValue,
  record: ModuleRecord,
): { readonly at: Span; readonly nameAt: Span } {
  if (value.type === 'class') {
    const fallback = { path: record.path, start: 0, end: 0 };
    return { at: value.at ?? fallback, nameAt: value.nameAt ?? value.at ?? fallback };
  }
  // Behind a decorator's wrapper is the function that the user wrote.
  if (value.wraps !== undefined) return placeOf(value.wraps, record);
  const { node, module } = value;
  const nameAt = node.nameAt ?? node;
  return {
    at: { path: module.path, start: node.start, end: node.end },
    nameAt: { path: module.path, start: nameAt.start, end: nameAt.end },
  };
}
