import { maxCharacters } from '../../budget.ts';
import { numberOf, stringOf } from '../../read.ts';
import { boolean, list, number, type StringValue, string, unknown, type Value } from '../../values.ts';
import { type ValueMethod, type ValueMethods, valueMethod } from '../value-methods.ts';

/** Methods of JavaScript strings. */
export const textMethods: ValueMethods<StringValue> = {
  toUpperCase: plain((text) => text.toUpperCase()),
  toLowerCase: plain((text) => text.toLowerCase()),
  trim: plain((text) => text.trim()),
  toString: plain((text) => text),
  split: valueMethod('separator', (self, given) => {
    const separator = stringOf(given.get('separator'));
    return separator === null ? unknown('parts of text') : list(self.value.split(separator).map(string));
  }),
  startsWith: valueMethod('part', (self, given) => check(given.get('part'), (part) => self.value.startsWith(part))),
  endsWith: valueMethod('part', (self, given) => check(given.get('part'), (part) => self.value.endsWith(part))),
  includes: valueMethod('part', (self, given) => check(given.get('part'), (part) => self.value.includes(part))),
  indexOf: valueMethod('part', (self, given) => {
    const part = stringOf(given.get('part'));
    return part === null ? unknown('place in text') : number(self.value.indexOf(part));
  }),
  slice: valueMethod('start=0, end=None', (self, given) => {
    const start = numberOf(given.get('start'));
    const end = given.get('end').type === 'none' ? self.value.length : numberOf(given.get('end'));
    return start === null || end === null ? unknown('text') : string(self.value.slice(start, end));
  }),
  replace: valueMethod('old, new', (self, given) => {
    const [old, replacement] = [stringOf(given.get('old')), stringOf(given.get('new'))];
    return old === null || replacement === null ? unknown('text') : string(self.value.replace(old, () => replacement));
  }),
  repeat: valueMethod('count', (self, given) => {
    const count = numberOf(given.get('count'));
    if (count === null || count < 0 || self.value.length * count > maxCharacters) return unknown('text');
    return string(self.value.repeat(count));
  }),
  padStart: valueMethod("width, fill=' '", (self, given) => {
    const width = numberOf(given.get('width'));
    return width === null
      ? unknown('text')
      : string(self.value.padStart(Math.min(width, 1000), stringOf(given.get('fill')) ?? ' '));
  }),
  concat: valueMethod('*parts', (self, given) => {
    const parts = given.rest.map((item) => stringOf(item.value));
    return parts.includes(null) ? unknown('text') : string(self.value + parts.join(''));
  }),
};

function plain(change: (text: string) => string): ValueMethod<StringValue> {
  return valueMethod('', (self) => string(change(self.value)));
}

function check(value: Value, test: (part: string) => boolean): Value {
  const part = stringOf(value);
  return part === null ? unknown('condition') : boolean(test(part));
}
