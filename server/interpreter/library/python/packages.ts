import type { BoundArguments, NativeContext, NativeMethod } from '../../native.ts';
import { readingMethod as method, namespace, nativeClass, nativeFunction } from '../../table.ts';
import {
  boolean,
  type InstanceValue,
  type NamespaceValue,
  none,
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

/** A release's numbers, and whether what is meant comes before it (`rc1`, `dev`: -1) or after it (`post1`, `+cu128`: 1). */
interface Parsed {
  readonly numbers: readonly number[];
  readonly beside: -1 | 0 | 1;
}

const parsed = new WeakMap<InstanceValue, Parsed>();

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
    __str__: method('', (self) => self.attributes.get('public') ?? unknown('version')),
  },
  construct(instance, given, context) {
    const text = given.get('version');
    const parts = text.type === 'string' ? /^\s*v?(\d+(?:\.\d+)*)(.*)$/s.exec(text.value) : null;
    if (text.type === 'string' && parts === null) context.fail('InvalidVersion', `version ${text.value}`);
    const [, release, rest = ''] = parts ?? [];
    if (release === undefined) return;
    const numbers = release.split('.').map(Number);
    const beside = /^[._-]?(?:a|b|c|rc|alpha|beta|pre|preview|dev)/i.test(rest) ? -1 : rest.trim() === '' ? 0 : 1;
    parsed.set(instance, { numbers, beside });
    const [major = 0, minor = 0, micro = 0] = numbers;
    const attributes: Readonly<Record<string, Value>> = {
      release: tuple(numbers.map((part) => number(part))),
      base_version: string(release),
      public: string(release),
      major: number(major),
      minor: number(minor),
      micro: number(micro),
    };
    for (const [name, value] of Object.entries(attributes)) instance.attributes.set(name, value);
  },
});

function comparison(isTrue: (order: number) => boolean): NativeMethod {
  return method('other', (self, given) => {
    const other = given.get('other');
    const [left, right] = [parsed.get(self), other.type === 'instance' ? parsed.get(other) : undefined];
    if (left === undefined || right === undefined) return unknown('order of versions');
    const longest = Math.max(left.numbers.length, right.numbers.length);
    for (let i = 0; i < longest; i++) {
      const difference = (left.numbers[i] ?? 0) - (right.numbers[i] ?? 0);
      if (difference !== 0) return boolean(isTrue(difference));
    }
    return boolean(isTrue(left.beside - right.beside));
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
  member === 'version' ? packagingVersion : member.startsWith('__') ? none : unknown(`packaging.${member}`),
);
