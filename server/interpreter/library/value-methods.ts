import type { BoundArguments, NativeContext, Signature } from '../native.ts';
import { signature } from '../signature.ts';
import type { NativeValue, Value } from '../values.ts';

/** A method of a built-in type: of lists, strings, dictionaries. */
export interface ValueMethod<T> {
  readonly parameters: string;
  /** It leaves the object as it is. */
  readonly isReading?: true;
  /** All that it reads is told to the log of reads. */
  readonly logsReads?: boolean;
  evaluate(self: T, given: BoundArguments, context: NativeContext): Value;
}

export type ValueMethods<T> = Readonly<Record<string, ValueMethod<T>>>;

export function valueMethod<T>(
  parameters: string,
  evaluate: (self: T, given: BoundArguments, context: NativeContext) => Value,
): ValueMethod<T> {
  return { parameters, evaluate };
}

/** A method that leaves its object as it is: nothing has to be remembered for a branch that may not have run. */
export function readingMethod<T>(
  parameters: string,
  evaluate: (self: T, given: BoundArguments, context: NativeContext) => Value,
): ValueMethod<T> {
  return { parameters, isReading: true, evaluate };
}

/** The method of a table as a function that remembers its object; `null` where the table has none of this name. */
export function bindMethod<T extends Value>(
  type: string,
  methods: ValueMethods<T>,
  self: T,
  name: string,
): NativeValue | null {
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (method === undefined) return null;
  return {
    type: 'native',
    function: {
      name: `${type}.${name}`,
      signature: signature(method.parameters) satisfies Signature,
      isReading: method.isReading === true,
      logsReads: method.logsReads === true,
      evaluate: (given, context) => {
        if (method.isReading !== true) context.touch(self);
        return method.evaluate(self, given, context);
      },
    },
  };
}
