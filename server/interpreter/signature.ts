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
export function bind({ parameters }: Signature, raw: CallArguments): BoundArguments {
  const { positional, keyword } = raw;
  // Every call of a native comes here: parameters are few, so they are searched rather than put into a map.
  const byPlace = new Array<GivenArgument | null>(Math.min(parameters.length, positional.length)).fill(null);
  let rest = nothing;
  let next = 0;
  for (let place = 0; place < parameters.length && next < positional.length; place++) {
    const kind = parameters[place]?.kind;
    if (kind === 'rest') {
      rest = positional.slice(next);
      break;
    }
    if (kind !== 'normal') continue;
    byPlace[place] = positional[next] ?? null;
    next++;
  }
  const keywordRest = keyword.size === 0 ? noKeywords : takeKeywords(parameters, keyword, byPlace);
  return new Bound(parameters, byPlace, rest, keywordRest, raw);
}

/** A class, since one is made for every call of a native. */
class Bound implements BoundArguments {
  readonly #parameters: readonly Parameter[];
  readonly #byPlace: readonly (GivenArgument | null)[];
  readonly rest: readonly GivenArgument[];
  readonly keywordRest: ReadonlyMap<string, GivenArgument>;
  readonly raw: CallArguments;

  constructor(
    parameters: readonly Parameter[],
    byPlace: readonly (GivenArgument | null)[],
    rest: readonly GivenArgument[],
    keywordRest: ReadonlyMap<string, GivenArgument>,
    raw: CallArguments,
  ) {
    this.#parameters = parameters;
    this.#byPlace = byPlace;
    this.rest = rest;
    this.keywordRest = keywordRest;
    this.raw = raw;
  }

  given(name: string): GivenArgument | null {
    const place = placeOf(this.#parameters, name);
    return place < 0 ? null : (this.#byPlace[place] ?? null);
  }

  get(name: string): Value {
    const place = placeOf(this.#parameters, name);
    if (place < 0) return unknown(`argument ${name}`);
    const argument = this.#byPlace[place] ?? null;
    if (argument !== null) return argument.value;
    const parameter = this.#parameters[place];
    if (parameter?.kind === 'rest') return tuple(this.rest.map((item) => item.value));
    if (parameter?.kind === 'keywordRest') {
      return dictOf([...this.keywordRest].map(([key, item]) => [key, item.value, item.at]));
    }
    if (this.raw.open) return unknown(`argument ${name}`);
    return parameter?.default ?? unknown(`argument ${name}`);
  }
}

const nothing: readonly GivenArgument[] = [];
export const noKeywords: ReadonlyMap<string, GivenArgument> = new Map();

/** Puts those that have a parameter into its place; the others come back. */
function takeKeywords(
  parameters: readonly Parameter[],
  keyword: CallArguments['keyword'],
  byPlace: (GivenArgument | null)[],
): ReadonlyMap<string, GivenArgument> {
  const others = new Map<string, GivenArgument>();
  for (const [name, argument] of keyword) {
    const place = placeOf(parameters, name);
    const kind = parameters[place]?.kind;
    if (kind === 'normal' || kind === 'keywordOnly') byPlace[place] = argument;
    else others.set(name, argument);
  }
  return others;
}

function placeOf(parameters: readonly Parameter[], name: string): number {
  for (let place = 0; place < parameters.length; place++) if (parameters[place]?.name === name) return place;
  return -1;
}

/** Arguments by position only. */
export function positional(...values: readonly Value[]): CallArguments {
  return { positional: values.map((value) => ({ value, at: null })), keyword: noKeywords, open: false };
}

/**
 * The entries of an options object (`{units: 10, activation: 'relu'}`) as keyword arguments, so that a JavaScript function
 * can be bound by a signature like any other. Anything else than an object gives no arguments.
 */
export function optionArguments(value: Value): CallArguments {
  if (value.type !== 'dict') return { positional: [], keyword: noKeywords, open: value.type !== 'none' };
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
