import type { Range } from '../syntax/ast.ts';
import { joinSides, joinValues, takeSide } from './join.ts';
import type { Mutable, Snapshot } from './journal.ts';
import { type Completion, type Frame, type Machine, Raised } from './machine.ts';
import { none, type Value } from './values.ts';

/** How one side of a condition that is not known went. */
interface Attempt {
  readonly completion: Completion;
  readonly raised: Raised | null;
  readonly returned: Value | null;
  readonly changes: Map<Mutable, Snapshot>;
}

/**
 * Evaluates both sides of a condition that is not known, each from the same start, and goes on with what holds after
 * either. A side that raises is not taken; one that returns is remembered as a possible result, and the other goes on.
 */
export function either(
  machine: Machine,
  first: () => Completion,
  second: () => Completion,
  frame: Frame,
  at: Range,
): Completion {
  const site = { module: frame.module, at, callee: null };
  const left = attempt(machine, first, frame);
  const right = attempt(machine, second, frame);
  const { journal } = machine;
  if (left.raised !== null && right.raised !== null) throw left.raised;
  if (left.raised !== null || right.raised !== null) {
    const side = left.raised === null ? left : right;
    takeSide(journal, side.changes);
    frame.returned = side.returned;
    return side.completion;
  }
  if (left.completion === 'return' && right.completion === 'return') {
    if (joinSides(journal, left.changes, right.changes)) noteJoin();
    frame.returned = joinReturned(left.returned ?? none, right.returned ?? none);
    return 'return';
  }
  for (const [side, other] of [
    [left, right],
    [right, left],
  ] as const) {
    if (side.completion !== 'return') continue;
    frame.maybeReturned = [...(frame.maybeReturned ?? []), side.returned ?? none];
    // The local names of the side that left are gone with it.
    side.changes.delete(frame.scope);
    if (frame.scope !== frame.module.scope) {
      const local = other.changes.get(frame.scope);
      if (local !== undefined) takeSide(journal, new Map([[frame.scope, local]]));
      other.changes.delete(frame.scope);
    }
    if (joinSides(journal, left.changes, right.changes)) noteJoin();
    return other.completion;
  }
  if (joinSides(journal, left.changes, right.changes)) noteJoin();
  if (left.completion === right.completion) return left.completion;
  if (left.completion === 'break' || right.completion === 'break') frame.maybeBroken = true;
  return 'normal';

  function noteJoin(): void {
    machine.note('a condition that is not known decides what the model is; one side was taken', site);
  }
}

export function eitherValue(machine: Machine, first: () => Value, second: () => Value, frame: Frame, at: Range): Value {
  let left: Value | null = null;
  let right: Value | null = null;
  machine.either(
    () => {
      left = first();
      return 'normal';
    },
    () => {
      right = second();
      return 'normal';
    },
    frame,
    at,
  );
  return joinReturned(left, right);
}

function joinReturned(left: Value | null, right: Value | null): Value {
  if (left === null || right === null) return left ?? right ?? none;
  return joinValues(left, right);
}

function attempt(machine: Machine, body: () => Completion, frame: Frame): Attempt {
  const { returned } = frame;
  let completion: Completion = 'normal';
  let raised: Raised | null = null;
  const changes = machine.journal.explore(() => {
    try {
      completion = body();
    } catch (error) {
      if (!(error instanceof Raised)) throw error;
      raised = error;
    }
  });
  const result: Attempt = { completion, raised, returned: frame.returned, changes: new Map(changes) };
  frame.returned = returned;
  return result;
}
