import { mean } from './numbers.ts';
import type { RecordedVariant, Recording } from './recording.ts';
import { variantsOf } from './recording.ts';
import type { VariantName } from './request.ts';

/** What training did to one variant's loss, over its seeds. */
export interface Outcome {
  readonly variant: VariantName;
  /** Mean loss before the first update. */
  readonly first: number | null;
  /** Mean loss over the last tenth of the steps, so that one lucky batch does not decide. */
  readonly last: number | null;
  /** How many seeds have diverged, of how many. */
  readonly diverged: number;
  readonly seeds: number;
  /** Steps taken by the seed that has come furthest. */
  readonly steps: number;
}

/** Every variant's outcome, best first: those that diverged on fewer seeds, then those with the lower last loss. */
export function ranking(recording: Recording): readonly Outcome[] {
  return variantsOf(recording)
    .map((variant) => outcome(variant, recording))
    .sort((a, b) => a.diverged / a.seeds - b.diverged / b.seeds || byLoss(a.last, b.last));
}

function outcome(variant: VariantName, recording: Recording): Outcome {
  const runs = recording.variants.filter((one) => one.variant === variant);
  return {
    variant,
    first: mean(runs.map((one) => one.steps[0]?.loss)),
    last: mean(runs.map(tail)),
    diverged: runs.filter((one) => one.end?.diverged).length,
    seeds: runs.length,
    steps: Math.max(0, ...runs.map((one) => one.steps.length)),
  };
}

function byLoss(a: number | null, b: number | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return a - b;
}

function tail(one: RecordedVariant): number | null {
  return mean(one.steps.slice(-Math.max(1, Math.round(one.steps.length / 10))).map((step) => step.loss));
}
