import { orderOf } from '../../comparison.ts';
import type { BoundArguments, NativeContext, NativeMethod } from '../../native.ts';
import { readingMethod as method, namespace, nativeClass, nativeFunction } from '../../table.ts';
import {
  boolean,
  type InstanceValue,
  type NamespaceValue,
  number,
  string,
  tuple,
  unknown,
  type Value,
} from '../../values.ts';
import { objectClass } from '../types.ts';

/* Which packages there are, and in which version: libraries decide by it what they define. */

/** That a module is there can be known, that it is not cannot: it may be installed elsewhere. */
export const importlibUtil = namespace('importlib.util', {
  find_spec: nativeFunction('importlib.util.find_spec', 'name, package=None', (given, context) => {
    const name = given.get('name');
    return (name.type === 'string' ? context.importModule(name.value) : null) ?? unknown('module');
  }),
});

/** A package says its version itself, nearly always. */
export const importlibMetadata = namespace('importlib.metadata', {
  version: nativeFunction('importlib.metadata.version', 'distribution_name', (given, context) => {
    const name = given.get('distribution_name');
    const module = name.type === 'string' ? context.importModule(name.value.replaceAll('-', '_')) : null;
    const version = module?.type === 'namespace' ? module.member('__version__') : null;
    return version?.type === 'string' ? version : unknown('version');
  }),
});

/** What versions are ordered by: a release's numbers, and whether it is meant itself, or what comes before it or after it. */
const orders = new WeakMap<InstanceValue, Value>();

/** `packaging.version.Version`, as far as code asks: two release candidates of one release are the same. */
const versionClass = nativeClass('packaging.version.Version', {
  bases: [objectClass],
  parameters: 'version',
  methods: {
    __lt__: comparison((order) => order < 0),
    __le__: comparison((order) => order <= 0),
    __gt__: comparison((order) => order > 0),
    __ge__: comparison((order) => order >= 0),
    __eq__: comparison((order) => order === 0),
    __ne__: comparison((order) => order !== 0),
  },
  construct(instance, given, context) {
    const text = given.get('version');
    const parts = text.type === 'string' ? /^\s*v?(\d+(?:\.\d+)*)(.*)$/s.exec(text.value) : null;
    if (text.type === 'string' && parts === null) context.fail('InvalidVersion', `version ${text.value}`);
    const [, release, rest = ''] = parts ?? [];
    if (release === undefined) return;
    const numbers = release.split('.').map((part) => number(Number(part)));
    const beside = /^[._-]?(?:a|b|c|rc|alpha|beta|pre|preview|dev)/i.test(rest) ? -1 : rest.trim() === '' ? 0 : 1;
    // 2.6 is 2.6.0.
    const last = numbers.findLastIndex(({ value }) => value !== 0);
    orders.set(instance, tuple([tuple(numbers.slice(0, last + 1)), number(beside)]));
    const [major = number(0), minor = number(0), micro = number(0)] = numbers;
    const attributes: Readonly<Record<string, Value>> = {
      release: tuple(numbers),
      base_version: string(release),
      public: beside === 0 ? string(release) : unknown('version'),
      major,
      minor,
      micro,
    };
    for (const [name, value] of Object.entries(attributes)) instance.attributes.set(name, value);
  },
});

function comparison(isTrue: (order: number) => boolean): NativeMethod {
  return method('other', (self, given) => {
    const other = given.get('other');
    const [left, right] = [orders.get(self), other.type === 'instance' ? orders.get(other) : undefined];
    const order = left === undefined || right === undefined ? null : orderOf(left, right);
    return order === null ? unknown('order of versions') : boolean(isTrue(order));
  });
}

function parse(given: BoundArguments, context: NativeContext): Value {
  return context.instantiate(versionClass, [given.get('version')]);
}

export const packagingVersion: NamespaceValue = namespace('packaging.version', {
  Version: versionClass,
  parse: nativeFunction('packaging.version.parse', 'version', parse),
  InvalidVersion: nativeClass('packaging.version.InvalidVersion', { bases: [objectClass] }),
});

export const packaging: NamespaceValue = namespace('packaging', (member) =>
  member === 'version' ? packagingVersion : unknown(`packaging.${member}`),
);
