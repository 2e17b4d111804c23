import { constantInit } from './constant-init.ts';
import { fanOfVector } from './fan-of-vector.ts';
import type { Finding } from './finding.ts';
import { heSaturating } from './he-saturating.ts';
import type { Rule, RuleContext } from './rule.ts';
import { stdTooLarge } from './std-too-large.ts';
import { stdTooSmall } from './std-too-small.ts';
import { unsupportedNonlinearity } from './unsupported-nonlinearity.ts';
import { xavierRelu } from './xavier-relu.ts';
import { zeroInit } from './zero-init.ts';

/** Every rule, in the order of the catalogue. */
export const rules: readonly Rule[] = [
  fanOfVector,
  unsupportedNonlinearity,
  zeroInit,
  constantInit,
  xavierRelu,
  heSaturating,
  stdTooLarge,
  stdTooSmall,
];

/** All findings about one model, by position. Ignore comments and settings are the caller's business. */
export function checkGraph(context: RuleContext): Finding[] {
  return rules
    .flatMap((rule) => rule.check(context))
    .sort((a, b) => a.at.path.localeCompare(b.at.path) || a.at.start - b.at.start || a.at.end - b.at.end);
}
