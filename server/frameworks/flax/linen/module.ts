import { assignFields, fieldNames } from '../../../interpreter/library/python/dataclasses.ts';
import type { NativeContext, NativeMethod } from '../../../interpreter/native.ts';
import { method, nativeClass, nativeFunction } from '../../../interpreter/table.ts';
import {
  boolean,
  type CallArguments,
  type FunctionValue,
  type InstanceValue,
  none,
  tuple,
  unknown,
  type Value,
} from '../../../interpreter/values.ts';
import { isCompact, isUnwrapped } from './decorators.ts';
import { rememberCall } from './init-calls.ts';
import { adopt, declareFields, nameValue, settle, takePlace, trySetup } from './naming.ts';
import { currentRun, inModule, isLinenModule, linenState, touchedState } from './scope.ts';
import { declareParameter } from './variables.ts';

/**
 * `flax.linen.Module`: a dataclass whose submodules and parameters come into being while its methods run. Methods of a
 * subclass run inside of its scope; `setup` runs before the first of them.
 */
export const moduleClass = nativeClass('flax.linen.Module', {
  construct: (instance, { raw }, context) => constructModule(instance, fieldNames(instance.class), raw, context),
  methods: moduleMethods(),
  setAttribute: (instance, name, value, context) => {
    if (linenState(instance).isInSetup) adopt(instance, name, value, context);
  },
  getAttribute: (instance, name, context) => {
    if (name === 'name') return nameValue(instance);
    if (name === 'scope') return currentRun() === null ? none : unknown('scope');
    if (name === 'variables') return unknown('variables');
    if (name.startsWith('__')) return null;
    // What `setup` defines.
    trySetup(instance, context);
    return instance.attributes.get(name) ?? null;
  },
  aroundMethod,
});

/** Sets the fields, finds the place of the module in the one that makes it, and settles it there. */
export function constructModule(
  instance: InstanceValue,
  names: readonly string[],
  given: CallArguments,
  context: NativeContext,
): void {
  const fields = names.filter((name) => name !== 'name' && name !== 'parent');
  assignFields(instance, fields, given, context);
  declareFields(instance, fields);
  takePlace(instance, given.keyword.get('name')?.value ?? null, given.keyword.get('parent')?.value ?? null, context);
  const own = instance.class.order.find((class_) => class_.members.has('__post_init__'))?.members.get('__post_init__');
  if (own?.type === 'function') context.call({ type: 'bound', self: instance, function: own }, []);
  else settle(instance, context);
}

const unwrapped = new Set(['__post_init__', '__init__', '__eq__', '__repr__', '__hash__']);

function aroundMethod(
  instance: InstanceValue,
  { node }: FunctionValue,
  run: () => Value,
  context: NativeContext,
): Value {
  const name = node.name ?? '';
  if (currentRun() === null || unwrapped.has(name) || isUnwrapped(node) || !linenState(instance).isBound) return run();
  if (name !== 'setup') trySetup(instance, context);
  return inScope(instance, name === 'setup' ? 'setup' : isCompact(node) ? 'compact' : 'plain', run, context);
}

/** Runs a method of the module: what it makes are parts of the module. */
export function inScope(
  instance: InstanceValue,
  kind: 'setup' | 'compact' | 'plain',
  run: () => Value,
  context: NativeContext,
): Value {
  const before = touchedState(instance, context);
  const wasInSetup = before.isInSetup;
  // A method that `setup` calls goes on with it.
  before.isInSetup = kind === 'setup' || (kind === 'plain' && wasInSetup);
  if (kind !== 'plain') before.compactDepth++;
  try {
    return inModule(instance, run);
  } finally {
    // The state may have been put back by a branch that was undone: it is asked for again.
    const after = touchedState(instance, context);
    after.isInSetup = wasInSetup;
    if (kind !== 'plain') {
      after.compactDepth--;
      // The next call gives the same names again.
      if (after.compactDepth <= 0) after.counts = new Map();
    }
  }
}

function moduleMethods(): Readonly<Record<string, NativeMethod>> {
  const remembered = (result: (context: NativeContext) => Value) =>
    method('rngs, *args, **kwargs', (self, { raw }, context) => {
      // Inside of a run it is another model's business.
      if (currentRun() === null) rememberCall(self, { ...raw, positional: raw.positional.slice(1) });
      return result(context);
    });
  return {
    __post_init__: method('', (self, _, context) => {
      settle(self, context);
      return none;
    }),
    setup: method('', () => none),
    param: method('name, init_fn, *args, **kwargs', (self, given, context) => declareParameter(self, given, context)),
    variable: method('col, name, init_fn=None, *args, **kwargs', (_, given, context) => {
      const init = given.get('init_fn');
      const value =
        init.type === 'none' || init.type === 'unknown'
          ? unknown('variable')
          : context.callWith(init, { positional: given.rest, keyword: new Map(), open: false });
      return context.instantiate(variableClass, [value]);
    }),
    get_variable: method('col, name, default=None', () => unknown('variable')),
    put_variable: method('col, name, value', () => none),
    has_variable: method('col, name', () => boolean(false)),
    has_rng: method('name', () => boolean(true)),
    make_rng: method("name='params'", () => unknown('key')),
    is_initializing: method('', () => boolean(true)),
    is_mutable_collection: method('col', () => boolean(true)),
    sow: method('*args, **kwargs', () => boolean(true)),
    perturb: method('name, value, *args, **kwargs', (_, given) => given.get('value')),
    init: remembered(() => unknown('variables')),
    lazy_init: remembered(() => unknown('variables')),
    init_with_output: remembered(() => tuple([unknown('output'), unknown('variables')])),
    tabulate: remembered(() => unknown('table')),
    apply: method('variables, *args, **kwargs', () => unknown('output')),
    bind: method('variables, *args, **kwargs', (self) => self),
    unbind: method('', (self) => tuple([self, unknown('variables')])),
    clone: method('**updates', copyWith),
    copy: method('**updates', copyWith),
  };
}

/** The same fields, but for those that are given anew. */
function copyWith(self: InstanceValue, { raw }: { readonly raw: CallArguments }, context: NativeContext): Value {
  const keyword = new Map(
    [...self.attributes]
      .filter(([name]) => name !== 'name')
      .map(([name, value]) => [name, { value, at: null }] as const),
  );
  return context.callWith(self.class, { positional: [], keyword: new Map([...keyword, ...raw.keyword]), open: false });
}

/** `self.variable(…)`: state beside the parameters, read and written as `.value`. */
const variableClass = nativeClass('flax.linen.Variable', {
  parameters: 'value',
  construct: (instance, given) => {
    instance.attributes.set('value', given.get('value'));
  },
});

/** `nn.share_scope(a, b)`: what `b` makes is filed under `a`. */
export const shareScope = nativeFunction('flax.linen.share_scope', 'module, other', (given, context) => {
  const [module, other] = [given.get('module'), given.get('other')];
  if (!isLinenModule(module) || !isLinenModule(other)) return none;
  const { path } = linenState(module);
  const state = touchedState(other, context);
  state.path = path;
  state.isBound = true;
  currentRun()?.modules.set(other, path);
  return none;
});
