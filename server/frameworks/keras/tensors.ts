import type { NativeContext } from '../../interpreter/native.ts';
import { nativeFunction } from '../../interpreter/table.ts';
import { boolean, none, number, string, type TensorValue, unknown, type Value } from '../../interpreter/values.ts';
import { snakeCase } from './activations.ts';
import { tensorFunctions } from './functions.ts';
import { isOurs } from './ours.ts';
import { inLanguage, shapeValueOf } from './symbolic.ts';
import { assignTo } from './variables.ts';

/** TensorFlow.js' tensors have the functions as methods: `x.matMul(w).add(b).relu()`. No other framework is asked. */
function chained(value: TensorValue, name: string, context: NativeContext): Value {
  const callee =
    context.language === 'javascript' ? (tensorFunctions[name] ?? tensorFunctions[snakeCase(name)]) : undefined;
  if (callee === undefined) return unknown(name);
  return { type: 'partial', callee, arguments: { positional: [{ value, at: null }], keyword: new Map(), open: false } };
}

/** `x.shape`, `variable.assign(…)`; `null` for tensors of other frameworks. */
export function tensorAttribute(value: TensorValue, name: string, context: NativeContext): Value | null {
  if (!isOurs(value)) return null;
  switch (name) {
    case 'shape':
      return inLanguage(shapeValueOf(value), context);
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
    case 'assign_add':
    case 'assign_sub':
    case 'assignAdd':
      return nativeFunction(name, 'value, **kwargs', () => {
        if (value.storage !== null) {
          context.touch(value.storage);
          value.storage.overwrittenByUnknown = true;
        }
        return value;
      });
    case 'value':
    case 'read':
    case 'read_value':
    case 'initialized_value':
    case 'clone':
      return nativeFunction(name, '', () => value);
    case 'set_shape':
      return nativeFunction(name, 'shape', () => none);
    case 'trainable':
      return boolean(value.storage?.trainable ?? true);
    default:
      return chained(value, name, context);
  }
}
