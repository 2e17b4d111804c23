import type { NativeContext } from '../../interpreter/native.ts';
import { nativeClass } from '../../interpreter/table.ts';
import type { ClassValue } from '../../interpreter/values.ts';
import { initializerRows } from './initializers.ts';

/** `keras.initializers.HeNormal` and the others: instances keep their arguments as attributes. */
export function createInitializerClasses(): Readonly<Record<string, ClassValue>> {
  return Object.fromEntries(
    Object.entries(initializerRows).map(([name, { parameters }]) => [
      name,
      nativeClass(`keras.initializers.${name}`, {
        parameters,
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
