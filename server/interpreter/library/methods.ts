import type { Language } from '../../syntax/ast.ts';
import { formatValue } from '../format.ts';
import { nativeFunction } from '../table.ts';
import {
  boolean,
  type FunctionValue,
  type NumberValue,
  none,
  number,
  type StringValue,
  string,
  tuple,
  unknown,
  type Value,
} from '../values.ts';
import { arrayMethods } from './javascript/array-methods.ts';
import { textMethods } from './javascript/text-methods.ts';
import { dictMethods, setMethods } from './python/dict-methods.ts';
import { listMethods, tupleMethods } from './python/list-methods.ts';
import { stringMethods } from './python/string-methods.ts';
import { classOf } from './types.ts';
import { bindMethod } from './value-methods.ts';

/** Attributes of numbers, strings, containers and functions; `null` where there is none. */
export function attributeOfPlain(object: Value, name: string, language: Language): Value | null {
  const found = language === 'python' ? pythonAttribute(object, name) : javascriptAttribute(object, name);
  if (found !== null) return found;
  return name === '__class__' ? classOf(object) : null;
}

function pythonAttribute(object: Value, name: string): Value | null {
  switch (object.type) {
    case 'list':
      return bindMethod('list', listMethods, object, name);
    case 'tuple': {
      const place = object.names?.indexOf(name) ?? -1;
      if (place >= 0) return object.items[place] ?? none;
      if (name === '_fields') return tuple((object.names ?? []).map(string));
      return bindMethod('tuple', tupleMethods, object, name);
    }
    case 'set':
      return bindMethod('set', setMethods, object, name);
    case 'dict':
      return bindMethod('dict', dictMethods, object, name);
    case 'string':
      return enumAttribute(object, name) ?? bindMethod('str', stringMethods, object, name);
    case 'number':
      return enumAttribute(object, name) ?? numberAttribute(object, name);
    case 'range':
      return { start: number(object.start), stop: number(object.stop), step: number(object.step) }[name] ?? null;
    case 'slice':
      return { start: object.lower, stop: object.upper, step: object.step }[name] ?? null;
    case 'partial':
      if (name === 'func') return object.callee;
      if (name === 'args') return tuple(object.arguments.positional.map((argument) => argument.value));
      return name === 'keywords' ? keywordDictionary(object) : null;
    case 'bound':
      if (name === '__self__') return object.self;
      return name === '__func__' ? object.function : pythonAttribute(object.function, name);
    case 'function':
      // What `types.FunctionType` makes the same function of again.
      if (name === '__code__') return object;
      if (name === 'co_varnames') return tuple(argumentNames(object).map(string));
      return name === '__name__' ? string(object.node.name ?? '<lambda>') : null;
    case 'native':
      return name === '__name__' ? string(object.function.name.slice(object.function.name.lastIndexOf('.') + 1)) : null;
    default:
      return null;
  }
}

/** What a number or string has as member of an enum. */
function enumAttribute({ member, ...plain }: NumberValue | StringValue, name: string): Value | null {
  if (member === undefined) return null;
  return name === 'value' ? plain : name === 'name' ? string(member) : null;
}

/** Of a function's arguments, in order. */
function argumentNames({ node }: FunctionValue): readonly string[] {
  return node.parameters.flatMap(({ target }) => (target.type === 'Name' ? [target.name] : []));
}

function keywordDictionary(object: Extract<Value, { type: 'partial' }>): Value {
  const entries = [...object.arguments.keyword].map(
    ([name, argument]) => [`s${name}`, { key: string(name), value: argument.value, at: argument.at }] as const,
  );
  return { type: 'dict', entries: new Map(entries), open: false };
}

function numberAttribute(object: Extract<Value, { type: 'number' }>, name: string): Value | null {
  switch (name) {
    case 'real':
      return object;
    case 'imag':
      return number(0, object.isFloat);
    case 'is_integer':
      return nativeFunction('float.is_integer', '', () => boolean(Number.isInteger(object.value)));
    case 'bit_length':
      return nativeFunction('int.bit_length', '', () => number(Math.abs(object.value).toString(2).length));
    case 'item':
      return nativeFunction('number.item', '', () => object);
    default:
      return null;
  }
}

function javascriptAttribute(object: Value, name: string): Value | null {
  switch (object.type) {
    case 'list':
      if (name === 'length') return object.open ? unknown('length') : number(object.items.length);
      return bindMethod('Array', arrayMethods, object, name);
    case 'string':
      if (name === 'length') return number(object.value.length);
      return bindMethod('String', textMethods, object, name);
    case 'number':
      if (name === 'toFixed') {
        return nativeFunction('Number.toFixed', 'digits=0', (given) => {
          const digits = given.get('digits');
          return digits.type === 'number' ? string(object.value.toFixed(Math.min(100, digits.value))) : unknown('text');
        });
      }
      return name === 'toString' ? toText(object) : null;
    case 'dict':
      if (name === 'hasOwnProperty') {
        return nativeFunction('Object.hasOwnProperty', 'key', (given) => {
          const key = given.get('key');
          return key.type === 'string' ? boolean(object.entries.has(`s${key.value}`)) : unknown('condition');
        });
      }
      return null;
    case 'function':
    case 'bound':
      return functionMethod(object, name);
    default:
      return null;
  }
}

function toText(object: Value): Value {
  return nativeFunction('toString', '', () => {
    const text = formatValue(object, 'javascript');
    return text === null ? unknown('text') : string(text);
  });
}

/** `f.call(this, …)`, `f.apply(this, […])`, `f.bind(this)`. */
function functionMethod(object: Extract<Value, { type: 'function' | 'bound' }>, name: string): Value | null {
  const function_ = object.type === 'bound' ? object.function : object;
  if (name === 'bind') {
    return nativeFunction('Function.bind', 'self, *args', (given) => ({
      type: 'bound',
      self: given.get('self'),
      function: function_,
    }));
  }
  if (name === 'call') {
    return nativeFunction('Function.call', 'self, *args', (given, context) =>
      context.call(
        { type: 'bound', self: given.get('self'), function: function_ },
        given.rest.map((item) => item.value),
      ),
    );
  }
  if (name !== 'apply') return null;
  return nativeFunction('Function.apply', 'self, items=[]', (given, context) =>
    context.call(
      { type: 'bound', self: given.get('self'), function: function_ },
      context.iterate(given.get('items')) ?? [],
    ),
  );
}
