import { nativeFunction } from '../../interpreter/table.ts';
import { type ClassValue, none, type Value } from '../../interpreter/values.ts';
import type { LayerClasses } from '../keras/layer-classes.ts';
import type { LayerSpec } from '../keras/layer-spec.ts';
import { layerAliases, layerSpecs } from '../keras/layers.ts';
import { firstArgument, keywordArguments } from './arguments.ts';
import { functionName } from './dialect.ts';

/** Layers of Keras that TensorFlow.js does not have. */
const absent = new Set([
  ...['Conv1DTranspose', 'DepthwiseConv1D', 'SeparableConv1D', 'GroupNormalization', 'RMSNormalization'],
  ...['MultiHeadAttention', 'Attention', 'Subtract', 'Identity', 'Normalization', 'ActivityRegularization'],
  ...['ZeroPadding1D', 'ZeroPadding3D', 'UpSampling1D', 'UpSampling3D', 'Cropping1D', 'Cropping3D'],
  ...['EinsumDense', 'GroupedQueryAttention', 'AdditiveAttention', 'UnitNormalization', 'ConvLSTM1D', 'ConvLSTM3D'],
  ...['GlobalAveragePooling3D', 'GlobalMaxPooling3D', 'SpatialDropout2D', 'SpatialDropout3D'],
]);

/**
 * Where tfjs-layers' defaults are not Keras': kernels start with Glorot normal, recurrent gates are hard sigmoids, the GRU
 * resets before, and the LSTM's forget gate has no bias of one unless asked for.
 */
const defaults: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Dense: { kernel_initializer: "'glorot_normal'" },
  Conv1D: { kernel_initializer: "'glorot_normal'" },
  Conv2D: { kernel_initializer: "'glorot_normal'" },
  Conv3D: { kernel_initializer: "'glorot_normal'" },
  Conv2DTranspose: { kernel_initializer: "'glorot_normal'" },
  Conv3DTranspose: { kernel_initializer: "'glorot_normal'" },
  DepthwiseConv2D: { depthwise_initializer: "'glorot_normal'" },
  SimpleRNN: { kernel_initializer: "'glorot_normal'" },
  LSTM: { kernel_initializer: "'glorot_normal'", recurrent_activation: "'hard_sigmoid'", unit_forget_bias: 'False' },
  ConvLSTM2D: { kernel_initializer: "'glorot_normal'", unit_forget_bias: 'False' },
  SimpleRNNCell: { kernel_initializer: "'glorot_normal'" },
  LSTMCell: {
    kernel_initializer: "'glorot_normal'",
    recurrent_activation: "'hard_sigmoid'",
    unit_forget_bias: 'False',
  },
  GRUCell: { kernel_initializer: "'glorot_normal'", recurrent_activation: "'hard_sigmoid'", reset_after: 'False' },
  GRU: { kernel_initializer: "'glorot_normal'", recurrent_activation: "'hard_sigmoid'", reset_after: 'False' },
};

/** Weights whose names are not Keras'. */
const weightNames: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  DepthwiseConv2D: { kernel: 'depthwise_kernel' },
};

/** `tf.layers`: a function for every layer, which takes one object of options. */
export function layerFunctions(
  classes: LayerClasses,
  wrappers: Readonly<Record<string, ClassValue>>,
): Readonly<Record<string, Value>> {
  const functions: Record<string, Value> = {};
  for (const [name, spec] of Object.entries(layerSpecs))
    if (!absent.has(name)) functions[functionName(name)] = layerFunction(name, classes.make(name, adapted(name, spec)));
  for (const [name, class_] of Object.entries(wrappers)) functions[functionName(name)] = layerFunction(name, class_);
  for (const [alias, name] of Object.entries(layerAliases)) {
    const original = functions[functionName(name)];
    if (original !== undefined) functions[functionName(alias)] = original;
  }
  for (const rank of [1, 2, 3]) {
    const original = functions[`averagePooling${rank}d`];
    if (original !== undefined) functions[`avgPooling${rank}d`] = original;
  }
  return functions;
}

function layerFunction(name: string, class_: ClassValue): Value {
  return nativeFunction(`tf.layers.${functionName(name)}`, 'args=None', (given, context) =>
    context.callWith(class_, keywordArguments(firstArgument(given.raw) ?? none)),
  );
}

function adapted(name: string, spec: LayerSpec): LayerSpec {
  const { weights } = spec;
  const renamed = weightNames[name] ?? {};
  let { parameters } = spec;
  for (const [parameter, value] of Object.entries(defaults[name] ?? {}))
    parameters = parameters.replace(new RegExp(`\\b${parameter}=[^,]+`), `${parameter}=${value}`);
  if (weights === undefined) return { ...spec, parameters };
  return {
    ...spec,
    parameters,
    weights: (config, inputs) =>
      weights(config, inputs).map((weight) => ({ ...weight, name: renamed[weight.name] ?? weight.name })),
  };
}
