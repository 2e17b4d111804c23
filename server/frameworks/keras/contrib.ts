import { booleanOf, isNone, numberOf, stringOf } from '../../interpreter/read.ts';
import { namespace, nativeFunction } from '../../interpreter/table.ts';
import { boolean, none, number, string, unknown, type Value } from '../../interpreter/values.ts';
import { applyLayer, argument, type V1Parts } from './apply-layer.ts';

/* `tf.contrib.layers` and `tf.contrib.slim`: layers with a ReLU behind them, and initializers under other names. */

type Members = Readonly<Record<string, Value>>;

export function contribMembers(parts: V1Parts): Members {
  const layers = layerMembers(parts);
  const module = (name: string) =>
    namespace(`tensorflow.contrib.${name}`, (member) => layers[member] ?? unknown(`${name}.${member}`));
  return { layers: module('layers'), slim: module('slim') };
}

function layerMembers({ layer, initializers }: V1Parts): Members {
  const scaling = (factor: number | null, mode: string, isUniform: boolean | null) => {
    const class_ = initializers.VarianceScaling ?? none;
    // A normal one is drawn with √1.3 of the std and cut at two std, which leaves about the std itself.
    const distribution = isUniform === true ? 'uniform' : 'uncorrected_truncated_normal';
    const scale = isUniform === null || factor === null ? unknown('scale') : number(isUniform ? factor : 1.3 * factor);
    return [
      class_,
      new Map<string, Value>([
        ['scale', scale],
        ['mode', string(mode)],
        ['distribution', string(distribution)],
      ]),
    ] as const;
  };
  const xavier = nativeFunction('xavier_initializer', 'uniform=True, seed=None, dtype=None', (given, context) =>
    context.call(...withOptions(scaling(1, 'fan_avg', booleanOf(given.get('uniform'))))),
  );
  const varianceScaling = nativeFunction(
    'variance_scaling_initializer',
    "factor=2.0, mode='FAN_IN', uniform=False, seed=None, dtype=None",
    (given, context) => {
      const mode = (stringOf(given.get('mode')) ?? '').toLowerCase();
      return context.call(
        ...withOptions(scaling(numberOf(given.get('factor')), mode, booleanOf(given.get('uniform')))),
      );
    },
  );
  /** `weights_initializer`, `biases_initializer`, `activation_fn` under Keras' names. */
  const apply = (
    className: string,
    renamed: Readonly<Record<string, string>>,
    defaults: Readonly<Record<string, Value>>,
    parameters: string,
  ) =>
    nativeFunction(
      `tf.contrib.layers.${className}`,
      `inputs, ${parameters}, activation_fn='relu', normalizer_fn=None, normalizer_params=None, weights_initializer=None, weights_regularizer=None, biases_initializer='zeros', biases_regularizer=None, reuse=None, variables_collections=None, outputs_collections=None, trainable=True, scope=None, **kwargs`,
      (given, context) => {
        const hasNorm = !isNone(given.get('normalizer_fn'));
        const useBias = !hasNorm && !isNone(given.get('biases_initializer'));
        const weights = given.given('weights_initializer') ?? argument(context.call(xavier, []));
        const keyword = new Map([
          ...Object.entries(defaults).map(([key, value]) => [key, argument(value)] as const),
          ...Object.entries(renamed).map(([from, to]) => [to, argument(given.get(from))] as const),
          ['kernel_initializer', weights] as const,
          ['use_bias', argument(boolean(useBias))] as const,
          ...(useBias ? [['bias_initializer', argument(given.get('biases_initializer'))] as const] : []),
          ...(isNone(given.get('scope')) ? [] : [['name', argument(given.get('scope'))] as const]),
          ...(hasNorm ? [] : [['activation', argument(given.get('activation_fn'))] as const]),
        ]);
        const result = applyLayer(
          layer(className),
          { positional: [], keyword, open: false },
          given.get('inputs'),
          context,
        );
        if (!hasNorm) return result;
        const normalized = context.call(given.get('normalizer_fn'), [result]);
        const activation = given.get('activation_fn');
        return isNone(activation)
          ? normalized
          : context.call(context.call(layer('Activation'), [activation]), [normalized]);
      },
    );
  const dense = apply('Dense', { num_outputs: 'units' }, {}, 'num_outputs');
  const convolution = apply(
    'Conv2D',
    { num_outputs: 'filters', kernel_size: 'kernel_size', stride: 'strides', padding: 'padding' },
    {},
    "num_outputs, kernel_size, stride=1, padding='SAME', data_format=None, rate=1",
  );
  const pooling = (className: string) =>
    nativeFunction('pool2d', "inputs, kernel_size=2, stride=2, padding='VALID', **kwargs", (given, context) =>
      context.call(
        context.call(layer(className), [given.get('kernel_size'), given.get('stride'), given.get('padding')]),
        [given.get('inputs')],
      ),
    );
  return {
    xavier_initializer: xavier,
    xavier_initializer_conv2d: xavier,
    variance_scaling_initializer: varianceScaling,
    fully_connected: dense,
    linear: nativeFunction('tf.contrib.layers.linear', '*args, **kwargs', ({ raw }, context) =>
      context.callWith(dense, { ...raw, keyword: new Map([...raw.keyword, ['activation_fn', argument(none)]]) }),
    ),
    conv2d: convolution,
    convolution2d: convolution,
    max_pool2d: pooling('MaxPooling2D'),
    avg_pool2d: pooling('AveragePooling2D'),
    batch_norm: nativeFunction('batch_norm', 'inputs, *args, **kwargs', (given, context) =>
      // Without a gain unless one is asked for.
      context.call(
        context.call(
          layer('BatchNormalization'),
          [],
          new Map([['scale', given.raw.keyword.get('scale')?.value ?? boolean(false)]]),
        ),
        [given.get('inputs')],
      ),
    ),
    flatten: nativeFunction('flatten', 'inputs, *args, **kwargs', (given, context) =>
      context.call(context.call(layer('Flatten'), []), [given.get('inputs')]),
    ),
  };
}

function withOptions([class_, options]: readonly [Value, ReadonlyMap<string, Value>]) {
  return [class_, [], options] as const;
}
