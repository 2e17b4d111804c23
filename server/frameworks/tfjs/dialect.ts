import { tfjsFans } from '../../../core/initializers/fans.ts';
import type { Dialect } from '../keras/dialect.ts';

export const tfjsDialect: Dialect = {
  id: 'tfjs',
  fans: tfjsFans,
  // Its truncated normal is not corrected for the truncation: 0.88 of the std remains.
  truncated: 'uncorrectedTruncatedNormal',
  // `dense_Dense1`: tfjs-layers counts from one, by class.
  layerName: (className, count) => `${snakeCase(className)}_${className}${count + 1}`,
  wrappedName: (wrapper, _, wrapperClass, index) =>
    wrapperClass === 'StackedRNNCells' ? `${wrapper}/RNNCell_${index}` : wrapper,
  weightName: (name) => name.replace(/\b(?:simple_rnn|lstm|gru|conv_lstm)_cell\//, ''),
  layerText: (className) => `tf.layers.${functionName(className)}`,
};

/** `ConvLSTM2D` to `conv_lst_m2d`: a digit belongs to the capital before it. */
function snakeCase(className: string): string {
  return className
    .replace(/(.)([A-Z][a-z0-9]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

/** `Conv2D` to `conv2d`, `BatchNormalization` to `batchNormalization`, `LSTM` to `lstm`. */
export function functionName(className: string): string {
  const special = names[className];
  if (special !== undefined) return special;
  const start = /^[A-Z]+$/.test(className)
    ? className.toLowerCase()
    : `${className[0]?.toLowerCase()}${className.slice(1)}`;
  return start.replace(/(\d)D/, '$1d');
}

const names: Readonly<Record<string, string>> = {
  SimpleRNN: 'simpleRNN',
  SimpleRNNCell: 'simpleRNNCell',
  LSTMCell: 'lstmCell',
  GRUCell: 'gruCell',
  StackedRNNCells: 'stackedRNNCells',
  ConvLSTM2D: 'convLstm2d',
  PReLU: 'prelu',
  ReLU: 'reLU',
  LeakyReLU: 'leakyReLU',
  ThresholdedReLU: 'thresholdedReLU',
  Cropping2D: 'cropping2D',
};
