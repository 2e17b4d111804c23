import { isNone, shapeOf, stringOf } from '../../interpreter/read.ts';
import { nativeClass, nativeFunction } from '../../interpreter/table.ts';
import { type ClassValue, none, unknown, type Value } from '../../interpreter/values.ts';
import { kerasDialect } from './dialect-keras.ts';
import type { LayerClasses } from './layer-classes.ts';
import { stateOf } from './layer-state.ts';
import { layerAliases, layerSpecs } from './layers.ts';
import { symbolicInput } from './symbolic.ts';
import { createWrappers } from './wrappers.ts';

type Members = Readonly<Record<string, Value>>;

/** `keras.layers`: a class that no table knows is a layer all the same, of which nothing more can be said. */
export function layerMembers(classes: LayerClasses, input: Value): (name: string) => Value {
  const known: Record<string, Value> = Object.fromEntries(
    Object.entries(layerSpecs).map(([name, spec]) => [name, classes.make(name, spec)]),
  );
  for (const [alias, name] of Object.entries(layerAliases)) {
    const original = known[name];
    if (original !== undefined) known[alias] = original;
  }
  const members: Record<string, Value> = {
    ...known,
    ...createWrappers(classes, kerasDialect),
    InputLayer: inputLayer(classes.base),
    Input: input,
    Layer: classes.base,
    ...mergeFunctions(known),
  };
  return (name) => {
    if (!Object.hasOwn(members, name) && /^[A-Z]/.test(name)) members[name] = classes.make(name, unknownLayer);
    return members[name] ?? unknown(`keras.layers.${name}`);
  };
}

const unknownLayer = { parameters: '*args', op: () => null } as const;

export function createInput(): Value {
  return nativeFunction(
    'keras.Input',
    'shape=None, batch_size=None, dtype=None, sparse=None, batch_shape=None, name=None, tensor=None, **kwargs',
    (given, context) => {
      const batchShape = given.get('batch_shape');
      const shape = isNone(batchShape) ? withBatch(given.get('shape')) : shapeOf(batchShape);
      return symbolicInput(shape, stringOf(given.get('name')), context.at, null);
    },
  );
}

/** `layers.add([a, b], name='sum')` is `layers.Add(name='sum')([a, b])`. */
function mergeFunctions(classes: Members): Members {
  return Object.fromEntries(
    ['Add', 'Subtract', 'Multiply', 'Average', 'Maximum', 'Minimum', 'Concatenate', 'Dot'].map((name) => [
      name.toLowerCase(),
      nativeFunction(`keras.layers.${name.toLowerCase()}`, 'inputs, *args, **kwargs', (given, context) => {
        const positional = given.raw.positional.slice(given.raw.keyword.has('inputs') ? 0 : 1);
        const keyword = new Map([...given.raw.keyword].filter(([key]) => key !== 'inputs'));
        const layer = context.callWith(classes[name] ?? none, { positional, keyword, open: given.raw.open });
        return context.call(layer, [given.get('inputs')]);
      }),
    ]),
  );
}

/** In a `Sequential` it says the shape of the input. */
function inputLayer(base: ClassValue): ClassValue {
  return nativeClass('keras.layers.InputLayer', {
    bases: [base],
    parameters:
      'shape=None, batch_size=None, dtype=None, sparse=None, batch_shape=None, input_tensor=None, input_shape=None, batch_input_shape=None, name=None, **kwargs',
    construct: (instance, given) => {
      const state = stateOf(instance);
      state.name = stringOf(given.get('name'));
      const whole = isNone(given.get('batch_shape')) ? given.get('batch_input_shape') : given.get('batch_shape');
      const shape = isNone(given.get('shape')) ? given.get('input_shape') : given.get('shape');
      state.inputShapes = [isNone(whole) ? withBatch(shape) : shapeOf(whole)];
    },
  });
}

function withBatch(shape: Value) {
  const sizes = shapeOf(shape);
  return sizes === null ? null : [null, ...sizes];
}
