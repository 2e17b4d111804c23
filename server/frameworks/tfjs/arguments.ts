import { bind, optionArguments, signature } from '../../interpreter/signature.ts';
import { type CallArguments, none, type Value } from '../../interpreter/values.ts';
import { snakeCase } from '../keras/activations.ts';

/** `{kernelInitializer: 'zeros'}` as Keras' keyword arguments, with the places where the values are written. */
export function keywordArguments(options: Value): CallArguments {
  const given = optionArguments(options);
  return {
    ...given,
    keyword: new Map([...given.keyword].map(([name, argument]) => [renamed[name] ?? snakeCase(name), argument])),
  };
}

const renamed: Readonly<Record<string, string>> = { inputShape: 'input_shape', batchInputShape: 'batch_input_shape' };

/** The options of an object, by their Keras names. */
export function readOptions(options: Value, parameters: string) {
  return bind(signature(parameters), keywordArguments(options));
}

export function firstArgument(arguments_: CallArguments): Value {
  return arguments_.positional[0]?.value ?? none;
}
