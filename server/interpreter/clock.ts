/*
 * A clock that ticks with every exploration of the journal (`journal.ts`). What can be changed carries the time at which it
 * was made: an exploration that began later must remember its state, one that began earlier need not, since undoing it
 * leaves nobody who could see the thing.
 */

let time = 0;

export function now(): number {
  return time;
}

export function tick(): number {
  time++;
  return time;
}
