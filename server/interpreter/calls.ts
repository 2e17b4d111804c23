import { Stop } from './budget.ts';
import { type Machine, Raised, type Site } from './machine.ts';
import type { NativeFunction } from './native.ts';
import { noteEffect } from './read-log.ts';
import { bind, mergeArguments } from './signature.ts';
import { touchArguments } from './touch.ts';
import { noteUnknownCall } from './unknown-calls.ts';
import { type CallArguments, type InstanceValue, unknown, type Value } from './values.ts';

/** Calls anything. What cannot be called gives an unknown value. */
export function call(machine: Machine, callee: Value, arguments_: CallArguments, site: Site): Value {
  switch (callee.type) {
    case 'function':
      return machine.callFunction(callee, null, arguments_, site);
    case 'bound':
      if (callee.function.type === 'function')
        return machine.callFunction(callee.function, callee.self, arguments_, site);
      return callNative(machine, callee.function.function, withFirst(callee.self, arguments_), site);
    case 'native':
      return callNative(machine, callee.function, arguments_, site);
    case 'partial':
      return machine.call(callee.callee, mergeArguments(callee, arguments_), site);
    case 'class':
      return machine.instantiate(callee, arguments_, site);
    case 'instance':
      return callInstance(machine, callee, arguments_, site);
    default:
      noteUnknownCall(machine, arguments_, site);
      return unknownResult(machine, arguments_, site);
  }
}

/** What comes out of a call that cannot be followed: where tensors went in, a tensor that depends on them. */
function unknownResult(machine: Machine, arguments_: CallArguments, site: Site): Value {
  const name = site.callee === null ? 'a call' : textOf(site);
  const context = machine.context(site);
  for (const framework of machine.frameworks) {
    const value = framework.unknownCall?.(name, arguments_, context) ?? null;
    if (value !== null) return value;
  }
  return unknown(`result of ${name}`);
}

function textOf(site: Site): string {
  return site.callee === null
    ? ''
    : site.module.text.slice(site.callee.start, Math.min(site.callee.end, site.callee.start + 80));
}

function callNative(machine: Machine, native: NativeFunction, arguments_: CallArguments, site: Site): Value {
  machine.budget.spend();
  if (native.logsReads !== true) noteEffect();
  if (native.isReading !== true) touchArguments(machine.journal, arguments_);
  return guarded(machine, native.name, site, () =>
    native.evaluate(bind(native.signature, arguments_), machine.context(site)),
  );
}

/** A row of a table must not bring the analysis down: a bug in it costs this one value. */
export function guarded(machine: Machine, name: string, site: Site, body: () => Value): Value {
  try {
    return body();
  } catch (error) {
    if (error instanceof Raised || error instanceof Stop || error instanceof RangeError) throw error;
    machine.note(`internal error in ${name}: ${error instanceof Error ? error.message : String(error)}`, site);
    return unknown(name);
  }
}

export function withFirst(first: Value, arguments_: CallArguments): CallArguments {
  return { ...arguments_, positional: [{ value: first, at: null }, ...arguments_.positional] };
}

function callInstance(machine: Machine, instance: InstanceValue, arguments_: CallArguments, site: Site): Value {
  const call = () => callMethod(machine, instance, arguments_, site);
  return machine.state.trace?.owned(instance, call) ?? call();
}

/** `__call__` of the user's or the framework's class; else `forward` (PyTorch) or `call` (Keras). */
function callMethod(machine: Machine, instance: InstanceValue, arguments_: CallArguments, site: Site): Value {
  if (isFutile(machine, instance, arguments_)) return unknown('output for unknown input');
  for (const class_ of instance.class.order) {
    const member = class_.members.get('__call__');
    if (member?.type === 'function') return machine.callFunction(member, instance, arguments_, site);
    if (member !== undefined) return machine.call(member, withFirst(instance, arguments_), site);
    const method = class_.native?.methods.__call__;
    if (method !== undefined) {
      machine.journal.touch(instance);
      touchArguments(machine.journal, arguments_);
      return guarded(machine, class_.name, site, () =>
        method.evaluate(instance, bind(method.signature, arguments_), machine.context(site)),
      );
    }
  }
  for (const name of ['forward', 'call', 'apply']) {
    const method = machine.getAttribute(instance, name, site);
    if (method !== null && method.type !== 'unknown') return machine.call(method, arguments_, site);
  }
  return unknown(`result of ${instance.class.name}`);
}

/**
 * Training loops call the model on data that is not known, outside of any constructor: nothing can come of it, so the
 * forward pass of a user's model is not run.
 */
function isFutile(machine: Machine, instance: InstanceValue, arguments_: CallArguments): boolean {
  if (machine.state.trace !== null || machine.state.constructions > 0) return false;
  if (instance.class.native !== null || arguments_.positional.length === 0) return false;
  return arguments_.positional.every((argument) => argument.value.type === 'unknown');
}
