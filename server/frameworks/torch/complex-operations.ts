import { unknown, type Value } from '../../interpreter/values.ts';
import { complexOf, partsOf } from './complex.ts';
import type { Operations } from './op-row.ts';
import { select, stack } from './rearrange.ts';

/* Functions and methods that make complex tensors and take them apart. */

export const complexOperations: Operations = {
  complex: { parameters: 'imag', run: (real, given) => complexOf(real, given.get('imag')) },
  polar: {
    parameters: 'angle',
    run: (length, given, context) => {
      const turned = (name: string): Value =>
        context.operate('*', length, context.call(context.getAttribute(given.get('angle'), name), []));
      return complexOf(turned('cos'), turned('sin'));
    },
  },
  view_as_complex: {
    parameters: '',
    run: (input, _, context) => complexOf(select(input, -1, 0, context), select(input, -1, 1, context)),
  },
  view_as_real: {
    parameters: '',
    run: (input, _, context) => {
      const parts = partsOf(input);
      return parts === null ? unknown('parts of a complex tensor') : stack([parts.real, parts.imaginary], -1, context);
    },
  },
};
