import { annotatedNames, annotationOf } from '../../annotations.ts';
import { constructorParameters } from '../../parameters.ts';
import { namespace, nativeClass, nativeFunction } from '../../table.ts';
import {
  boolean,
  type ClassValue,
  dictOf,
  type FunctionValue,
  type InstanceValue,
  type NamespaceValue,
  string,
  unknown,
  type Value,
} from '../../values.ts';
import { objectClass } from '../types.ts';

const kinds = {
  positionalOnly: 'POSITIONAL_ONLY',
  normal: 'POSITIONAL_OR_KEYWORD',
  rest: 'VAR_POSITIONAL',
  keywordOnly: 'KEYWORD_ONLY',
  keywordRest: 'VAR_KEYWORD',
} as const;

const kindValues: Readonly<Record<string, Value>> = Object.fromEntries(
  Object.values(kinds).map((name) => [name, string(name)]),
);
const empty = nativeClass('inspect._empty', { bases: [objectClass] });
const parameterClass = nativeClass('inspect.Parameter', { bases: [objectClass], members: { ...kindValues, empty } });
const signatureClass = nativeClass('inspect.Signature', { bases: [objectClass], members: { empty } });

/** What code asks about functions before it calls them: their parameters. */
export const inspectModule: NamespaceValue = namespace('inspect', {
  Parameter: parameterClass,
  Signature: signatureClass,
  signature: nativeFunction('inspect.signature', 'callable', (given) => signatureOf(given.get('callable'))),
  get_annotations: nativeFunction('inspect.get_annotations', 'object, **options', (given) => {
    const class_ = given.get('object');
    return class_.type === 'class' ? dictOf(annotationsIn([class_])) : unknown('annotations');
  }),
  isclass: nativeFunction('inspect.isclass', 'object', (given) => typeIs(given.get('object'), ['class'])),
  isfunction: nativeFunction('inspect.isfunction', 'object', (given) => typeIs(given.get('object'), ['function'])),
  ismethod: nativeFunction('inspect.ismethod', 'object', (given) => typeIs(given.get('object'), ['bound'])),
});

/** Names and annotations of classes, those of the first one last and above the others. */
export function annotationsIn(classes: readonly ClassValue[]): readonly [string, Value][] {
  return [...classes]
    .reverse()
    .flatMap((class_) => annotatedNames(class_).map((name): [string, Value] => [name, annotationOf(class_, name)]));
}

function typeIs(value: Value, types: readonly Value['type'][]): Value {
  return value.type === 'unknown' || value.type === 'dimension'
    ? unknown('condition')
    : boolean(types.includes(value.type));
}

function signatureOf(callee: Value): Value {
  const found = constructorParameters(callee);
  if (found === null) return unknown('signature');
  const { function_, isBound } = found;
  const parameters = function_.node.parameters.slice(isBound ? 1 : 0).flatMap((parameter): [string, Value][] => {
    if (parameter.target.type !== 'Name') return [];
    const { name } = parameter.target;
    return [[name, parameterOf(name, kinds[parameter.kind], function_)]];
  });
  return instance(signatureClass, [['parameters', dictOf(parameters)]]);
}

function parameterOf(name: string, kind: string, function_: FunctionValue): Value {
  return instance(parameterClass, [
    ['name', string(name)],
    ['kind', string(kind)],
    ['default', function_.defaults.get(name) ?? empty],
    ['annotation', unknown('annotation')],
  ]);
}

function instance(class_: InstanceValue['class'], attributes: readonly (readonly [string, Value])[]): InstanceValue {
  return { type: 'instance', class: class_, attributes: new Map(attributes), at: null, state: null };
}
