import type { NativeClass } from '../../interpreter/native.ts';
import { stringOf } from '../../interpreter/read.ts';
import { bind, positional } from '../../interpreter/signature.ts';
import { method, nativeClass, nativeFunction } from '../../interpreter/table.ts';
import { type ClassValue, none, number, tuple, unknown, type Value } from '../../interpreter/values.ts';
import { convolutionClasses } from './convolution.ts';
import { linearClasses } from './linear.ts';
import { normalizationClasses } from './normalization.ts';
import { joinTensors } from './tensor-operations.ts';

/* `detectron2.layers`, for where it is not installed: PyTorch's layers, and a convolution that brings its norm and activation. */

const convolution = convolutionClasses.Conv2d;

function conv2d(base: ClassValue, native: NativeClass): ClassValue {
  return nativeClass('detectron2.layers.Conv2d', {
    bases: [base],
    parameters: '*args, norm=None, activation=None, **kwargs',
    construct: (instance, given, context) => {
      const keyword = new Map([...given.raw.keyword].filter(([name]) => name !== 'norm' && name !== 'activation'));
      native.construct(instance, bind(native.signature, { ...given.raw, keyword }), context);
      for (const name of ['norm', 'activation']) context.setAttribute(instance, name, given.get(name));
    },
    methods: {
      forward: method('x', (self, given, context) => {
        const forward = native.methods.forward;
        if (forward === undefined) return unknown('forward');
        const convolved = forward.evaluate(self, bind(forward.signature, positional(given.get('x'))), context);
        return ['norm', 'activation'].reduce((x, name) => {
          const next = context.getAttribute(self, name);
          return next.type === 'none' ? x : context.call(next, [x]);
        }, convolved);
      }),
    },
  });
}

const norms: Readonly<Record<string, string>> = {
  BN: 'BatchNorm2d',
  SyncBN: 'SyncBatchNorm',
  nnSyncBN: 'SyncBatchNorm',
  naiveSyncBN: 'BatchNorm2d',
  GN: 'GroupNorm',
};

/** By name, or by a function of the channels; none where the name is empty. */
const getNorm = nativeFunction('get_norm', 'norm, out_channels', (given, context) => {
  const norm = given.get('norm');
  const name = stringOf(norm);
  if (norm.type === 'none' || name === '') return none;
  if (name === null) return context.call(norm, [given.get('out_channels')]);
  const class_ = normalizationClasses[norms[name] ?? ''];
  if (class_ === undefined) return unknown('norm');
  return context.call(class_, name === 'GN' ? [number(32), given.get('out_channels')] : [given.get('out_channels')]);
});

const shapeFields = ['channels', 'height', 'width', 'stride'];

export const detectronLayers: Readonly<Record<string, Value>> = {
  Conv2d: convolution?.native ? conv2d(convolution, convolution.native) : unknown('Conv2d'),
  ConvTranspose2d: convolutionClasses.ConvTranspose2d ?? unknown('ConvTranspose2d'),
  Linear: linearClasses.Linear ?? unknown('Linear'),
  BatchNorm2d: normalizationClasses.BatchNorm2d ?? unknown('BatchNorm2d'),
  get_norm: getNorm,
  cat: nativeFunction('cat', 'tensors, dim=0, axis=None', (given, context) => joinTensors('cat', given, context)),
  ShapeSpec: nativeFunction('ShapeSpec', 'channels=None, height=None, width=None, stride=None', (given) => ({
    ...tuple(shapeFields.map((field) => given.get(field))),
    names: shapeFields,
  })),
};
