/** When (milliseconds) how many steps arrived, over the last two seconds. */
export type Rate = readonly { readonly at: number; readonly steps: number }[];

const windowMs = 2_000;

export function withSteps(rate: Rate, at: number, steps: number): Rate {
  return [...rate.filter((one) => at - one.at < windowMs), { at, steps }];
}

/** Steps per second over the window; 0 until two messages have come. The first message's steps were taken before the window. */
export function stepsPerSecond(rate: Rate): number {
  const first = rate[0];
  const last = rate.at(-1);
  if (!first || !last || last.at <= first.at) return 0;
  const steps = rate.slice(1).reduce((sum, one) => sum + one.steps, 0);
  return (1000 * steps) / (last.at - first.at);
}
