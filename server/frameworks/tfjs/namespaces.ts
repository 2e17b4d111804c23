import { isNone, shapeOf, stringOf } from '../../interpreter/read.ts';
import { namespace, nativeFunction } from '../../interpreter/table.ts';
import { type NamespaceValue, none, unknown, type Value } from '../../interpreter/values.ts';
import { tensorCreators } from '../keras/creators.ts';
import { tensorFunctions } from '../keras/functions.ts';
import { createInitializerClasses } from '../keras/initializer-classes.ts';
import { createLayerClasses } from '../keras/layer-classes.ts';
import { stateOf } from '../keras/layer-state.ts';
import { createModelClasses } from '../keras/models.ts';
import { symbolicInput } from '../keras/symbolic.ts';
import { createVariable } from '../keras/variables.ts';
import { createWrappers } from '../keras/wrappers.ts';
import { firstArgument, keywordArguments, readOptions } from './arguments.ts';
import { functionName, tfjsDialect } from './dialect.ts';
import { layerFunctions } from './layers.ts';

/** The namespace `tf` of `@tensorflow/tfjs`. */
export function createNamespace(): NamespaceValue {
  const classes = createLayerClasses(tfjsDialect);
  const { model, sequential } = createModelClasses(classes.base, tfjsDialect);
  const { Bidirectional, TimeDistributed, RNN, StackedRNNCells } = createWrappers(classes, tfjsDialect);
  const input = nativeFunction('tf.input', 'config', (given, context) => {
    const options = readOptions(firstArgument(given.raw), 'shape=None, batch_shape=None, name=None, dtype=None');
    return symbolicInput(
      inputShape((name) => options.get(name)),
      stringOf(options.get('name')),
      context.at,
      null,
    );
  });
  const inputLayer = nativeFunction('tf.layers.inputLayer', 'args', (given, context) => {
    const options = readOptions(firstArgument(given.raw), 'input_shape=None, batch_input_shape=None, name=None');
    const layer = context.instantiate(classes.base, []);
    if (layer.type !== 'instance') return layer;
    const state = stateOf(layer);
    state.name = stringOf(options.get('name'));
    state.inputShapes = [inputShape((name) => options.get(name === 'shape' ? 'input_shape' : 'batch_input_shape'))];
    return layer;
  });
  const layers: Record<string, Value> = {
    ...layerFunctions(classes, {
      ...(Bidirectional === undefined ? {} : { Bidirectional }),
      ...(TimeDistributed === undefined ? {} : { TimeDistributed }),
      ...(RNN === undefined ? {} : { RNN }),
      ...(StackedRNNCells === undefined ? {} : { StackedRNNCells }),
    }),
    input,
    inputLayer,
    Layer: classes.base,
  };
  const members: Record<string, Value> = {
    ...tensorFunctions,
    ...tensorCreators,
    ...camelCased(tensorFunctions),
    layers: open('tf.layers', layers),
    initializers: open('tf.initializers', initializerFunctions()),
    input,
    sequential: nativeFunction('tf.sequential', 'config=None', (given, context) =>
      context.callWith(sequential, keywordArguments(firstArgument(given.raw))),
    ),
    model: nativeFunction('tf.model', 'args', (given, context) =>
      context.callWith(model, keywordArguments(firstArgument(given.raw))),
    ),
    variable: createVariable(tfjsDialect),
    LayersModel: model,
    Sequential: sequential,
    tidy: nativeFunction('tf.tidy', 'nameOrFn, fn=None', (given, context) => {
      const callee = isNone(given.get('fn')) ? given.get('nameOrFn') : given.get('fn');
      return context.call(callee, []);
    }),
    serialization: open('tf.serialization', {
      registerClass: nativeFunction('tf.serialization.registerClass', '*args', () => none),
    }),
  };
  const tf: NamespaceValue = namespace('@tensorflow/tfjs', (member) => {
    if (member === 'default') return tf;
    return Object.hasOwn(members, member) ? (members[member] ?? null) : unknown(`tf.${member}`);
  });
  return tf;
}

/** `tf.initializers.heNormal({seed: 1})`. */
function initializerFunctions(): Readonly<Record<string, Value>> {
  return Object.fromEntries(
    Object.entries(createInitializerClasses(tfjsDialect)).map(([name, class_]) => {
      const function_ = functionName(
        name === 'LecunNormal' ? 'LeCunNormal' : name === 'LecunUniform' ? 'LeCunUniform' : name,
      );
      return [
        function_,
        nativeFunction(`tf.initializers.${function_}`, 'args=None', (given, context) =>
          context.callWith(class_, keywordArguments(firstArgument(given.raw))),
        ),
      ];
    }),
  );
}

function inputShape(option: (name: string) => Value) {
  const whole = option('batch_shape');
  if (!isNone(whole)) return shapeOf(whole);
  const sizes = shapeOf(option('shape'));
  return sizes === null ? null : [null, ...sizes];
}

function camelCased(members: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(members).map(([name, value]) => [
      name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
}

function open(name: string, members: Readonly<Record<string, Value>>): NamespaceValue {
  return namespace(name, (member) =>
    Object.hasOwn(members, member) ? (members[member] ?? null) : unknown(`${name}.${member}`),
  );
}
