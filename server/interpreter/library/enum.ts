import { equalValues } from '../equality.ts';
import { namespace, nativeClass, nativeFunction } from '../table.ts';
import { type ClassValue, type DictEntry, type InstanceValue, number, string, unknown, type Value } from '../values.ts';
import { intClass, objectClass, strClass } from './types.ts';

const enumClass = nativeClass('enum.Enum', { bases: [objectClass] });
const intEnumClass = nativeClass('enum.IntEnum', { bases: [enumClass, intClass] });
const strEnumClass = nativeClass('enum.StrEnum', { bases: [enumClass, strClass] });

export const enumModule = namespace('enum', {
  Enum: enumClass,
  IntEnum: intEnumClass,
  StrEnum: strEnumClass,
  Flag: enumClass,
  IntFlag: intEnumClass,
  auto: nativeFunction('enum.auto', '', () => unknown(automatic)),
  unique: nativeFunction('enum.unique', 'class_', (given) => given.get('class_')),
});

const automatic = 'value of enum.auto()';

export function isEnum(class_: ClassValue): boolean {
  return class_.order.includes(enumClass) && class_ !== enumClass;
}

/** Turns the plain values of an enum's body into its members. Those of an IntEnum or StrEnum are used as plain values. */
export function finishEnum(class_: ClassValue): void {
  const isPlain = class_.order.includes(intClass) || class_.order.includes(strClass);
  const members = new Map<string, DictEntry>();
  let last = 0;
  for (const [name, written] of [...class_.members]) {
    if (name.startsWith('_') || written.type === 'function' || written.type === 'native') continue;
    const isAutomatic = written.type === 'unknown' && written.reason === automatic;
    const value = isAutomatic ? number(last + 1) : written;
    if (value.type === 'number') last = value.value;
    const isNamed = isPlain && (value.type === 'number' || value.type === 'string');
    const member = isNamed ? { ...value, member: name } : isPlain ? value : memberOf(class_, name, value);
    class_.members.set(name, member);
    members.set(`s${name}`, { key: string(name), value: member });
  }
  class_.members.set('__members__', { type: 'dict', entries: members, open: false });
}

function memberOf(class_: ClassValue, name: string, value: Value): InstanceValue {
  const attributes = new Map<string, Value>([
    ['name', string(name)],
    ['value', value],
    ['_value_', value],
  ]);
  return { type: 'instance', class: class_, attributes, at: null, state: null };
}

/** `Color('red')`: the member with this value. */
export function enumMember(class_: ClassValue, value: Value): Value {
  const members = class_.members.get('__members__');
  if (members?.type !== 'dict') return unknown(class_.name);
  for (const { value: member } of members.entries.values()) {
    const own = member.type === 'instance' ? (member.attributes.get('value') ?? member) : member;
    if (equalValues(own, value) === true) return member;
  }
  return unknown(class_.name);
}
