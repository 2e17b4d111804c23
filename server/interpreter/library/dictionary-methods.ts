import type { NativeMethod } from '../native.ts';
import { method } from '../table.ts';
import { type DictValue, dictOf, type InstanceValue, none, number, unknown } from '../values.ts';
import { asDictionary } from './dictionaries.ts';
import { dictMethods } from './python/dict-methods.ts';

/** The methods of `dict` for objects of its subclasses: `class Registry(OrderedDict)`. */
export const dictionaryMethods: Readonly<Record<string, NativeMethod>> = {
  ...Object.fromEntries(
    Object.entries(dictMethods).map(([name, row]) => [
      name,
      method(row.parameters, (self, given, context) => {
        const dict = entriesOf(self);
        if (dict === null) return unknown(name);
        if (row.isReading !== true) context.touch(dict);
        return row.evaluate(dict, given, context);
      }),
    ]),
  ),
  __getitem__: method('key', (self, given, context) => {
    const dict = entriesOf(self);
    return dict === null ? unknown('entry') : context.getItem(dict, given.get('key'));
  }),
  __setitem__: method('key, value', (self, given, context) => {
    const dict = entriesOf(self);
    if (dict !== null) context.setItem(dict, given.get('key'), given.get('value'));
    return none;
  }),
  __delitem__: method('key', (self, given, context) => {
    const dict = entriesOf(self);
    if (dict !== null) context.call(context.getAttribute(dict, 'pop'), [given.get('key'), none]);
    return none;
  }),
  __len__: method('', (self) => {
    const dict = entriesOf(self);
    return dict === null || dict.open ? unknown('length') : number(dict.entries.size);
  }),
};

/** A constructor of the user's may never call `dict.__init__`; the entries are there all the same. */
function entriesOf(self: InstanceValue): DictValue | null {
  self.state ??= dictOf([]);
  return asDictionary(self);
}
