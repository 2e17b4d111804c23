import { kerasFans } from '../../../core/initializers/fans.ts';
import { type Dialect, layerSnakeCase } from './dialect.ts';

export const kerasDialect: Dialect = {
  id: 'keras',
  fans: kerasFans,
  truncated: 'truncatedNormal',
  layerName: (className, count) => `${layerSnakeCase(className)}${count === 0 ? '' : `_${count}`}`,
  wrappedName: (wrapper, inner) => `${wrapper}/${inner}`,
  weightName: (name) => name,
  layerText: (className) => `keras.layers.${className}`,
};
