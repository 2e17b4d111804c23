import { parseLiteral, splitTopLevel } from './literal.ts';
import type { BoundArguments, Signature } from './native.ts';
import {
  type CallArguments,
  type DictValue,
  dictOf,
  type GivenArgument,
  none,
  type PartialValue,
  tuple,
  unknown,
  type Value,
} from './values.ts';

type Parameter = Signature['parameters'][number];

/**
 * Parses Python's notation of parameters: `in_features, out_features, bias=True, *, device=None`, `*args`, `**kwargs`.
 * Defaults are literals; a `/` is allowed and means nothing here.
 */
export function signature(text: string): Signature {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const parameters: Parameter[] = [];
  let kind: 'normal' | 'keywordOnly' = 'normal';
  for (const part of splitTopLevel(text)) {
    if (part === '/') continue;
    if (part === '*') {
      kind = 'keywordOnly';
    } else if (part.startsWith('**')) {
      parameters.push({ name: part.slice(2), default: null, kind: 'keywordRest' });
    } else if (part.startsWith('*')) {
      parameters.push({ name: part.slice(1), default: null, kind: 'rest' });
      kind = 'keywordOnly';
    } else {
      const [, name = part, literal] = /^(\w+)\s*=\s*(.*)$/s.exec(part) ?? [];
      parameters.push({ name, default: literal === undefined ? null : parseLiteral(literal), kind });
    }
  }
  const parsed = { parameters };
  cache.set(text, parsed);
  return parsed;
}

const cache = new Map<string, Signature>();

/**
 * Matches arguments to parameters as Python does. It never fails: what is missing or may be hidden in a spread that could
 * not be followed is unknown; what is too much is left in `raw`.
 */
export function bind(signature: Signature, arguments_: CallArguments): BoundArguments {
  const given = new Map<string, GivenArgument>();
  const rest: GivenArgument[] = [];
  const keywordRest = new Map<string, GivenArgument>();
  let next = 0;
  for (const parameter of signature.parameters) {
    if (parameter.kind === 'rest') {
      rest.push(...arguments_.positional.slice(next));
      next = arguments_.positional.length;
    } else if (parameter.kind === 'normal') {
      const argument = arguments_.positional[next];
      if (argument === undefined) continue;
      given.set(parameter.name, argument);
      next++;
    }
  }
  const names = new Map(signature.parameters.map((parameter) => [parameter.name, parameter.kind]));
  for (const [name, argument] of arguments_.keyword) {
    const kind = names.get(name);
    if (kind === 'normal' || kind === 'keywordOnly') given.set(name, argument);
    else keywordRest.set(name, argument);
  }
  return {
    get: (name) => read(name),
    given: (name) => given.get(name) ?? null,
    rest,
    keywordRest,
    raw: arguments_,
  };

  function read(name: string): Value {
    const argument = given.get(name);
    if (argument !== undefined) return argument.value;
    const parameter = signature.parameters.find((candidate) => candidate.name === name);
    if (parameter?.kind === 'rest') return tuple(rest.map((item) => item.value));
    if (parameter?.kind === 'keywordRest') {
      return dictOf([...keywordRest].map(([key, item]) => [key, item.value, item.at]));
    }
    if (arguments_.open) return unknown(`argument ${name}`);
    return parameter?.default ?? unknown(`argument ${name}`);
  }
}

/** Arguments by position only. */
export function positional(...values: readonly Value[]): CallArguments {
  return { positional: values.map((value) => ({ value, at: null })), keyword: new Map(), open: false };
}

/**
 * The entries of an options object (`{units: 10, activation: 'relu'}`) as keyword arguments, so that a JavaScript function
 * can be bound by a signature like any other. Anything else than an object gives no arguments.
 */
export function optionArguments(value: Value): CallArguments {
  if (value.type !== 'dict') return { positional: [], keyword: new Map(), open: value.type !== 'none' };
  return { positional: [], keyword: optionsOf(value), open: value.open };
}

function optionsOf(dict: DictValue): ReadonlyMap<string, GivenArgument> {
  const options = new Map<string, GivenArgument>();
  for (const { key, value, at } of dict.entries.values()) {
    // In JavaScript `undefined` is the same as not given; `null` is lowered to the same value and treated alike.
    if (key.type === 'string' && value !== none) options.set(key.value, { value, at: at ?? null });
  }
  return options;
}

/** What a partial passes on together with what it is called with. */
export function mergeArguments(partial: PartialValue, arguments_: CallArguments): CallArguments {
  return {
    positional: [...partial.arguments.positional, ...arguments_.positional],
    keyword: new Map([...partial.arguments.keyword, ...arguments_.keyword]),
    open: partial.arguments.open || arguments_.open,
  };
}
