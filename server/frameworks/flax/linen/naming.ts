import type { NativeContext } from '../../../interpreter/native.ts';
import { isNone, stringOf } from '../../../interpreter/read.ts';
import { type InstanceValue, none, string, type Value } from '../../../interpreter/values.ts';
import { currentModule, currentRun, isLinenModule, joinPath, linenState, touchedState } from './scope.ts';

/* How linen's modules get their parents and names: what `Module.__post_init__`, `__setattr__` and `_register_submodules` do. */

/** Arguments of a constructor that say where the module belongs. */
export function takePlace(
  instance: InstanceValue,
  name: Value | null,
  parent: Value | null,
  context: NativeContext,
): void {
  const state = touchedState(instance, context);
  state.name = name === null ? null : stringOf(name);
  state.parent =
    parent !== null && isNone(parent)
      ? null
      : isLinenModule(parent ?? none)
        ? (parent as InstanceValue)
        : currentModule();
}

/** A module whose parent is known gets its name and path; one that `setup` makes waits to be assigned. */
export function settle(instance: InstanceValue, context: NativeContext): void {
  const run = currentRun();
  const state = touchedState(instance, context);
  const { parent } = state;
  if (run === null || parent === null || state.isBound) return;
  const above = touchedState(parent, context);
  if (above.isInSetup && state.name === null) return;
  if (state.name === null) {
    const class_ = instance.class.name;
    const count = above.counts.get(class_) ?? 0;
    above.counts.set(class_, count + 1);
    state.name = `${class_}_${count}`;
  }
  bindAt(instance, joinPath(above.path, state.name), context);
}

/** Binds a module at a path of the model and hands names to the modules in its fields. */
export function bindAt(instance: InstanceValue, path: string, context: NativeContext): void {
  const state = touchedState(instance, context);
  state.path = path;
  state.isBound = true;
  currentRun()?.modules.set(instance, path);
  for (const [name, value] of fieldsOf(instance)) adopt(instance, name, value, context);
}

const fieldNames = new WeakMap<InstanceValue, readonly string[]>();

/** Remembers which attributes came in through the constructor. */
export function declareFields(instance: InstanceValue, names: readonly string[]): void {
  fieldNames.set(instance, names);
}

function fieldsOf(instance: InstanceValue): readonly (readonly [string, Value])[] {
  return (fieldNames.get(instance) ?? []).flatMap((name) => {
    const value = instance.attributes.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
}

/** A value becomes an attribute: modules in it that belong to nobody are named after it. */
export function adopt(parent: InstanceValue, name: string, value: Value, context: NativeContext): void {
  const queue: InstanceValue[] = [];
  visit(value, name, 0);
  for (const module of queue) settle(module, context);

  function visit(item: Value, itemName: string, depth: number): void {
    if (depth > 6) return;
    if (isLinenModule(item)) {
      const state = touchedState(item, context);
      // Modules from outside are named by the attribute, whatever name they have.
      if (state.parent === null && !state.isBound) state.name = null;
      else if (state.name !== null) return;
      if (item === parent) return;
      state.parent = parent;
      state.name = itemName;
      queue.push(item);
    } else if (item.type === 'list' || item.type === 'tuple') {
      item.items.forEach((inner, index) => {
        visit(inner, `${itemName}_${index}`, depth + 1);
      });
    } else if (item.type === 'dict') {
      for (const { key, value: inner } of item.entries.values())
        if (key.type === 'string' || key.type === 'number') visit(inner, `${itemName}_${key.value}`, depth + 1);
    }
  }
}

/** Runs `setup` once, before anything else is asked of a bound module. */
export function trySetup(instance: InstanceValue, context: NativeContext): void {
  const before = linenState(instance);
  if (currentRun() === null || !before.isBound || before.isInSetup || before.isSetUp) return;
  const state = touchedState(instance, context);
  state.isSetUp = true;
  const setup = context.findAttribute(instance, 'setup');
  if (setup?.type === 'bound' || setup?.type === 'native') context.call(setup, []);
}

export function nameValue(instance: InstanceValue): Value {
  const { name } = linenState(instance);
  return name === null ? none : string(name);
}
