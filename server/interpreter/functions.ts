import type { FunctionNode } from '../syntax/ast.ts';
import { now } from './clock.ts';
import { joinValues } from './join.ts';
import { type Frame, type Machine, type Recursion, type Site, wrongArguments } from './machine.ts';
import type { NativeClass } from './native.ts';
import { createScope } from './scopes.ts';
import { noteUnknownCall } from './unknown-calls.ts';
import {
  type CallArguments,
  dictOf,
  type FunctionValue,
  type GivenArgument,
  type InstanceValue,
  list,
  none,
  tuple,
  unknown,
  type Value,
} from './values.ts';

const callSteps = 4;
const maxUndecidedLevels = 4;

/** Runs a function of the user's. `self` comes before the positional arguments in Python and is `this` in JavaScript. */
export function callFunction(
  machine: Machine,
  function_: FunctionValue,
  self: Value | null,
  arguments_: CallArguments,
  site: Site,
): Value {
  if (isAimless(machine, function_, arguments_)) {
    noteUnknownCall(machine, arguments_, site);
    return unknown('recursion on what is not known');
  }
  if (!machine.budget.enter()) {
    machine.note(`${function_.node.name ?? 'function'}: calls are nested too deeply to follow`, site);
    return unknown('nested too deeply');
  }
  const { running } = machine.state;
  const outer = running.get(function_.node);
  running.set(function_.node, callDepth(machine, outer));
  try {
    // A call costs more than an expression: a scope, arguments, a frame.
    machine.budget.spend(callSteps);
    machine.events.called(function_);
    const frame = frameOf(function_, selfOf(function_, self, arguments_));
    bindParameters(machine, function_, self, arguments_, frame);
    const run = () => {
      machine.execute(function_.node.body, frame);
      return resultOf(function_, frame);
    };
    if (self?.type !== 'instance') return run();
    return aroundMethod(self)?.(self, function_, run, machine.context(site)) ?? run();
  } finally {
    if (outer === undefined) running.delete(function_.node);
    else running.set(function_.node, outer);
    machine.budget.leave();
  }
}

/** How deep a function has called itself under conditions that are not known. */
function callDepth({ journal }: Machine, outer: Recursion | undefined): Recursion {
  if (outer === undefined) return { conditions: journal.depth, levels: 0 };
  if (journal.depth <= outer.conditions) return outer;
  return { conditions: journal.depth, levels: outer.levels + 1 };
}

/**
 * A function that calls itself under a condition that is not known may go on until the budget ends, and with two such calls
 * in twice as many at each level. On arguments that are not known either nothing can come of it; on others a few levels
 * are followed.
 */
function isAimless(machine: Machine, function_: FunctionValue, arguments_: CallArguments): boolean {
  const outer = machine.state.running.get(function_.node);
  if (outer === undefined || machine.journal.depth <= outer.conditions) return false;
  if (outer.levels >= maxUndecidedLevels) return true;
  const { positional, keyword } = arguments_;
  const given = [...positional, ...keyword.values()];
  return given.length > 0 && given.every(({ value }) => value.type === 'unknown');
}

/** What the framework's class runs around its subclasses' methods. */
function aroundMethod({ class: class_ }: InstanceValue): NativeClass['aroundMethod'] | null {
  for (const { native } of class_.order) if (native?.aroundMethod !== undefined) return native.aroundMethod;
  return null;
}

/** `super()` also works where a method is called through its class: `Base.forward(self, x)`. */
function selfOf(function_: FunctionValue, self: Value | null, arguments_: CallArguments): Value | null {
  if (self !== null || function_.owner === null || function_.binding === 'static') return self;
  return arguments_.positional[0]?.value ?? null;
}

function frameOf(function_: FunctionValue, self: Value | null): Frame {
  const scope = createScope(function_.scope, now());
  return {
    module: function_.module,
    scope,
    closure: scope,
    function: function_,
    owner: function_.owner,
    isClassBody: false,
    self: function_.node.isArrow ? function_.self : self,
    redirects: null,
    returned: null,
    maybeReturned: null,
    yielded: null,
    maybeBroken: false,
  };
}

function resultOf(function_: FunctionValue, frame: Frame): Value {
  if (frame.yielded !== null) return list(frame.yielded);
  const returned = frame.returned ?? none;
  if (frame.maybeReturned !== null) {
    return frame.maybeReturned.reduce(
      (result, other) => (isStructure(result) ? result : joinValues(result, other)),
      returned,
    );
  }
  return frame.returned === null && isGenerator(function_) ? list([]) : returned;
}

/** Under conditions that are not known, the tensor or object that the function returns at its end is taken. */
function isStructure(value: Value): boolean {
  return value.type === 'tensor' || value.type === 'instance' || value.type === 'tuple' || value.type === 'list';
}

const generators = new WeakMap<FunctionNode, boolean>();

/** A generator that yielded nothing. The text tells: it is only asked for functions that end without a value. */
function isGenerator(function_: FunctionValue): boolean {
  const { node, module } = function_;
  const known = generators.get(node);
  if (known !== undefined) return known;
  const answer = /\byield\b/.test(module.text.slice(node.start, node.end));
  generators.set(node, answer);
  return answer;
}

function bindParameters(
  machine: Machine,
  function_: FunctionValue,
  self: Value | null,
  arguments_: CallArguments,
  frame: Frame,
): void {
  const isPython = function_.module.language === 'python';
  const positional: readonly GivenArgument[] =
    isPython && self !== null ? [{ value: self, at: null }, ...arguments_.positional] : arguments_.positional;
  const { variables } = frame.scope;
  let next = 0;
  let used: Set<string> | null = null;
  let takesAny = !isPython;
  for (const parameter of function_.node.parameters) {
    const { target, kind } = parameter;
    if (kind === 'rest') {
      const rest = positional.slice(next).map((item) => item.value);
      next = positional.length;
      const value: Value = arguments_.open
        ? { type: 'list', items: rest, open: true }
        : isPython
          ? tuple(rest)
          : list(rest);
      machine.assign(target, value, frame, true);
      continue;
    }
    if (kind === 'keywordRest') {
      takesAny = true;
      const others = [...arguments_.keyword].filter(([name]) => used === null || !used.has(name));
      const rest = dictOf(others.map(([name, item]) => [name, item.value, item.at]));
      rest.open = arguments_.open;
      machine.assign(target, rest, frame, true);
      continue;
    }
    let value: Value | undefined;
    if (kind !== 'keywordOnly' && next < positional.length) {
      value = positional[next]?.value;
      next++;
    } else if (target.type === 'Name') {
      value = arguments_.keyword.get(target.name)?.value;
      if (value !== undefined) {
        used ??= new Set();
        used.add(target.name);
      }
    }
    if (target.type === 'Name' && isPython) {
      variables.set(target.name, value ?? function_.defaults.get(target.name) ?? missing(target.name, arguments_));
    } else {
      // JavaScript: `undefined` takes the default, which is evaluated at the call.
      if ((value === undefined || value === none) && parameter.default !== null && !arguments_.open) {
        value = machine.evaluate(parameter.default, frame);
      }
      machine.assign(target, value ?? (arguments_.open ? unknown('argument') : none), frame, true);
    }
  }
  const isTooMuch = next < positional.length || (!takesAny && (used?.size ?? 0) < arguments_.keyword.size);
  if (isPython && isTooMuch && machine.state.caught.includes('TypeError')) throw wrongArguments();
}

function missing(name: string, arguments_: CallArguments): Value {
  return unknown(arguments_.open ? `argument ${name}` : `missing argument ${name}`);
}
