import { stringOf } from '../../interpreter/read.ts';
import { nativeClass, nativeFunction, tensor } from '../../interpreter/table.ts';
import { boolean, type NativeValue, none, string, tuple, unknown, type Value } from '../../interpreter/values.ts';
import { activationClasses, activationOperations } from './activations.ts';
import { multiheadAttention } from './attention.ts';
import { autogradFunction } from './autograd.ts';
import { complexOperations } from './complex-operations.ts';
import { containerClasses } from './containers.ts';
import { convolutionClasses } from './convolution.ts';
import { creationFunctions } from './create.ts';
import { deviceMembers } from './devices.ts';
import { functionalOperations } from './functional.ts';
import { initFunctions } from './init.ts';
import { linearClasses } from './linear.ts';
import { lossClasses } from './losses.ts';
import { einsumOf, mathOperations } from './math-operations.ts';
import { heldBy, memoryOperations } from './memory.ts';
import { moduleClass } from './module.ts';
import { normalizationClasses } from './normalization.ts';
import { formatMembers } from './number-formats.ts';
import { functionOf, type Operations } from './op-row.ts';
import { parametrizationFunctions, utilFunctions } from './parametrizations.ts';
import { poolingClasses, poolingOperations } from './pooling.ts';
import { quantizationModules } from './quantization.ts';
import { recurrentClasses } from './recurrent.ts';
import { routingOperations } from './routing.ts';
import { shapingClasses, unfoldFunction } from './shaping.ts';
import { bufferClass, parameterClass, tensorClasses } from './tensor-classes.ts';
import { joinTensors, shapeOperations, unknownReduction } from './tensor-operations.ts';
import { transformerClasses } from './transformer.ts';
import { allocate } from './writes.ts';

/* The modules of PyTorch by their dotted names, put together from the tables. */

const operations: Operations = {
  ...complexOperations,
  ...mathOperations,
  ...memoryOperations,
  ...activationOperations,
  ...poolingOperations,
  ...shapeOperations,
  ...functionalOperations,
  ...routingOperations,
};

const functions = new Map<string, NativeValue>();

/** An operation as a function; made on first use. */
export function functionByName(name: string): NativeValue | null {
  const known = functions.get(name);
  if (known !== undefined) return known;
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (operation === undefined) return null;
  const made = functionOf(`torch.${name}`, operation);
  functions.set(name, made);
  return made;
}

const joins: Readonly<Record<string, Value>> = Object.fromEntries(
  ['cat', 'concat', 'concatenate', 'stack', 'hstack', 'vstack'].map((name) => [
    name,
    nativeFunction(
      `torch.${name}`,
      `tensors, dim=${name === 'hstack' ? 1 : 0}, *, axis=None, out=None`,
      (given, context) => joinTensors(name === 'stack' ? 'stack' : 'cat', given, context),
    ),
  ]),
);

const einsum = nativeFunction('torch.einsum', 'equation, *operands', (given, context) => {
  const [first] = given.rest;
  const listed = given.rest.length === 1 && first !== undefined ? context.iterate(first.value) : null;
  const operands = first?.value.type === 'list' && listed !== null ? listed : given.rest.map((item) => item.value);
  return einsumOf(given.get('equation'), operands, context);
});

/** One tensor per axis, each of the shape of the whole grid. */
const meshgrid = nativeFunction('torch.meshgrid', "*tensors, indexing='ij'", (given, context) => {
  const [first] = given.rest;
  const items = given.rest.length === 1 && first !== undefined ? context.iterate(first.value) : null;
  const axes = (items ?? given.rest.map((item) => item.value)).filter((value) => value.type === 'tensor');
  const sizes = axes.map((axis) => axis.shape?.[0] ?? null);
  const swaps = given.get('indexing').type === 'string' && stringOf(given.get('indexing')) === 'xy';
  const shape = swaps && sizes.length > 1 ? [sizes[1] ?? null, sizes[0] ?? null, ...sizes.slice(2)] : sizes;
  return tuple(axes.map((axis) => allocate(shape, heldBy(axis), context)));
});

/** Context managers and decorators that change no value. */
const inert = ['no_grad', 'enable_grad', 'inference_mode', 'set_grad_enabled', 'autocast'];

/** Gives the same module or function back, compiled; without one (`@torch.compile(mode=…)`) it is a decorator. */
function compiler(name: string): Value {
  return nativeFunction(`torch.${name}`, 'obj=None, *args, model=None, **options', (given) => {
    const [plain, named] = [given.get('obj'), given.get('model')];
    return plain.type !== 'none' ? plain : named.type !== 'none' ? named : unknown(name);
  });
}

const torchMembers: Readonly<Record<string, Value>> = {
  // What these tables describe.
  __version__: string('2.9.1'),
  ...creationFunctions,
  ...tensorClasses,
  ...deviceMembers,
  ...formatMembers,
  ...joins,
  einsum,
  meshgrid,
  is_tensor: nativeFunction('torch.is_tensor', 'obj', (given) => {
    const { type } = given.get('obj');
    return type === 'unknown' ? unknown('tensor') : boolean(type === 'tensor');
  }),
  compile: compiler('compile'),
  manual_seed: nativeFunction('torch.manual_seed', 'seed', () => none),
  ...Object.fromEntries(inert.map((name) => [name, unknown(name)])),
  pi: { type: 'number', value: Math.PI, isFloat: true },
  inf: { type: 'number', value: Number.POSITIVE_INFINITY, isFloat: true },
};

const nnMembers: Readonly<Record<string, Value>> = {
  Module: moduleClass,
  Parameter: parameterClass,
  Buffer: bufferClass,
  UninitializedParameter: parameterClass,
  ...linearClasses,
  ...convolutionClasses,
  ...normalizationClasses,
  ...activationClasses,
  ...poolingClasses,
  ...shapingClasses,
  ...containerClasses,
  ...recurrentClasses,
  ...transformerClasses,
  ...lossClasses,
  MultiheadAttention: multiheadAttention,
  DataParallel: passThrough('DataParallel'),
};

/** Wrappers around a module that change nothing in it. */
function passThrough(name: string): Value {
  return nativeFunction(`torch.nn.${name}`, 'module, *args, **kwargs', (given) => given.get('module'));
}

/** Whether the code is being compiled, exported or captured: it runs as it is written. */
function never(name: string): Value {
  return nativeFunction(name, '', () => boolean(false));
}

/** Padding is left out of the time steps: what the sequence holds stays as it is. */
const packed = nativeFunction('torch.nn.utils.rnn.pack_padded_sequence', 'input, *args, **kwargs', (given) =>
  given.get('input'),
);
/** A module whose parameters nobody draws: built on the meta device and given memory. */
const skipInit = nativeFunction('torch.nn.utils.skip_init', 'module_cls, *args, **kwargs', (given, context) => {
  const { positional, keyword, open } = given.raw;
  const rest = new Map([...keyword].filter(([name]) => name !== 'device' && name !== 'module_cls'));
  const arguments_ = { positional: keyword.has('module_cls') ? positional : positional.slice(1), keyword: rest, open };
  const made = context.callWith(given.get('module_cls'), arguments_);
  if (made.type === 'instance') context.call(context.getAttribute(made, 'to_empty'), []);
  return made;
});

const unpacked = nativeFunction('torch.nn.utils.rnn.pad_packed_sequence', 'sequence, *args, **kwargs', (given) =>
  tuple([given.get('sequence'), tensor()]),
);

/** `checkpoint(function, *arguments)` calls the function. */
const checkpoint = nativeFunction('torch.utils.checkpoint.checkpoint', 'function, *args, **options', (given, context) =>
  context.call(
    given.get('function'),
    given.rest.map((item) => item.value),
  ),
);

/** `checkpoint_sequential(functions, segments, input)` runs them in turn. */
const checkpointSequential = nativeFunction(
  'torch.utils.checkpoint.checkpoint_sequential',
  'functions, segments, input, **options',
  (given, context) => {
    const functions = context.iterate(given.get('functions')) ?? [];
    return functions.reduce((input, function_) => context.call(function_, [input]), given.get('input'));
  },
);

/** Norms over axes; which one does not matter to the shape. */
function norm(name: string, order: string): Value {
  const parameters = `ord=${order}, dim=None, keepdim=False, **options`;
  return functionOf(`torch.linalg.${name}`, { ...unknownReduction('norm'), parameters });
}

type Lookup = (member: string) => Value | null;

const table =
  (members: Readonly<Record<string, Value>>): Lookup =>
  (name) =>
    Object.hasOwn(members, name) ? (members[name] ?? null) : null;

const named: Readonly<Record<string, Lookup>> = {
  // `torch.cuda` is a package; tensors have a method of that name.
  torch: (name) => table(torchMembers)(name) ?? (namespaces.has(`torch.${name}`) ? null : functionByName(name)),
  'torch.nn': table(nnMembers),
  // Tensors have a method of the same name that does something else.
  'torch.nn.functional': (name) => (name === 'unfold' ? unfoldFunction : functionByName(name)),
  'torch.autograd': table({ Function: autogradFunction }),
  'torch.autograd.function': table({ Function: autogradFunction }),
  'torch.linalg': table({ norm: norm('norm', 'None'), vector_norm: norm('vector_norm', '2') }),
  'torch.nn.init': table(initFunctions),
  'torch.nn.parameter': table({ Parameter: parameterClass, UninitializedParameter: parameterClass }),
  'torch.nn.utils': table({ ...utilFunctions, skip_init: skipInit }),
  'torch.nn.utils.weight_norm': table(utilFunctions),
  'torch.nn.utils.spectral_norm': table(utilFunctions),
  'torch.nn.utils.parametrizations': table(parametrizationFunctions),
  'torch.nn.utils.rnn': table({ pack_padded_sequence: packed, pad_packed_sequence: unpacked, pack_sequence: packed }),
  'torch.utils.checkpoint': table({ checkpoint, checkpoint_sequential: checkpointSequential }),
  ...Object.fromEntries(Object.entries(quantizationModules).map(([name, members]) => [name, table(members)])),
  'torch.jit': table({
    script: passThrough('jit.script'),
    trace: passThrough('jit.trace'),
    annotate: nativeFunction('torch.jit.annotate', 'the_type, the_value', (given) => given.get('the_value')),
    is_scripting: never('torch.jit.is_scripting'),
    is_tracing: never('torch.jit.is_tracing'),
  }),
  'torch.compiler': table({
    is_compiling: never('torch.compiler.is_compiling'),
    is_dynamo_compiling: never('torch.compiler.is_dynamo_compiling'),
    is_exporting: never('torch.compiler.is_exporting'),
  }),
  'torch._dynamo': table({ is_compiling: never('torch._dynamo.is_compiling') }),
  'torch.onnx': table({ is_in_onnx_export: never('torch.onnx.is_in_onnx_export') }),
  'torch.cuda': table({ is_current_stream_capturing: never('torch.cuda.is_current_stream_capturing') }),
  'torch.xpu': table({ is_current_stream_capturing: never('torch.xpu.is_current_stream_capturing') }),
  // What stands for a tensor while a graph is captured: no tensor that runs is one.
  'torch.fx': table({ Proxy: nativeClass('torch.fx.Proxy', {}) }),
  'torch._subclasses': table({ FakeTensor: nativeClass('torch._subclasses.FakeTensor', {}) }),
  'torch.nn.parallel': table({
    DataParallel: passThrough('DataParallel'),
    DistributedDataParallel: passThrough('DistributedDataParallel'),
  }),
};

/** Names that stand for a module and a function alike (`nn.utils.weight_norm`): the function is meant. */
export function torchModule(name: string): Lookup | null {
  if ((name !== 'torch' && !name.startsWith('torch.')) || foreign.has(name)) return null;
  const known = named[name];
  // `torch.nn.modules.conv`, …: all of `torch.nn`.
  const lookup = known ?? (name.startsWith('torch.nn.modules') ? table(nnMembers) : null);
  return (member) => {
    const found = lookup?.(member) ?? null;
    if (found !== null) return found;
    const inner = `${name}.${member}`;
    // What no table knows is unknown, rather than missing: the tables do not hold all of PyTorch.
    return named[inner] !== undefined ||
      inner.startsWith('torch.nn.modules') ||
      namespaces.has(inner) ||
      foreign.has(inner)
      ? null
      : unknown(inner);
  };
}

/** Devices that other packages add to PyTorch: code that asks for one does without it. */
const foreign = new Set(['torch.npu', 'torch.mlu', 'torch.musa', 'torch.hpu']);

/** Packages of PyTorch that are looked into as modules. */
const namespaces = new Set([
  'torch.nn',
  'torch.utils',
  'torch.utils.checkpoint',
  'torch.optim',
  'torch.distributed',
  'torch.cuda',
  'torch.backends',
  'torch.autograd',
  'torch.linalg',
  'torch.special',
  'torch.fft',
  'torch.hub',
  'torch.onnx',
  'torch.amp',
  'torch.fx',
  'torch.ao',
  'torch.ao.nn',
  'torch.nn.utils.parametrize',
  'torch.nn.common_types',
]);
