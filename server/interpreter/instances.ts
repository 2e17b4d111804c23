import { guarded, withFirst } from './calls.ts';
import { now } from './clock.ts';
import { enumMember, isEnum } from './library/enum.ts';
import { type Machine, type Site, wrongArguments } from './machine.ts';
import { noteEffect } from './read-log.ts';
import { bind } from './signature.ts';
import { type CallArguments, type ClassValue, type InstanceValue, none, unknown, type Value } from './values.ts';

/** Calls a class: makes an instance and runs the first constructor of the method resolution order. */
export function instantiate(machine: Machine, class_: ClassValue, arguments_: CallArguments, site: Site): Value {
  machine.budget.spend();
  noteEffect();
  const { native } = class_;
  if (native?.convert !== undefined) {
    const { convert } = native;
    return guarded(machine, native.name, site, () =>
      convert(bind(native.signature, arguments_), machine.context(site)),
    );
  }
  if (isEnum(class_)) return enumMember(class_, arguments_.positional[0]?.value ?? none);
  if (!machine.budget.enter()) {
    machine.note(`${class_.name}: constructors are nested too deeply to follow`, site);
    return unknown('nested too deeply');
  }
  const instance: InstanceValue = {
    type: 'instance',
    class: class_,
    attributes: new Map(),
    at: { path: site.module.path, start: site.at.start, end: site.at.end },
    born: now(),
    state: null,
  };
  const { state } = machine;
  const { sweep } = state;
  state.sweep = null;
  state.constructions++;
  state.effects++;
  try {
    machine.events.constructing(class_, arguments_, site);
    runConstructor(machine, instance, arguments_, site);
    machine.events.constructed(instance, site);
    return instance;
  } finally {
    machine.budget.leave();
    state.constructions--;
    state.sweep = sweep;
  }
}

function runConstructor(machine: Machine, instance: InstanceValue, arguments_: CallArguments, site: Site): void {
  for (const class_ of instance.class.order) {
    const member = class_.members.get('__init__') ?? class_.members.get('constructor');
    if (member?.type === 'function') {
      machine.callFunction(member, instance, arguments_, site);
      return;
    }
    if (member !== undefined) {
      machine.call(member, withFirst(instance, arguments_), site);
      return;
    }
    const { native } = class_;
    if (native === null) continue;
    const given = bind(native.signature, arguments_);
    const takesAny = native.signature.parameters.some(({ kind }) => kind === 'keywordRest');
    if (!takesAny && given.keywordRest.size > 0 && machine.state.caught.includes('TypeError')) throw wrongArguments();
    guarded(machine, native.name, site, () => {
      native.construct(instance, given, machine.context(site));
      return instance;
    });
    return;
  }
}
