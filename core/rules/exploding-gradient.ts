import { checkFlow } from './gradient-flow.ts';
import type { Rule } from './rule.ts';

/** Gains above 1 multiply, forward and backward alike (Schoenholz et al. 2017; Hanin & Rolnick 2018). */
export const explodingGradient: Rule = {
  id: 'exploding-gradient',
  title: 'A signal and a gradient that grow with every layer',
  check: (context, earlier) => checkFlow('exploding', context, earlier),
};
