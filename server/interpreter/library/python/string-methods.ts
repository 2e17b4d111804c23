import { formatSpec, formatValue, represent } from '../../format.ts';
import type { BoundArguments, NativeContext } from '../../native.ts';
import { numberOf, stringOf } from '../../read.ts';
import { boolean, list, number, type StringValue, string, tuple, unknown, type Value } from '../../values.ts';
import { type ValueMethod, type ValueMethods, valueMethod } from '../value-methods.ts';

/** `str` methods that model code uses to build names and to read specifications. */
export const stringMethods: ValueMethods<StringValue> = {
  upper: plain((text) => text.toUpperCase()),
  lower: plain((text) => text.toLowerCase()),
  casefold: plain((text) => text.toLowerCase()),
  capitalize: plain((text) => text.charAt(0).toUpperCase() + text.slice(1).toLowerCase()),
  title: plain((text) =>
    text.toLowerCase().replace(/\p{L}+/gu, (word) => word.charAt(0).toUpperCase() + word.slice(1)),
  ),
  swapcase: plain((text) =>
    [...text].map((letter) => (letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase())).join(''),
  ),
  strip: valueMethod('characters=None', (self, given) => strip(self, given, true, true)),
  lstrip: valueMethod('characters=None', (self, given) => strip(self, given, true, false)),
  rstrip: valueMethod('characters=None', (self, given) => strip(self, given, false, true)),
  removeprefix: valueMethod('prefix', (self, given) => {
    const prefix = stringOf(given.get('prefix'));
    if (prefix === null) return unknown('text');
    return string(self.value.startsWith(prefix) ? self.value.slice(prefix.length) : self.value);
  }),
  removesuffix: valueMethod('suffix', (self, given) => {
    const suffix = stringOf(given.get('suffix'));
    if (suffix === null) return unknown('text');
    return string(suffix !== '' && self.value.endsWith(suffix) ? self.value.slice(0, -suffix.length) : self.value);
  }),
  startswith: valueMethod('prefix', (self, given) => affix(given.get('prefix'), (part) => self.value.startsWith(part))),
  endswith: valueMethod('suffix', (self, given) => affix(given.get('suffix'), (part) => self.value.endsWith(part))),
  isdigit: test((text) => /^\d+$/.test(text)),
  isnumeric: test((text) => /^\d+$/.test(text)),
  isdecimal: test((text) => /^\d+$/.test(text)),
  isalpha: test((text) => /^\p{L}+$/u.test(text)),
  isalnum: test((text) => /^[\p{L}\d]+$/u.test(text)),
  isspace: test((text) => /^\s+$/.test(text)),
  isupper: test((text) => text === text.toUpperCase() && text !== text.toLowerCase()),
  islower: test((text) => text === text.toLowerCase() && text !== text.toUpperCase()),
  isidentifier: test((text) => /^[\p{L}_][\p{L}\d_]*$/u.test(text)),
  split: valueMethod('separator=None, maxsplit=-1', (self, given) => split(self, given)),
  rsplit: valueMethod('separator=None, maxsplit=-1', (self, given) => rightSplit(self, given)),
  splitlines: valueMethod('keepends=False', (self) =>
    list(
      self.value
        .split(/\r\n|\r|\n/)
        .filter(isLine)
        .map(string),
    ),
  ),
  partition: valueMethod('separator', (self, given) => partition(self.value, given.get('separator'), false)),
  rpartition: valueMethod('separator', (self, given) => partition(self.value, given.get('separator'), true)),
  join: valueMethod('parts', (self, given, context) => {
    const parts = context.iterate(given.get('parts'))?.map(stringOf) ?? [null];
    return parts.includes(null) ? unknown('text') : string(parts.join(self.value));
  }),
  replace: valueMethod('old, new, count=-1', (self, given) => {
    const [old, replacement] = [stringOf(given.get('old')), stringOf(given.get('new'))];
    const count = numberOf(given.get('count'));
    if (old === null || replacement === null || count === null) return unknown('text');
    if (count < 0) return string(self.value.replaceAll(old, () => replacement));
    let text = self.value;
    let from = 0;
    for (let done = 0; done < count; done++) {
      const at = text.indexOf(old, from);
      if (at < 0) break;
      text = text.slice(0, at) + replacement + text.slice(at + old.length);
      from = at + replacement.length;
    }
    return string(text);
  }),
  find: valueMethod('part, start=0', (self, given) =>
    find(self, given, (text, part, from) => text.indexOf(part, from)),
  ),
  rfind: valueMethod('part, start=0', (self, given) => find(self, given, (text, part) => text.lastIndexOf(part))),
  index: valueMethod('part, start=0', (self, given, context) => {
    const place = find(self, given, (text, part, from) => text.indexOf(part, from));
    return place.type === 'number' && place.value < 0 ? context.fail('ValueError', 'substring not found') : place;
  }),
  count: valueMethod('part', (self, given) => {
    const part = stringOf(given.get('part'));
    return part === null || part === '' ? unknown('count') : number(self.value.split(part).length - 1);
  }),
  zfill: valueMethod('width', (self, given) => {
    const width = numberOf(given.get('width'));
    return width === null ? unknown('text') : string(self.value.padStart(Math.min(width, 1000), '0'));
  }),
  ljust: valueMethod('width, fill=" "', (self, given) =>
    pad(self, given, (text, width, fill) => text.padEnd(width, fill)),
  ),
  rjust: valueMethod('width, fill=" "', (self, given) =>
    pad(self, given, (text, width, fill) => text.padStart(width, fill)),
  ),
  format: valueMethod('*values, **named', (self, given, context) => formatText(self.value, given, context)),
  encode: valueMethod('encoding="utf-8"', () => unknown('bytes')),
};

function plain(change: (text: string) => string): ValueMethod<StringValue> {
  return valueMethod('', (self) => string(change(self.value)));
}

function test(check: (text: string) => boolean): ValueMethod<StringValue> {
  return valueMethod('', (self) => boolean(check(self.value)));
}

function isLine(line: string, index: number, lines: readonly string[]): boolean {
  return line !== '' || index < lines.length - 1;
}

function strip(self: StringValue, given: BoundArguments, left: boolean, right: boolean): Value {
  const value = given.get('characters');
  const characters = stringOf(value);
  if (characters === null && value.type !== 'none') return unknown('text');
  const drops = (letter: string) => (characters === null ? /\s/.test(letter) : characters.includes(letter));
  let start = 0;
  let end = self.value.length;
  while (left && start < end && drops(self.value.charAt(start))) start++;
  while (right && end > start && drops(self.value.charAt(end - 1))) end--;
  return string(self.value.slice(start, end));
}

function affix(value: Value, check: (part: string) => boolean): Value {
  const parts = value.type === 'tuple' ? value.items.map(stringOf) : [stringOf(value)];
  if (parts.some((part) => part !== null && check(part))) return boolean(true);
  return parts.includes(null) ? unknown('condition') : boolean(false);
}

function split(self: StringValue, given: BoundArguments): Value {
  const value = given.get('separator');
  const separator = stringOf(value);
  const most = numberOf(given.get('maxsplit'));
  if ((separator === null && value.type !== 'none') || most === null) return unknown('parts of text');
  const text = separator === null ? self.value.trim() : self.value;
  if (separator === null && text === '') return list([]);
  const parts = separator === null ? text.split(/\s+/) : text.split(separator);
  if (most < 0 || parts.length <= most + 1) return list(parts.map(string));
  if (separator !== null) return list([...parts.slice(0, most), parts.slice(most).join(separator)].map(string));
  let rest = text;
  const head: string[] = [];
  for (let done = 0; done < most; done++) {
    const match = /^(\S+)\s+/.exec(rest);
    if (match === null) break;
    head.push(match[1] ?? '');
    rest = rest.slice(match[0].length);
  }
  return list([...head, rest].map(string));
}

function rightSplit(self: StringValue, given: BoundArguments): Value {
  const separator = stringOf(given.get('separator'));
  const most = numberOf(given.get('maxsplit'));
  if (separator === null || most === null || most < 0) return split(self, given);
  const parts = self.value.split(separator);
  const cut = Math.max(0, parts.length - most);
  return list([...(cut > 0 ? [parts.slice(0, cut).join(separator)] : []), ...parts.slice(cut)].map(string));
}

function partition(text: string, separatorValue: Value, fromRight: boolean): Value {
  const separator = stringOf(separatorValue);
  if (separator === null) return unknown('parts of text');
  const at = fromRight ? text.lastIndexOf(separator) : text.indexOf(separator);
  if (at < 0) return tuple((fromRight ? ['', '', text] : [text, '', '']).map(string));
  return tuple([text.slice(0, at), separator, text.slice(at + separator.length)].map(string));
}

function find(
  self: StringValue,
  given: BoundArguments,
  search: (text: string, part: string, from: number) => number,
): Value {
  const part = stringOf(given.get('part'));
  return part === null ? unknown('place in text') : number(search(self.value, part, numberOf(given.get('start')) ?? 0));
}

function pad(
  self: StringValue,
  given: BoundArguments,
  change: (text: string, width: number, fill: string) => string,
): Value {
  const width = numberOf(given.get('width'));
  const fill = stringOf(given.get('fill'));
  return width === null || fill === null ? unknown('text') : string(change(self.value, Math.min(width, 1000), fill));
}

/** `'{}-{name:>3}'.format(…)`. */
function formatText(format: string, given: BoundArguments, context: NativeContext): Value {
  let next = 0;
  let known = true;
  const text = format.replace(
    /\{\{|\}\}|\{([^{}!:]*)(?:!([rsa]))?(?::([^{}]*))?\}/g,
    (whole, field: string | undefined, conversion, spec) => {
      if (whole === '{{' || whole === '}}') return whole.charAt(0);
      const value = fieldValue(field ?? '');
      const shown = conversion === 'r' ? asString(represent(value)) : value;
      const piece = spec ? formatSpec(shown, spec) : formatValue(shown, 'python');
      if (piece === null) known = false;
      return piece ?? '';
    },
  );
  return known ? string(text) : unknown('text');

  function fieldValue(field: string): Value {
    const [, name = '', rest = ''] = /^(\w*)(.*)$/s.exec(field) ?? [];
    let value: Value | undefined;
    if (name === '') value = given.rest[next++]?.value;
    else value = /^\d+$/.test(name) ? given.rest[Number(name)]?.value : given.keywordRest.get(name)?.value;
    let result = value ?? unknown('text');
    for (const [, attribute, index] of rest.matchAll(/\.(\w+)|\[([^\]]+)\]/g)) {
      if (attribute !== undefined) result = context.getAttribute(result, attribute);
      else if (index !== undefined)
        result = context.getItem(result, /^\d+$/.test(index) ? number(Number(index)) : string(index));
    }
    return result;
  }
}

function asString(text: string | null): Value {
  return text === null ? unknown('text') : string(text);
}
