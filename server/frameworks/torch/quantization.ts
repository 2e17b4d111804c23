import type { NativeContext } from '../../interpreter/native.ts';
import { method, nativeClass } from '../../interpreter/table.ts';
import type { Value } from '../../interpreter/values.ts';
import { moduleClass } from './module.ts';
import { joinTensors } from './tensor-operations.ts';

/*
 * Models that are prepared for quantization compute in floating point until they are converted: stubs mark where numbers
 * will change their kind, and arithmetic goes through modules that can watch it.
 */

const stub = (name: string) =>
  nativeClass(`torch.ao.quantization.${name}`, {
    bases: [moduleClass],
    parameters: 'qconfig=None',
    methods: { forward: method('x', (_, given) => given.get('x')) },
  });

/** `f.add_relu(x, y)` for `torch.relu(x + y)`. */
const functional = (name: string) =>
  nativeClass(`torch.ao.nn.quantized.${name}`, {
    bases: [moduleClass],
    methods: {
      add: operator('add'),
      add_scalar: operator('add'),
      mul: operator('mul'),
      mul_scalar: operator('mul'),
      matmul: operator('matmul'),
      add_relu: operator('add', 'relu'),
      cat: method('tensors, dim=0, axis=None', (_, given, context) => joinTensors('cat', given, context)),
    },
  });

function operator(name: string, then?: string) {
  return method('x, y', (_, given, context) => {
    const result = callMethod(given.get('x'), name, [given.get('y')], context);
    return then === undefined ? result : callMethod(result, then, [], context);
  });
}

function callMethod(tensor: Value, name: string, others: readonly Value[], context: NativeContext): Value {
  return context.call(context.getAttribute(tensor, name), others);
}

const functionals = {
  FloatFunctional: functional('FloatFunctional'),
  FXFloatFunctional: functional('FXFloatFunctional'),
};
const stubs = { QuantStub: stub('QuantStub'), DeQuantStub: stub('DeQuantStub') };

/** By the dotted names of the modules that hold them; they moved to `torch.ao` and kept their old place. */
export const quantizationModules: Readonly<Record<string, Readonly<Record<string, Value>>>> = {
  'torch.nn.quantized': functionals,
  'torch.ao.nn.quantized': functionals,
  'torch.quantization': stubs,
  'torch.ao.quantization': stubs,
};
