import type { Dim } from '../../../core/graph/shape.ts';
import { booleanOf, dimOf, numberOf, numbersOf, stringOf } from '../../interpreter/read.ts';
import { type InstanceValue, none, type TensorValue, type Value } from '../../interpreter/values.ts';

/**
 * Reads a module's attributes as they are now: code changes them after construction (`conv.stride = (1, 1)`), and a layer
 * does what its attributes say when it is called.
 */
export interface Reader {
  readonly instance: InstanceValue;
  value(name: string): Value;
  dim(name: string): Dim;
  number(name: string): number | null;
  /** `false` where it is not known. */
  flag(name: string): boolean;
  text(name: string): string | null;
  /** One number per spatial axis. */
  numbers(name: string, count: number): readonly number[] | null;
  /** A parameter or buffer; `null` where it is `None`. */
  tensor(name: string): TensorValue | null;
  /** The parameter that the layer computes with: for a weight under weight or spectral normalization, what it is made from. */
  source(name: string): TensorValue | null;
}

export function readerOf(instance: InstanceValue): Reader {
  const value = (name: string) => instance.attributes.get(name) ?? none;
  const tensor = (name: string) => tensorIn(instance, name);
  return {
    instance,
    value,
    dim: (name) => dimOf(value(name)),
    number: (name) => numberOf(value(name)),
    flag: (name) => booleanOf(value(name)) ?? false,
    text: (name) => stringOf(value(name)),
    numbers: (name, count) => numbersOf(value(name), count),
    tensor,
    source: (name) => {
      const found = tensor(name);
      return found?.isParameter === false ? (parametrized(instance, name) ?? found) : found;
    },
  };
}

function tensorIn(instance: InstanceValue, name: string): TensorValue | null {
  const found = instance.attributes.get(name);
  return found?.type === 'tensor' ? found : null;
}

function parametrized(instance: InstanceValue, name: string): TensorValue | null {
  const all = instance.attributes.get('parametrizations');
  const holder = all?.type === 'instance' ? all.attributes.get(name) : undefined;
  const inner = holder?.type === 'instance' ? (tensorIn(holder, 'original1') ?? tensorIn(holder, 'original')) : null;
  return inner ?? tensorIn(instance, `${name}_v`) ?? tensorIn(instance, `${name}_orig`);
}
