import type { NativeContext } from '../../interpreter/native.ts';
import { nativeFunction } from '../../interpreter/table.ts';
import { number, string, type TensorValue, unknown, type Value } from '../../interpreter/values.ts';
import { isOurs } from './ours.ts';
import { shapeValueOf } from './symbolic.ts';
import { assignTo } from './variables.ts';

/** `x.shape`, `variable.assign(…)`; `null` for tensors of other frameworks. */
export function tensorAttribute(value: TensorValue, name: string, context: NativeContext): Value | null {
  if (!isOurs(value)) return null;
  switch (name) {
    case 'shape':
      return shapeValueOf(value);
    case 'ndim':
    case 'rank':
      return value.shape === null ? unknown('rank') : number(value.shape.length);
    case 'dtype':
      return string('float32');
    case 'get_shape':
      return nativeFunction('get_shape', '', () => shapeValueOf(value));
    case 'assign':
      return nativeFunction('assign', 'value, **kwargs', (given) => {
        if (value.storage !== null) context.touch(value.storage);
        return assignTo(value, given.get('value'));
      });
    default:
      return null;
  }
}
