import type { Expression } from '../syntax/ast.ts';
import type { Frame, Machine } from './machine.ts';
import { type ClassValue, dictOf, none, unknown, type Value } from './values.ts';

/** What stands behind the colon of `x: int = 3` in a class body. It is evaluated when somebody asks for it. */
interface Annotation {
  readonly expression: Expression;
  readonly frame: Frame;
  readonly machine: Machine;
}

const annotations = new WeakMap<ClassValue['members'], Map<string, Annotation>>();

/** Notes an annotated name: dataclasses and named tuples read the names and their order. */
export function annotate(machine: Machine, target: Expression, expression: Expression, frame: Frame): void {
  if (target.type !== 'Name') return;
  const members: ClassValue['members'] = frame.scope.variables;
  let names = members.get('__annotations__');
  if (names?.type !== 'dict') {
    names = dictOf([]);
    members.set('__annotations__', names);
  }
  machine.journal.touch(names);
  names.entries.set(`s${target.name}`, { key: { type: 'string', value: target.name }, value: none });
  let own = annotations.get(members);
  if (own === undefined) {
    own = new Map();
    annotations.set(members, own);
  }
  own.set(target.name, { expression, frame, machine });
}

/** The annotated names of a class body itself, in order. */
export function annotatedNames(class_: ClassValue): readonly string[] {
  const names = class_.members.get('__annotations__');
  if (names?.type !== 'dict') return [];
  return [...names.entries.values()].flatMap(({ key }) => (key.type === 'string' ? [key.value] : []));
}

/** `x: ClassVar[int] = 3`: not a field of each instance. */
export function isClassVariable(class_: ClassValue, name: string): boolean {
  const expression = annotations.get(class_.members)?.get(name)?.expression;
  const head = expression?.type === 'Index' ? expression.object : expression;
  if (head?.type === 'Name' || head?.type === 'Attribute') return head.name === 'ClassVar';
  return head?.type === 'String' && /^(\w+\.)?ClassVar\b/.test(head.value);
}

/** The class or whatever else a name is annotated with. */
export function annotationOf(class_: ClassValue, name: string): Value {
  const annotation = annotations.get(class_.members)?.get(name);
  if (annotation === undefined) return unknown(`annotation of ${name}`);
  const { machine, expression, frame } = annotation;
  if (expression.type !== 'String') return machine.evaluate(expression, frame);
  // A name in quotes, as a class writes that stands before the one that it names.
  return machine.evaluate({ ...expression, type: 'Name', name: expression.value }, frame);
}
