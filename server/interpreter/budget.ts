/**
 * What one evaluation may cost. Code under analysis is hostile until proven otherwise: it may loop for ever, recurse, or
 * build lists of a billion items.
 */
export interface Limits {
  /** Evaluated expressions and statements. */
  readonly steps: number;
  /** Nested calls. */
  readonly depth: number;
  /** A last guard, far above what `steps` takes; fuel alone decides in practice, so that results do not depend on the machine. */
  readonly milliseconds: number;
}

export const moduleLimits: Limits = { steps: 150_000, depth: 90, milliseconds: 3000 };
export const modelLimits: Limits = { steps: 500_000, depth: 90, milliseconds: 4000 };

/** Steps of one decorator: some write documentation for every class and method. */
export const decoratorSteps = 500;

/** What a call costs that is too deep to be followed: code that recurses without end does so over and over again. */
const tooDeepSteps = 5000;

/**
 * Rounds of one loop over so many items; of one over still more, which shows only its beginning in any case; and of one whose
 * end is not known before it is there.
 */
export const maxRounds = { whole: 3000, ofLonger: 100, untilEnd: 1000 };
/** Items of one container, characters of one string. */
export const maxItems = 20_000;
export const maxCharacters = 100_000;
/** Steps of a loop that only computes: makes no object and writes no tensor. Once left early, it is given fewer the next time. */
export const maxLoopSteps = { first: 40_000, again: 2000 };

/** Thrown through the evaluator when the budget is spent; caught where a module or model is evaluated. */
export class Stop {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

/** Time is up, or nobody waits for the answer any more: ends the whole analysis, whatever is evaluated within what. */
export class Cancelled extends Stop {
  constructor() {
    super('cancelled');
  }
}

export interface Budget {
  /** Steps taken so far, in all evaluations together. */
  readonly spent: number;
  /** Loops of this evaluation that were left early because they only computed, for too long. */
  readonly longLoops: Set<object>;
  /** Takes one step, or more. Throws `Stop` when nothing is left; now and then it is a checkpoint too. */
  spend(steps?: number): void;
  /** Throws `Cancelled` where the analysis is to end. */
  checkpoint(): void;
  /** Goes one call deeper; false where that is too deep (then do not call `leave`). */
  enter(): boolean;
  leave(): void;
  /** Runs `body` off the clock: reading and evaluating what is imported is not what the importing code costs. */
  uncharged<T>(body: () => T): T;
  /** Runs `body` with at most so many of the steps that are left; false where it had to be ended. */
  withPortion(steps: number, body: () => void): boolean;
  /** Runs `body` under limits of its own; a `Stop` in there ends `body` alone, and the reason comes back. */
  within<T>(limits: Limits, body: () => T): { readonly value: T } | { readonly stopped: string };
}

const clockInterval = 2048;

/**
 * In milliseconds. What else the machine does at the moment is not the code's; but asking for it takes a call of the system, so
 * the wall clock is asked first.
 */
function processorTime(): number {
  return process.cpuUsage().user / 1000;
}

let asked = { at: Number.NEGATIVE_INFINITY, processor: 0 };

/** As far as a limit of seconds needs it: between two questions no more processor time passes than time. */
function roughProcessorTime(): number {
  const now = performance.now();
  if (now - asked.at > 100) asked = { at: now, processor: processorTime() };
  return asked.processor + (now - asked.at);
}

export function createBudget(isCancelled: () => boolean): Budget {
  let left = 0;
  let depth = 0;
  let maxDepth = 0;
  let deadline = 0;
  let processorDeadline = 0;
  let untilClock = clockInterval;
  let spent = 0;
  let longLoops = new Set<object>();

  const checkpoint = () => {
    if (isCancelled()) throw new Cancelled();
  };

  return {
    checkpoint,
    get spent() {
      return spent;
    },
    get longLoops() {
      return longLoops;
    },
    spend(steps = 1) {
      spent += steps;
      left -= steps;
      if (left < 0) throw new Stop('more steps than the analysis allows');
      untilClock -= steps;
      if (untilClock > 0) return;
      untilClock = clockInterval;
      checkpoint();
      if (performance.now() > deadline && processorTime() > processorDeadline) throw new Stop('out of time');
    },
    enter() {
      if (depth >= maxDepth) {
        left -= tooDeepSteps;
        return false;
      }
      depth++;
      return true;
    },
    leave() {
      depth--;
    },
    uncharged(body) {
      const start = performance.now();
      try {
        return body();
      } finally {
        const passed = performance.now() - start;
        deadline += passed;
        processorDeadline += passed;
      }
    },
    withPortion(steps, body) {
      const reserve = Math.max(0, left - steps);
      left -= reserve;
      const outer = { depth };
      try {
        body();
        return true;
      } catch (error) {
        if (!(error instanceof Stop) || error instanceof Cancelled || left >= 0 || reserve === 0) throw error;
        left = 0;
        ({ depth } = outer);
        return false;
      } finally {
        left += reserve;
      }
    },
    within(limits, body) {
      const outer = { left, depth, maxDepth, deadline, processorDeadline, longLoops };
      longLoops = new Set();
      left = limits.steps;
      depth = 0;
      maxDepth = limits.depth;
      deadline = performance.now() + limits.milliseconds;
      processorDeadline = roughProcessorTime() + limits.milliseconds;
      try {
        return { value: body() };
      } catch (error) {
        if (error instanceof Cancelled) throw error;
        if (error instanceof Stop) return { stopped: error.reason };
        // The JavaScript engine's own stack is a budget too: expressions nested a thousand deep.
        if (error instanceof RangeError) return { stopped: 'nested too deeply' };
        throw error;
      } finally {
        ({ left, depth, maxDepth, deadline, processorDeadline, longLoops } = outer);
      }
    },
  };
}
