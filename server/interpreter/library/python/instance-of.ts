import { isSubclass } from '../../order.ts';
import type { Value } from '../../values.ts';
import { classOf, functionClass } from '../types.ts';

/** `isinstance`: `null` where the object or a class is not known. */
export function isInstance(object: Value, classes: Value): boolean | null {
  const own = classOf(object);
  if (own === null && object.type !== 'dimension' && object.type !== 'tensor') return null;
  return someClass(classes, (class_) => {
    if (object.type === 'tensor')
      return tensorClasses.test(class_.name) ? isTensorClass(class_.name, object.isParameter) : false;
    if (own === null) return class_.name === 'int' ? true : class_.native?.convert !== undefined ? false : null;
    if (object.type === 'number' && (class_.name === 'Integral' || class_.name === 'Rational')) return !object.isFloat;
    if (isSubclass(own, class_) || (class_.name === 'Callable' && own === functionClass)) return true;
    return own.open ? null : (abstractTypes[class_.name]?.includes(object.type) ?? false);
  });
}

/** Classes of the frameworks that stand for tensors, by name. */
const tensorClasses = /^(Tensor|Parameter|KerasTensor|Variable|UninitializedParameter|UninitializedBuffer)$/;

function isTensorClass(name: string, isParameter: boolean): boolean {
  if (name.startsWith('Uninitialized')) return false;
  return name === 'Parameter' || name === 'Variable' ? isParameter : true;
}

/** Abstract base classes of `collections.abc` and `numbers`. */
const abstractTypes: Readonly<Record<string, readonly Value['type'][]>> = {
  Iterable: ['list', 'tuple', 'set', 'dict', 'range', 'string'],
  Collection: ['list', 'tuple', 'set', 'dict', 'range', 'string'],
  Container: ['list', 'tuple', 'set', 'dict', 'range', 'string'],
  Sized: ['list', 'tuple', 'set', 'dict', 'range', 'string'],
  Sequence: ['list', 'tuple', 'range', 'string'],
  MutableSequence: ['list'],
  List: ['list'],
  Tuple: ['tuple'],
  Mapping: ['dict'],
  MutableMapping: ['dict'],
  OrderedDict: ['dict'],
  Dict: ['dict'],
  Set: ['set'],
  Number: ['number', 'boolean'],
  Real: ['number', 'boolean'],
  Hashable: ['number', 'string', 'tuple', 'none', 'boolean'],
  Callable: ['function', 'native', 'bound', 'partial', 'class'],
  partial: ['partial'],
  FunctionType: ['function'],
  LambdaType: ['function'],
  MethodType: ['bound'],
};

/** `issubclass`. */
export function isSubclassOf(value: Value, classes: Value): boolean | null {
  if (value.type !== 'class') return null;
  return someClass(classes, (class_) => isSubclass(value, class_) || (value.open ? null : false));
}

type ClassTest = (class_: Extract<Value, { type: 'class' }>) => boolean | null;

function someClass(classes: Value, test: ClassTest): boolean | null {
  if (classes.type === 'class') return test(classes);
  if (classes.type !== 'tuple' && classes.type !== 'list') return null;
  let result: boolean | null = false;
  for (const item of classes.items) {
    const one = someClass(item, test);
    if (one === true) return true;
    if (one === null) result = null;
  }
  return result;
}
