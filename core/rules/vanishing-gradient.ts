import { checkFlow } from './gradient-flow.ts';
import type { Rule } from './rule.ts';

/** Gains below 1 multiply (Hochreiter 1991; Glorot & Bengio 2010; Schoenholz et al. 2017). Last of all: others say it more precisely. */
export const vanishingGradient: Rule = {
  id: 'vanishing-gradient',
  title: 'A gradient that hardly reaches the first layer',
  check: (context, earlier) => checkFlow('vanishing', context, earlier),
};
