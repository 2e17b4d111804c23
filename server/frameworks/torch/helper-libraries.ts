import { constant, scaled, truncatedNormal, varianceScaling } from '../../../core/initializers/make.ts';
import { sumOf } from '../../../core/initializers/transform.ts';
import type { BoundArguments, NativeContext } from '../../interpreter/native.ts';
import { isNone, itemsOf, numberOf, stringOf } from '../../interpreter/read.ts';
import { nativeClass, nativeFunction } from '../../interpreter/table.ts';
import {
  boolean,
  type ClassValue,
  type InstanceValue,
  none,
  number,
  string,
  tuple,
  unknown,
  type Value,
} from '../../interpreter/values.ts';
import { containerClasses } from './containers.ts';
import { detectronLayers } from './detectron.ts';
import { initFunctions } from './init.ts';
import { layerClass } from './layer.ts';
import { moduleClass } from './module.ts';
import { namedChildren } from './registry.ts';
import { fill } from './writes.ts';

/*
 * What model code takes from timm, mmcv, mmengine and fvcore, for where these are not installed; their own source counts where
 * they are. Each row says what the library's function does (read in timm 1.0.31, mmengine 0.10.7, fvcore 0.1.5).
 */

type Members = Readonly<Record<string, Value>>;

/** Writes into `module.weight` by a function of `nn.init`, and a constant into `module.bias`, where there are such. */
function moduleInit(
  parameters: string,
  weight: (given: BoundArguments) => { readonly name: string; readonly keyword: readonly string[] },
): Value {
  return nativeFunction('module_init', `module, ${parameters}`, (given, context) => {
    const { name, keyword } = weight(given);
    const initialize = initFunctions[name];
    const target = context.findAttribute(given.get('module'), 'weight');
    if (target?.type === 'tensor' && initialize !== undefined) {
      context.call(
        initialize,
        [target],
        new Map(keyword.map((key) => [key === 'value' ? 'val' : key, given.get(key)])),
      );
    }
    writeBias(given.get('module'), given.get('bias'), context);
    return none;
  });
}

function writeBias(module: Value, value: Value, context: NativeContext): void {
  const bias = context.findAttribute(module, 'bias');
  const constant = initFunctions.constant_;
  if (bias?.type === 'tensor' && constant !== undefined) {
    context.call(constant, [bias, value.type === 'unknown' ? number(0) : value]);
  }
}

const kind = (given: BoundArguments) => (stringOf(given.get('distribution')) === 'uniform' ? 'uniform' : 'normal');

const weightInit: Members = {
  constant_init: moduleInit('value, bias=0', () => ({ name: 'constant_', keyword: ['value'] })),
  normal_init: moduleInit('mean=0, std=1, bias=0', () => ({ name: 'normal_', keyword: ['mean', 'std'] })),
  uniform_init: moduleInit('a=0, b=1, bias=0', () => ({ name: 'uniform_', keyword: ['a', 'b'] })),
  trunc_normal_init: moduleInit('mean=0, std=1, a=-2, b=2, bias=0', () => ({
    name: 'trunc_normal_',
    keyword: ['mean', 'std', 'a', 'b'],
  })),
  xavier_init: moduleInit("gain=1, bias=0, distribution='normal'", (given) => ({
    name: `xavier_${kind(given)}_`,
    keyword: ['gain'],
  })),
  kaiming_init: moduleInit("a=0, mode='fan_out', nonlinearity='relu', bias=0, distribution='normal'", (given) => ({
    name: `kaiming_${kind(given)}_`,
    keyword: ['a', 'mode', 'nonlinearity'],
  })),
  caffe2_xavier_init: moduleInit("bias=0, a=1, mode='fan_in', nonlinearity='leaky_relu'", () => ({
    name: 'kaiming_uniform_',
    keyword: ['a', 'mode', 'nonlinearity'],
  })),
  bias_init_with_prob: nativeFunction('bias_init_with_prob', 'prior_prob', (given) => {
    const p = numberOf(given.get('prior_prob'));
    return p === null ? unknown('bias') : number(-Math.log((1 - p) / p), true);
  }),
};

const caffe2: Members = {
  c2_xavier_fill: moduleInit('a=1, bias=0', () => ({ name: 'kaiming_uniform_', keyword: ['a'] })),
  c2_msra_fill: moduleInit("mode='fan_out', nonlinearity='relu', bias=0", () => ({
    name: 'kaiming_normal_',
    keyword: ['mode', 'nonlinearity'],
  })),
};

/** The bounds count in units of std, before it is applied: TensorFlow's truncated normal. */
const truncNormalTf = nativeFunction(
  'trunc_normal_tf_',
  'tensor, mean=0.0, std=1.0, a=-2.0, b=2.0',
  (given, context) => {
    const target = given.get('tensor');
    if (target.type !== 'tensor') return target;
    const [mean, std, low, high] = ['mean', 'std', 'a', 'b'].map((name) => numberOf(given.get(name)));
    const unit = truncatedNormal(0, 1, low ?? null, high ?? null);
    const isKnown = mean != null && std != null;
    const made = isKnown ? sumOf(scaled(unit, std), constant(mean)) : truncatedNormal(null, null, null, null);
    fill(target, made, 'trunc_normal_tf_', context);
    return target;
  },
);

const distributions = { truncated_normal: 'truncatedNormal', normal: 'normal', uniform: 'uniform' } as const;
const modes = { fan_in: 'fanIn', fan_out: 'fanOut', fan_avg: 'fanAvg' } as const;

function scalingInit(name: string, parameters: string): Value {
  return nativeFunction(name, `tensor, ${parameters}`, (given, context) => {
    const target = given.get('tensor');
    if (target.type !== 'tensor' || target.storage === null) return target;
    const scale = numberOf(given.get('scale'));
    const mode = Object.entries(modes).find(([key]) => key === stringOf(given.get('mode')))?.[1];
    const distribution = Object.entries(distributions).find(
      ([key]) => key === stringOf(given.get('distribution')),
    )?.[1];
    if (scale === null || mode === undefined || distribution === undefined) {
      context.touch(target.storage);
      target.storage.overwrittenByUnknown = true;
      return target;
    }
    const { fanIn, fanOut } = target.storage;
    fill(target, varianceScaling({ scale, mode }, distribution, { fanIn, fanOut }), name, context);
    return target;
  });
}

/** Calls `fn(module=…, name=…)` for the modules inside, children first, and for the root only where it is asked for. */
const namedApply = nativeFunction(
  'named_apply',
  "fn, module, name='', depth_first=True, include_root=False",
  (given, context) => {
    const childrenFirst = context.truth(given.get('depth_first')) !== false;
    const visit = (module: InstanceValue, name: string, isIncluded: boolean): void => {
      const call = () =>
        void context.call(
          given.get('fn'),
          [],
          new Map<string, Value>([
            ['module', module],
            ['name', string(name)],
          ]),
        );
      if (isIncluded && !childrenFirst) call();
      for (const [child, inner] of namedChildren(module)) visit(inner, name === '' ? child : `${name}.${child}`, true);
      if (isIncluded && childrenFirst) call();
    };
    const module = given.get('module');
    const name = stringOf(given.get('name')) ?? '';
    context.withSweep('named_apply', () => {
      if (module.type === 'instance') visit(module, name, context.truth(given.get('include_root')) === true);
    });
    return module;
  },
);

/** Drops whole residual branches, sample by sample (Huang et al. 2016). */
const dropPath = layerClass('DropPath', {
  parameters: 'drop_prob=0.0, scale_by_keep=True',
  op: (layer) => {
    const rate = isNone(layer.value('drop_prob')) ? 0 : layer.number('drop_prob');
    if (rate === null) return null;
    return rate === 0 ? { kind: 'activation', fn: 'identity' } : { kind: 'dropout', rate, mode: 'row' };
  },
  keepsShape: true,
});

function toTuple(length: number): Value {
  return nativeFunction(`to_${length}tuple`, 'x', (given) => {
    const x = given.get('x');
    const items = itemsOf(x);
    if (items !== null) return tuple(items);
    return x.type === 'unknown' ? unknown('tuple') : tuple(Array.from({ length }, () => x));
  });
}

const makeDivisible = nativeFunction('make_divisible', 'v, divisor=8, min_value=None, round_limit=0.9', (given) => {
  const [v, divisor, limit] = ['v', 'divisor', 'round_limit'].map((name) => numberOf(given.get(name)));
  if (v == null || divisor == null || limit == null) return unknown('number');
  const least = isNone(given.get('min_value')) ? divisor : (numberOf(given.get('min_value')) ?? divisor);
  const rounded = Math.max(least, Math.floor(Math.trunc(v + divisor / 2) / divisor) * divisor);
  return number(rounded < limit * v ? rounded + divisor : rounded);
});

const identity = nativeFunction('decorator', 'function', (given) => given.get('function'));

const timmLayers: Members = {
  trunc_normal_: initFunctions.trunc_normal_ ?? unknown('trunc_normal_'),
  trunc_normal_tf_: truncNormalTf,
  variance_scaling_: scalingInit('variance_scaling_', "scale=1.0, mode='fan_in', distribution='normal'"),
  lecun_normal_: scalingInit('lecun_normal_', "scale=1.0, mode='fan_in', distribution='truncated_normal'"),
  DropPath: dropPath,
  to_2tuple: toTuple(2),
  to_3tuple: toTuple(3),
  to_4tuple: toTuple(4),
  to_ntuple: nativeFunction('to_ntuple', 'n', (given) => {
    const length = numberOf(given.get('n'));
    return length === null || length > 64 ? unknown('tuple') : toTuple(length);
  }),
  make_divisible: makeDivisible,
  named_apply: namedApply,
  register_model: identity,
  is_scriptable: nativeFunction('is_scriptable', '', () => boolean(false)),
  is_exportable: nativeFunction('is_exportable', '', () => boolean(false)),
};

/** `init_cfg` says what `init_weights()` will do, which is not called while the model is built. */
const baseModule = nativeClass('mmengine.model.BaseModule', {
  bases: [moduleClass],
  parameters: 'init_cfg=None, *args, **kwargs',
  construct: (instance, given, context) => {
    moduleClass.native?.construct(instance, given, context);
    instance.attributes.set('init_cfg', given.get('init_cfg'));
  },
});

const openmmlab: Members = {
  ...weightInit,
  BaseModule: baseModule,
  ...Object.fromEntries(
    ['ModuleList', 'Sequential', 'ModuleDict'].flatMap((name): [string, ClassValue][] => {
      const class_ = containerClasses[name];
      return class_ === undefined ? [] : [[name, class_]];
    }),
  ),
  DropPath: dropPath,
};

const packages: Readonly<Record<string, Members>> = {
  timm: timmLayers,
  mmcv: openmmlab,
  mmengine: openmmlab,
  fvcore: caffe2,
  detectron2: detectronLayers,
};

/** The names of a helper library's modules, whichever of them it is: a name means the same in all of them. */
export function helperModule(name: string): ((member: string) => Value | null) | null {
  const [top = name] = name.split('.');
  const members = Object.hasOwn(packages, top) ? packages[top] : undefined;
  if (members === undefined) return null;
  return (member) => (Object.hasOwn(members, member) ? (members[member] ?? null) : null);
}
