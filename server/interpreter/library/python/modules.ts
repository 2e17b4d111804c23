import type { BoundArguments, NativeContext } from '../../native.ts';
import { method, namespace, nativeClass, nativeFunction } from '../../table.ts';
import { boolean, dictOf, type NamespaceValue, none, string, tuple, unknown, type Value } from '../../values.ts';
import { enumModule } from '../enum.ts';
import { dictClass, frozensetClass, listClass, objectClass, setClass, tupleClass, typeClass } from '../types.ts';
import { argparseModule } from './argparse.ts';
import { abstractClasses, collectionsModule, defaultDictClass, orderedDictClass } from './collections.ts';
import { copyModule } from './copy.ts';
import { dataclassesModule } from './dataclasses.ts';
import { rebound } from './functions.ts';
import { functoolsModule, transparent } from './functools.ts';
import { annotationsIn, inspectModule } from './inspect.ts';
import { itertoolsModule } from './itertools.ts';
import { mathModule } from './math.ts';
import { numpyModule } from './numpy.ts';
import { importlibMetadata, importlibUtil, packaging, packagingVersion } from './packages.ts';
import { regularExpressionsModule } from './regular-expressions.ts';

/** Modules of Python's standard library (and NumPy, for numbers) that model code computes with; `null` for others. */
export function standardModule(name: string): NamespaceValue | null {
  return modules.get(name) ?? null;
}

/** Is it a module of the standard library? Those without a table of their own are unknown, and not looked for on disk. */
export function isStandard(name: string): boolean {
  const [top = name] = name.split('.');
  return modules.has(top) || others.has(top);
}

const others = new Set(
  (
    'argparse array ast asyncio atexit base64 bisect builtins calendar cmath codecs concurrent configparser contextvars csv ' +
    'ctypes datetime decimal difflib dis email errno faulthandler fnmatch fractions gc getpass glob gzip hashlib heapq html ' +
    'http importlib inspect io ipaddress json linecache locale logging lzma mimetypes multiprocessing numbers os pathlib ' +
    'pickle pkgutil platform pprint queue random re resource secrets select shelve shlex shutil signal site socket sqlite3 ' +
    'ssl stat statistics string struct subprocess symtable sys sysconfig tarfile tempfile textwrap threading time timeit ' +
    'token tokenize traceback tracemalloc types typing_extensions unittest urllib uuid warnings weakref webbrowser xml ' +
    'zipfile zipimport zlib'
  ).split(' '),
);

const genericClass = nativeClass('typing.Generic', { bases: [objectClass] });
const protocolClass = nativeClass('typing.Protocol', { bases: [genericClass] });
/** Classes that derive from it become named tuples: see `defineClass`. */
export const namedTupleBase = nativeClass('typing.NamedTuple', { bases: [objectClass] });

const typingMembers: Readonly<Record<string, Value>> = {
  TYPE_CHECKING: boolean(false),
  Generic: genericClass,
  Protocol: protocolClass,
  NamedTuple: namedTupleBase,
  List: listClass,
  Dict: dictClass,
  Tuple: tupleClass,
  Set: setClass,
  FrozenSet: frozensetClass,
  Type: typeClass,
  OrderedDict: orderedDictClass,
  DefaultDict: defaultDictClass,
  overload: nativeFunction('typing.overload', 'function', (given) => given.get('function')),
  final: transparent('typing.final'),
  override: transparent('typing.override'),
  runtime_checkable: transparent('typing.runtime_checkable'),
  cast: nativeFunction('typing.cast', 'type, value', (given) => given.get('value')),
  TypeVar: nativeFunction('typing.TypeVar', '*args, **kwargs', () => unknown('type variable')),
  get_type_hints: nativeFunction('typing.get_type_hints', 'object, **options', (given) => {
    const class_ = given.get('object');
    return class_.type === 'class' ? dictOf(annotationsIn(class_.order)) : unknown('annotations');
  }),
  NewType: nativeFunction('typing.NewType', 'name, type', (given) => given.get('type')),
};
const typingClasses = abstractClasses('typing');
const typingModule = namespace('typing', (name) =>
  Object.hasOwn(typingMembers, name) ? (typingMembers[name] ?? null) : typingClasses.member(name),
);

const operators: Readonly<Record<string, string>> = {
  add: '+',
  sub: '-',
  mul: '*',
  truediv: '/',
  floordiv: '//',
  mod: '%',
  pow: '**',
  matmul: '@',
  eq: '==',
  ne: '!=',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
};
const operatorModule = namespace('operator', {
  ...Object.fromEntries(
    Object.entries(operators).map(([name, operator]) => [
      name,
      nativeFunction(`operator.${name}`, 'a, b', (given, context) =>
        context.operate(operator, given.get('a'), given.get('b')),
      ),
    ]),
  ),
  itemgetter: nativeFunction('operator.itemgetter', 'key', (given) =>
    nativeFunction('itemgetter', 'object', (inner, context) => context.getItem(inner.get('object'), given.get('key'))),
  ),
  attrgetter: nativeFunction('operator.attrgetter', 'name', (given) =>
    nativeFunction('attrgetter', 'object', (inner, context) => {
      const name = given.get('name');
      if (name.type !== 'string') return unknown('attribute');
      return name.value.split('.').reduce((object, part) => context.getAttribute(object, part), inner.get('object'));
    }),
  ),
});

const abcModule = namespace('abc', {
  ABC: nativeClass('abc.ABC', { bases: [objectClass] }),
  ABCMeta: nativeClass('abc.ABCMeta', { bases: [objectClass] }),
  abstractmethod: transparent('abc.abstractmethod'),
  abstractproperty: nativeFunction('abc.abstractproperty', 'function', (given) =>
    rebound(given.get('function'), 'property'),
  ),
});

const contextlibModule = namespace('contextlib', {
  contextmanager: transparent('contextlib.contextmanager'),
  nullcontext: nativeFunction('contextlib.nullcontext', 'value=None', (given) => given.get('value')),
  suppress: nativeFunction('contextlib.suppress', '*args', () => none),
});

const warningsModule = namespace('warnings', {
  warn: nativeFunction('warnings.warn', '*args, **kwargs', () => none),
  filterwarnings: nativeFunction('warnings.filterwarnings', '*args, **kwargs', () => none),
  simplefilter: nativeFunction('warnings.simplefilter', '*args, **kwargs', () => none),
});

const loggerValue: Value = namespace('logger', () => nativeFunction('logger', '*args, **kwargs', () => none));
const loggingModule = namespace('logging', {
  getLogger: nativeFunction('logging.getLogger', 'name=None', () => loggerValue),
  ...Object.fromEntries(
    ['debug', 'info', 'warning', 'warn', 'error', 'critical', 'exception', 'basicConfig'].map((name) => [
      name,
      nativeFunction(`logging.${name}`, '*args, **kwargs', () => none),
    ]),
  ),
});

/** A plain run: nothing is set in the environment. */
const osModule = namespace('os', {
  environ: dictOf([]),
  getenv: nativeFunction('os.getenv', 'name, default=None', (given) => given.get('default')),
});

/** `sys.modules`: modules by name, as registries ask for the one that a function is defined in. */
const loadedModules = nativeClass('sys.modules', {
  bases: [objectClass],
  methods: {
    __getitem__: method('name', (_, given, context) => moduleNamed(given, context) ?? unknown('module')),
    get: method('name, default=None', (_, given, context) => moduleNamed(given, context) ?? unknown('module')),
    __contains__: method('name', (_, given, context) =>
      moduleNamed(given, context) === null ? unknown('condition') : boolean(true),
    ),
  },
});

function moduleNamed(given: BoundArguments, context: NativeContext): Value | null {
  const name = given.get('name');
  return name.type === 'string' ? context.loadedModule(name.value) : null;
}

const sysModule = namespace('sys', {
  modules: { type: 'instance', class: loadedModules, attributes: new Map(), at: null, state: null },
  version_info: tuple([3, 11, 0].map((value) => ({ type: 'number', value, isFloat: false }) as const)),
  platform: string('linux'),
  maxsize: { type: 'number', value: 2 ** 63, isFloat: false },
});

const typesModule = namespace('types', (name) => {
  if (name === 'SimpleNamespace') return simpleNamespace;
  if (name === 'FunctionType') return functionType;
  return typesClasses.member(name);
});
const typesClasses = abstractClasses('types');
const simpleNamespace = nativeClass('types.SimpleNamespace', {
  bases: [objectClass],
  parameters: '**attributes',
  construct: (instance, given) => {
    for (const [name, item] of given.keywordRest) instance.attributes.set(name, item.value);
  },
});

/** Copies of functions: `FunctionType(f.__code__, f.__globals__)`. */
const functionType = nativeClass('types.FunctionType', {
  bases: [objectClass],
  parameters: 'code, *rest, **options',
  convert: (given) => {
    const code = given.get('code');
    return rebound(code.type === 'function' ? code : unknown('function'), 'plain');
  },
});

const importlibModule = namespace('importlib', {
  util: importlibUtil,
  metadata: importlibMetadata,
  import_module: nativeFunction('importlib.import_module', 'name, package=None', (given, context) => {
    const [name, package_] = [given.get('name'), given.get('package')];
    if (name.type !== 'string') return unknown('module');
    const level = name.value.length - name.value.replace(/^\.+/, '').length;
    if (level > 0 && package_.type !== 'string') return unknown('module');
    const above =
      package_.type === 'string' && level > 0 ? package_.value.split('.').slice(0, 1 - level || undefined) : [];
    const full = [...above, name.value.slice(level)].filter((part) => part !== '').join('.');
    return context.importModule(full) ?? context.fail('ModuleNotFoundError', `module ${full}`);
  }),
});

const modules: ReadonlyMap<string, NamespaceValue> = new Map([
  ['math', mathModule],
  ['functools', functoolsModule],
  ['collections', collectionsModule],
  ['collections.abc', abstractClasses('collections.abc')],
  ['itertools', itertoolsModule],
  ['copy', copyModule],
  ['dataclasses', dataclassesModule],
  ['enum', enumModule],
  ['typing', typingModule],
  ['typing_extensions', typingModule],
  ['numbers', abstractClasses('numbers')],
  ['operator', operatorModule],
  ['abc', abcModule],
  ['contextlib', contextlibModule],
  ['warnings', warningsModule],
  ['logging', loggingModule],
  ['os', osModule],
  ['sys', sysModule],
  ['re', regularExpressionsModule],
  ['types', typesModule],
  ['inspect', inspectModule],
  ['argparse', argparseModule],
  ['importlib', importlibModule],
  ['importlib.util', importlibUtil],
  ['importlib.metadata', importlibMetadata],
  ['packaging', packaging],
  ['packaging.version', packagingVersion],
  ['numpy', numpyModule],
  ['__future__', namespace('__future__', () => none)],
]);
