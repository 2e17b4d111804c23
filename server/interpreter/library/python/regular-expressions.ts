import type { BoundArguments, NativeContext, NativeMethod } from '../../native.ts';
import { numberOf, stringOf } from '../../read.ts';
import { method, namespace, nativeClass, nativeFunction } from '../../table.ts';
import {
  dictOf,
  type InstanceValue,
  list,
  type NamespaceValue,
  none,
  number,
  string,
  tuple,
  unknown,
  type Value,
} from '../../values.ts';
import { objectClass } from '../types.ts';

/* `re`, for architectures that are written as text (`ir_r2_k3_s2_e1_c16`). */

type Found = RegExpExecArray;
type Run = (expression: RegExp, text: string, given: BoundArguments, context: NativeContext) => Value;

interface Row {
  /** After the pattern. */
  readonly parameters: string;
  readonly run: Run;
}

/** `y`: at the beginning only. */
function once(anchor: '' | 'y', end = ''): Run {
  return (expression, text) => {
    const anchored = new RegExp(`(?:${expression.source})${end}`, expression.flags.replace('g', anchor));
    const found = anchored.exec(text);
    return found === null ? none : matchOf(found);
  };
}

const rows: Readonly<Record<string, Row>> = {
  search: { parameters: 'string, flags=0', run: once('') },
  match: { parameters: 'string, flags=0', run: once('y') },
  fullmatch: { parameters: 'string, flags=0', run: once('y', '(?![^])') },
  findall: { parameters: 'string, flags=0', run: (expression, text) => list(all(expression, text).map(wholeOrGroups)) },
  finditer: { parameters: 'string, flags=0', run: (expression, text) => list(all(expression, text).map(matchOf)) },
  split: {
    parameters: 'string, maxsplit=0, flags=0',
    run: (expression, text, given) => list(split(expression, text, numberOf(given.get('maxsplit')) ?? 0)),
  },
};

/** `re.sub(pattern, repl, string)`: the text comes after what replaces it. */
const substitute: Run = (expression, text, given, context) => {
  const replacement = given.get('repl');
  const count = numberOf(given.get('count')) ?? 0;
  let result = '';
  let end = 0;
  for (const found of all(expression, text).slice(0, count === 0 ? undefined : count)) {
    const piece =
      replacement.type === 'string'
        ? expand(replacement.value, found)
        : stringOf(context.call(replacement, [matchOf(found)]));
    if (piece === null) return unknown('text');
    result += text.slice(end, found.index) + piece;
    end = found.index + found[0].length;
  }
  return string(result + text.slice(end));
};

const allRows: Readonly<Record<string, Row>> = {
  ...rows,
  sub: { parameters: 'repl, string, count=0, flags=0', run: substitute },
};

const patternClass = nativeClass('re.Pattern', {
  bases: [objectClass],
  methods: Object.fromEntries(
    Object.entries(allRows).map(([name, { parameters, run }]): [string, NativeMethod] => [
      name,
      method(parameters, (self, given, context) => evaluate(run, self, given, context)),
    ]),
  ),
});

const flagValues = { IGNORECASE: 2, I: 2, MULTILINE: 8, M: 8, DOTALL: 16, S: 16 };

export const regularExpressionsModule: NamespaceValue = namespace('re', {
  ...Object.fromEntries(
    Object.entries(allRows).map(([name, { parameters, run }]) => [
      name,
      nativeFunction(`re.${name}`, `pattern, ${parameters}`, (given, context) =>
        evaluate(run, given.get('pattern'), given, context),
      ),
    ]),
  ),
  ...Object.fromEntries(Object.entries(flagValues).map(([name, value]) => [name, number(value)])),
  compile: nativeFunction('re.compile', 'pattern, flags=0', (given) => {
    const attributes = new Map([
      ['pattern', given.get('pattern')],
      ['flags', given.get('flags')],
    ]);
    return { type: 'instance', class: patternClass, attributes, at: null, state: null };
  }),
  escape: nativeFunction('re.escape', 'pattern', (given) => {
    const text = stringOf(given.get('pattern'));
    return text === null ? unknown('text') : string(text.replace(/[^\w]/g, '\\$&'));
  }),
  Pattern: patternClass,
});

function evaluate(run: Run, pattern: Value, given: BoundArguments, context: NativeContext): Value {
  const compiled = pattern.type === 'instance' && pattern.class === patternClass ? pattern.attributes : null;
  const source = stringOf(compiled?.get('pattern') ?? pattern);
  const flags = numberOf(compiled?.get('flags') ?? given.get('flags'));
  const text = stringOf(given.get('string'));
  const expression = source === null || flags === null || text === null ? null : translate(source, flags, text.length);
  return expression === null || text === null ? unknown('match') : run(expression, text, given, context);
}

/**
 * The expression in JavaScript's notation; `null` where it has no such form, or where matching might take for ever: repeated
 * groups that repeat or choose inside, and more repetitions than the text's length allows.
 */
function translate(source: string, flags: number, length: number): RegExp | null {
  const repeatsInside = /\((?:[^()\\]|\\.)*[*+{|](?:[^()\\]|\\.)*\)[*+{]/.test(source) || /\)\)[*+{]/.test(source);
  const repetitions = source.match(/[*+{]/g)?.length ?? 0;
  if (repeatsInside || source.length > 500 || repetitions * Math.log10(length + 1) > 8) return null;
  const written = source
    .replace(/\(\?P</g, '(?<')
    .replace(/\(\?P=(\w+)\)/g, '\\k<$1>')
    .replaceAll('\\A', '^')
    .replaceAll('\\Z', '$');
  const letters = [...(flags & 2 ? 'i' : ''), ...(flags & 8 ? 'm' : ''), ...(flags & 16 ? 's' : '')].join('');
  try {
    return new RegExp(written, `g${letters}`);
  } catch {
    // Python's own notation: conditional groups, inline flags.
    return null;
  }
}

function all(expression: RegExp, text: string): readonly Found[] {
  return [...text.matchAll(expression)];
}

function wholeOrGroups(found: Found): Value {
  const groups = found.slice(1).map((group) => string(group ?? ''));
  const [only, ...others] = groups;
  if (only === undefined) return string(found[0]);
  return others.length === 0 ? only : tuple(groups);
}

/** The pieces between the matches, with what the groups took between them. */
function split(expression: RegExp, text: string, most: number): Value[] {
  const pieces: Value[] = [];
  let end = 0;
  for (const found of all(expression, text).slice(0, most === 0 ? undefined : most)) {
    pieces.push(string(text.slice(end, found.index)), ...found.slice(1).map(groupValue));
    end = found.index + found[0].length;
  }
  pieces.push(string(text.slice(end)));
  return pieces;
}

/** `\1`, `\g<1>` and `\g<name>` in what replaces a match. */
function expand(replacement: string, found: Found): string {
  return replacement.replace(/\\(?:g<(\w+)>|(\d+)|(.))/g, (_, name: string, place: string, letter: string) => {
    if (letter !== undefined) return letter === 'n' ? '\n' : letter;
    const key = name ?? place;
    return (/^\d+$/.test(key) ? found[Number(key)] : found.groups?.[key]) ?? '';
  });
}

function groupValue(group: string | undefined): Value {
  return group === undefined ? none : string(group);
}

const matchClass = nativeClass('re.Match', {
  bases: [objectClass],
  methods: {
    group: method('*groups', (self, given) => {
      const places = given.rest.map((item) => groupOf(self, item.value));
      const [only = groupOf(self, number(0)), ...others] = places;
      return others.length === 0 ? only : tuple(places);
    }),
    __getitem__: method('group', (self, given) => groupOf(self, given.get('group'))),
    groups: method('default=None', (self) => tuple(foundOf(self).slice(1).map(groupValue))),
    groupdict: method('default=None', (self) =>
      dictOf(Object.entries(foundOf(self).groups ?? {}).map(([name, group]) => [name, groupValue(group)])),
    ),
    start: method('', (self) => number(foundOf(self).index)),
    end: method('', (self) => number(foundOf(self).index + foundOf(self)[0].length)),
  },
});

function matchOf(found: Found): InstanceValue {
  return { type: 'instance', class: matchClass, attributes: new Map(), at: null, state: found };
}

/** The state that `matchOf` gave it. */
function foundOf(self: InstanceValue): Found {
  return self.state as Found;
}

function groupOf(self: InstanceValue, place: Value): Value {
  const found = foundOf(self);
  if (place.type === 'string') return groupValue(found.groups?.[place.value]);
  const index = numberOf(place);
  return index === null ? unknown('group') : groupValue(found[index]);
}
