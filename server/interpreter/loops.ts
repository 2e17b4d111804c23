import type { Expression, Statement } from '../syntax/ast.ts';
import { maxLoopSteps, maxRounds } from './budget.ts';
import { rangeLength } from './items.ts';
import type { Completion, Frame, Machine, Site } from './machine.ts';
import { number, type RangeValue, unknown, type Value } from './values.ts';

type For = Extract<Statement, { type: 'For' }>;
type While = Extract<Statement, { type: 'While' }>;

/** Unrolls a loop over known items; over unknown ones the body runs once, as something that may not have run. */
export function loopFor(machine: Machine, node: For, frame: Frame): Completion {
  const iterable = machine.evaluate(node.iterable, frame);
  const site: Site = { module: frame.module, at: node.iterable, callee: null };
  const sweep = sweepOf(node.iterable, frame);
  const outerSweep = machine.state.sweep;
  machine.state.sweep = sweep ?? outerSweep;
  const outerBroken = frame.maybeBroken;
  try {
    const items =
      iterable.type === 'range' ? rangeItems(iterable) : (machine.iterate(iterable, site) ?? openItems(iterable));
    if (items === null) return onceMaybe(machine, node, iterable, frame);
    const length = iterable.type === 'range' ? rangeLength(iterable) : (items as readonly Value[]).length;
    const followed = length > maxRounds.whole ? maxRounds.ofLonger : length;
    let rounds = 0;
    const { budget, state } = machine;
    const [start, effects] = [budget.spent, state.effects];
    const allowed = budget.longLoops.has(node) ? maxLoopSteps.again : maxLoopSteps.first;
    for (const item of items) {
      budget.spend();
      if (budget.spent - start > allowed && state.effects === effects) {
        // Tables of positions: what has been computed so far is not all, and nothing of the model waits for it yet.
        budget.longLoops.add(node);
        return onceMaybe(machine, node, unknown('a long loop'), frame);
      }
      if (++rounds > followed) {
        machine.note(`only the first ${followed} rounds of this loop were followed`, site);
        // What it counts or adds up would be wrong.
        if (state.effects === effects) return onceMaybe(machine, node, unknown('a long loop'), frame);
        break;
      }
      machine.assign(node.target, item, frame, true);
      const completion = machine.execute(node.body, frame);
      if (completion === 'break') return 'normal';
      if (completion === 'return') return completion;
    }
  } finally {
    machine.state.sweep = outerSweep;
    frame.maybeBroken = outerBroken;
  }
  return machine.execute(node.orElse, frame);
}

/** A range is never spread out: it may have a billion items. */
function* rangeItems(range: RangeValue): Generator<Value> {
  const { start, stop, step } = range;
  if (step === 0) return;
  for (let value = start; step > 0 ? value < stop : value > stop; value += step) yield number(value);
}

/** What is known of a list that may be longer stands for all of it. */
function openItems(value: Value): readonly Value[] | null {
  return (value.type === 'list' || value.type === 'set') && value.items.length > 0 ? [...value.items] : null;
}

function onceMaybe(machine: Machine, node: For, iterable: Value, frame: Frame): Completion {
  const item: Value =
    iterable.type === 'dimension'
      ? { type: 'dimension', name: `${iterable.name}[i]` }
      : unknown('item of something unknown');
  const completion = machine.either(
    () => {
      machine.assign(node.target, item, frame, true);
      const ended = machine.execute(node.body, frame);
      return ended === 'return' ? ended : 'normal';
    },
    () => 'normal',
    frame,
    node.iterable,
  );
  return completion;
}

export function loopWhile(machine: Machine, node: While, frame: Frame): Completion {
  const site: Site = { module: frame.module, at: node.test, callee: null };
  const outerBroken = frame.maybeBroken;
  const { effects } = machine.state;
  frame.maybeBroken = false;
  try {
    for (let rounds = 0; ; rounds++) {
      machine.budget.spend();
      const truth = machine.truth(machine.evaluate(node.test, frame), site);
      if (truth === false) break;
      if (truth === null) return whileMaybe(machine, node, frame);
      if (rounds >= maxRounds.untilEnd) {
        machine.note(`only the first ${maxRounds.untilEnd} rounds of this loop were followed`, site);
        return machine.state.effects === effects ? whileMaybe(machine, node, frame) : 'normal';
      }
      const returns = frame.maybeReturned;
      const completion = machine.execute(node.body, frame);
      if (completion === 'break') return 'normal';
      if (completion === 'return') return completion;
      update(machine, node, frame);
      // It may have ended here; that it goes on is a guess, which is not made twice.
      if (frame.maybeBroken || frame.maybeReturned !== returns) return 'normal';
    }
  } finally {
    frame.maybeBroken = outerBroken;
  }
  return machine.execute(node.orElse, frame);
}

function whileMaybe(machine: Machine, node: While, frame: Frame): Completion {
  return machine.either(
    () => {
      const completion = machine.execute(node.body, frame);
      if (completion === 'return') return completion;
      if (completion !== 'break') update(machine, node, frame);
      return 'normal';
    },
    () => 'normal',
    frame,
    node.test,
  );
}

function update(machine: Machine, node: While, frame: Frame): void {
  if (node.update === null) return;
  if (isStatement(node.update)) machine.execute([node.update], frame);
  else machine.evaluate(node.update, frame);
}

function isStatement(node: Expression | Statement): node is Statement {
  return (
    node.type === 'AugmentedAssign' || node.type === 'Assign' || node.type === 'Expression' || node.type === 'Block'
  );
}

const sweepers = new Set([
  'modules',
  'named_modules',
  'children',
  'named_children',
  'parameters',
  'named_parameters',
  'layers',
  'weights',
  'trainable_weights',
  'trainable_variables',
  'submodules',
]);

/** A loop over all modules or parameters of a model: its description. `enumerate(…)` and the like are looked through. */
function sweepOf(iterable: Expression, frame: Frame): string | null {
  const call = iterable.type === 'Call' ? iterable : null;
  const callee = call?.callee ?? iterable;
  if (
    callee.type === 'Attribute' &&
    sweepers.has(callee.name) &&
    (call !== null || !callee.name.includes('parameters'))
  ) {
    return `${frame.module.text.slice(iterable.start, iterable.end)} loop`;
  }
  if (callee.type === 'Name' && call !== null) {
    for (const argument of call.arguments) {
      const inner = sweepOf(argument.value, frame);
      if (inner !== null) return inner;
    }
  }
  return null;
}
