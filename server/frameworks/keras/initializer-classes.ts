import type { NativeContext } from '../../interpreter/native.ts';
import { shapeOf } from '../../interpreter/read.ts';
import { method, nativeClass } from '../../interpreter/table.ts';
import { type ClassValue, dictOf, none } from '../../interpreter/values.ts';
import type { Dialect } from './dialect.ts';
import { initializerRows } from './initializers.ts';
import { allocate } from './memory.ts';
import { tableInstance } from './weights.ts';

/** `keras.initializers.HeNormal` and the others: instances keep their arguments as attributes. */
export function createInitializerClasses(dialect: Dialect): Readonly<Record<string, ClassValue>> {
  const call = method('shape, dtype=None, **kwargs', (self, given, context) => {
    const shape = shapeOf(given.get('shape'));
    const target = { shape: shape ?? [], fans: dialect.fans(shape ?? []), truncated: dialect.truncated };
    return allocate(shape, shape === null ? null : tableInstance(self, target), context);
  });
  return Object.fromEntries(
    Object.entries(initializerRows).map(([name, { parameters }]) => [
      name,
      nativeClass(`keras.initializers.${name}`, {
        parameters,
        methods: {
          __call__: call,
          apply: call,
          get_config: method('', (self) =>
            dictOf(names(parameters).map((key) => [key, self.attributes.get(key) ?? none])),
          ),
        },
        construct: (instance, given, context: NativeContext) => {
          context.touch(instance);
          for (const parameter of names(parameters)) instance.attributes.set(parameter, given.get(parameter));
        },
      }),
    ]),
  );
}

function names(parameters: string): string[] {
  return [...parameters.matchAll(/(\w+)=/g)].flatMap((match) => match[1] ?? []);
}
