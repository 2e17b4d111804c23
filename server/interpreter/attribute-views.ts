import { type DictValue, dictOf, type InstanceValue, type Value } from './values.ts';

/*
 * `self.__dict__`, `module._modules`: dictionaries of an object's attributes. What is written into them is written to the
 * object. A copy of one is a dictionary like any other, so it is not the value that remembers its object.
 */

const owners = new WeakMap<DictValue, InstanceValue>();

export function attributeView(owner: InstanceValue, entries: readonly (readonly [string, Value])[]): DictValue {
  const view = dictOf(entries);
  view.open = owner.class.open;
  owners.set(view, owner);
  return view;
}

/** The object whose attributes the dictionary shows. */
export function ownerOf(dict: DictValue): InstanceValue | null {
  return owners.get(dict) ?? null;
}
