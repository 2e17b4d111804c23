import type { BoundArguments, NativeContext } from '../../../interpreter/native.ts';
import { signature } from '../../../interpreter/signature.ts';
import { method, nativeClass } from '../../../interpreter/table.ts';
import { type ClassValue, type InstanceValue, unknown, type Value } from '../../../interpreter/values.ts';
import { bidirectional, runRnn, type SequenceCell } from '../rnn.ts';
import { callChain } from '../sequential.ts';
import { activeLayer } from './layer-classes.ts';
import { constructModule, inScope, moduleClass } from './module.ts';
import { runSpectralNorm, runWeightNorm } from './normalized.ts';
import { isLinenModule } from './scope.ts';

/** Modules of linen's that hold modules in their fields. */
export const containerClasses: Readonly<Record<string, ClassValue>> = {
  Sequential: container('Sequential', 'layers', '*args, **kwargs', (self, given, context) =>
    inScope(
      self,
      'compact',
      () => callChain(context.iterate(self.attributes.get('layers') ?? unknown()) ?? [], given.raw, context),
      context,
    ),
  ),
  RNN: container(
    'RNN',
    'cell, time_major=False, return_carry=False, reverse=False, keep_order=False, unroll=1, variable_axes=None, variable_broadcast=None, variable_carry=None, split_rngs=None',
    'inputs, *, initial_carry=None, init_key=None, seq_lengths=None, return_carry=None, time_major=None, reverse=None, keep_order=None',
    (self, given, context) => runRnn(cellIn(self), self, given, context),
  ),
  Bidirectional: container(
    'Bidirectional',
    'forward_rnn, backward_rnn, merge_fn=None, time_major=False, return_carry=False',
    'inputs, *, initial_carry=None, init_key=None, seq_lengths=None, return_carry=None, time_major=None, reverse=None, keep_order=None',
    (self, given, context) => {
      const [forward, backward] = ['forward_rnn', 'backward_rnn'].map((name) => self.attributes.get(name) ?? unknown());
      if (!isRnn(forward) || !isRnn(backward)) return unknown('bidirectional');
      return bidirectional(self, [forward, backward], [cellIn(forward), cellIn(backward)], given, context);
    },
  ),
  WeightNorm: container(
    'WeightNorm',
    "layer_instance, epsilon=1e-12, dtype=None, param_dtype=None, use_scale=True, scale_init='ones', feature_axes=-1, variable_filter=None",
    '*args, **kwargs',
    (self, { raw }, context) => runWeightNorm(self, raw, context),
  ),
  SpectralNorm: container(
    'SpectralNorm',
    "layer_instance, n_steps=1, epsilon=1e-12, dtype=None, param_dtype=None, error_on_non_matrix=False, collection_name='batch_stats'",
    '*args, update_stats=None, **kwargs',
    (self, { raw }, context) => runSpectralNorm(self, raw, context),
  ),
};

function container(
  name: string,
  parameters: string,
  call: string,
  run: (self: InstanceValue, given: BoundArguments, context: NativeContext) => Value,
): ClassValue {
  return nativeClass(`flax.linen.${name}`, {
    bases: [moduleClass],
    parameters: `${parameters}, name=None, parent=None`,
    construct: (instance, given, context) => {
      const names = signature(parameters).parameters.map((parameter) => parameter.name);
      // Fields that are not given have their defaults too.
      const keyword = new Map(names.map((field) => [field, { value: given.get(field), at: null }] as const));
      const place = new Map([...given.raw.keyword].filter(([key]) => key === 'name' || key === 'parent'));
      constructModule(
        instance,
        names,
        { positional: [], keyword: new Map([...keyword, ...place]), open: false },
        context,
      );
    },
    methods: { __call__: method(call, run) },
  });
}

function isRnn(value: Value | undefined): value is InstanceValue {
  return isLinenModule(value) && value.attributes.has('cell');
}

function cellIn(rnn: InstanceValue): SequenceCell {
  const cell = rnn.attributes.get('cell') ?? unknown();
  const layer = isLinenModule(cell) ? cell : null;
  return {
    cell,
    activate: (shape, context) => (layer === null ? null : activeLayer(layer, shape, context)),
  };
}
