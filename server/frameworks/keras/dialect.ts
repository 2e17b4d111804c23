import type { FrameworkId } from '../../../core/graph/graph.ts';
import type { Shape } from '../../../core/graph/shape.ts';
import type { Fans } from '../../../core/initializers/fans.ts';
import type { ScalingDistribution } from '../../../core/initializers/make.ts';

/** Where Keras and TensorFlow.js differ. */
export interface Dialect {
  readonly id: FrameworkId;
  fans(shape: Shape): Fans;
  /** How variance scaling with a (truncated) normal distribution is drawn. */
  readonly truncated: ScalingDistribution;
  /** The name a layer gets without `name=`: the `count`-th (from 0) of its class. */
  layerName(className: string, count: number): string;
  /** The name of a layer that `TimeDistributed`, `RNN` or `StackedRNNCells` holds, the `index`-th of them. */
  wrappedName(wrapper: string, inner: string, wrapperClass: string, index: number): string;
  /** A weight's name below its layer's; Keras 3 files a cell's weights under the cell. */
  weightName(name: string): string;
  /** What a default is called after: `keras.layers.Dense`. */
  layerText(className: string): string;
}

/** `Conv2DTranspose` to `conv2d_transpose`: Keras' `to_snake_case`. */
export function layerSnakeCase(name: string): string {
  return name
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}
