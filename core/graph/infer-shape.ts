import type { Op } from './op.ts';
import type { Shape } from './shape.ts';
import { shapeRule } from './shapes/rules.ts';
import { isMismatch } from './shapes/verdict.ts';

/**
 * The shape of what `op` makes of inputs of these shapes; unknown dimensions stay unknown. `null` where nothing can be said,
 * and where the inputs do not fit, which `checkShapes` tells apart.
 *
 * `reshape`, `input`, `parameter` and `constant` carry their shape on the node itself: `null` here.
 */
export function inferShape(op: Op, inputs: readonly (Shape | null)[]): Shape | null {
  const verdict = shapeRule(op, inputs);
  return isMismatch(verdict) ? null : verdict;
}

/**
 * Why `op` cannot work on inputs of these shapes, in words (`expects 512 features, gets 256`), or `null` where it can or
 * where too little is known to say.
 */
export function checkShapes(op: Op, inputs: readonly (Shape | null)[]): string | null {
  const verdict = shapeRule(op, inputs);
  return isMismatch(verdict) ? verdict.problem : null;
}
