import type { Span } from '../../core/graph/span.ts';
import type { Argument, Expression, Range } from '../syntax/ast.ts';
import { asDictionary } from './library/dictionaries.ts';
import type { Frame, Machine, Site } from './machine.ts';
import { allValues, lookUp } from './scopes.ts';
import { noKeywords } from './signature.ts';
import { type CallArguments, type GivenArgument, none, unknown, type Value } from './values.ts';

type Call = Extract<Expression, { type: 'Call' }>;

/** Evaluates callee and arguments, then calls. */
export function callExpression(machine: Machine, call: Call, frame: Frame): Value {
  const special = call.callee.type === 'Name' ? specialCall(machine, call, call.callee.name, frame) : null;
  if (special !== null) return special;
  const callee = machine.evaluate(call.callee, frame);
  if (call.callee.type === 'Attribute' && call.callee.optional && callee.type === 'none') return none;
  const arguments_ = evaluateArguments(machine, call.arguments, frame);
  return machine.call(callee, arguments_, { module: frame.module, at: call, callee: call.callee });
}

function evaluateArguments(machine: Machine, nodes: readonly Argument[], frame: Frame): CallArguments {
  if (nodes.length === 0) return noArguments;
  const places = placesIn(nodes);
  const positional = new Array<GivenArgument>(places);
  let next = 0;
  let keyword: Map<string, GivenArgument> | null = null;
  let open = false;
  for (const node of nodes) {
    const value = machine.evaluate(node.value, frame);
    if (node.name !== null) {
      keyword ??= new Map();
      keyword.set(node.name, new WrittenArgument(value, frame.module.path, node.value));
    } else if (node.spread === null) {
      positional[next++] = new WrittenArgument(value, frame.module.path, node.value);
    } else if (node.spread === 'positional') {
      const items = machine.iterate(value, { module: frame.module, at: node, callee: null });
      if (items === null) open = true;
      else for (const item of items) positional[next++] = { value: item, at: null };
    } else {
      const dict = asDictionary(value);
      if (dict === null ? value.type !== 'none' : dict.open) open = true;
      for (const { key, value: item, at: writtenAt } of dict?.entries.values() ?? []) {
        if (key.type !== 'string') continue;
        keyword ??= new Map();
        keyword.set(key.value, { value: item, at: writtenAt ?? null });
      }
    }
  }
  return { positional, keyword: keyword ?? noKeywords, open };
}

/** How many arguments there are by place before the first spread: a list that grows takes several times the memory of one that does not. */
function placesIn(nodes: readonly Argument[]): number {
  let count = 0;
  for (const { name, spread } of nodes) {
    if (spread === 'positional') break;
    if (name === null && spread === null) count++;
  }
  return count;
}

const noArguments: CallArguments = { positional: [], keyword: noKeywords, open: false };

/** One is made for every argument of every call, and few are asked where they stand. */
class WrittenArgument implements GivenArgument {
  readonly value: Value;
  readonly #path: string;
  readonly #range: Range;

  constructor(value: Value, path: string, range: Range) {
    this.value = value;
    this.#path = path;
    this.#range = range;
  }

  get at(): Span {
    return { path: this.#path, start: this.#range.start, end: this.#range.end };
  }
}

/** Calls that are no calls: `super()`, JavaScript's `super(…)`, `require('…')`; Python's `locals()` and `globals()`. */
function specialCall(machine: Machine, call: Call, name: string, frame: Frame): Value | null {
  if (frame.module.language === 'javascript') {
    if (name === 'super') return superConstructor(machine, call, frame);
    const first = call.arguments[0]?.value;
    if ((name === 'require' || name === 'import') && first?.type === 'String') {
      return machine.importModule(first.value, 0, frame.module) ?? unknown(`module ${first.value}`);
    }
    return null;
  }
  if (name === 'super' && lookUp(frame, 'super') === null) return superObject(machine, call, frame);
  if (name === 'locals' && call.arguments.length === 0) return scopeDictionary(frame.scope.variables);
  if (name === 'globals' && call.arguments.length === 0) {
    frame.module.scope.reads?.add(allValues);
    return scopeDictionary(frame.module.scope.variables);
  }
  return null;
}

function superObject(machine: Machine, call: Call, frame: Frame): Value {
  if (call.arguments.length === 0) {
    if (frame.owner === null || frame.self === null) return unknown('super() outside of a method');
    return { type: 'super', self: frame.self, owner: frame.owner };
  }
  const [owner, self] = evaluateArguments(machine, call.arguments, frame).positional;
  if (owner?.value.type !== 'class' || self === undefined) return unknown('super of something unknown');
  return { type: 'super', self: self.value, owner: owner.value };
}

function superConstructor(machine: Machine, call: Call, frame: Frame): Value {
  const arguments_ = evaluateArguments(machine, call.arguments, frame);
  if (frame.owner === null || frame.self === null) return unknown('super outside of a class');
  const site: Site = { module: frame.module, at: call, callee: call.callee };
  const parent: Value = { type: 'super', self: frame.self, owner: frame.owner };
  const inherited = machine.getAttribute(parent, 'constructor', site);
  if (inherited !== null) machine.call(inherited, arguments_, site);
  return none;
}

function scopeDictionary(variables: ReadonlyMap<string, Value>): Value {
  const entries = [...variables].map(
    ([name, value]) => [`s${name}`, { key: { type: 'string', value: name } as const, value }] as const,
  );
  return { type: 'dict', entries: new Map(entries), open: false };
}
