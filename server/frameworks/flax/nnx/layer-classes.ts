import type { BoundArguments, NativeContext } from '../../../interpreter/native.ts';
import { signature } from '../../../interpreter/signature.ts';
import { method, nativeClass } from '../../../interpreter/table.ts';
import {
  type ClassValue,
  type InstanceValue,
  none,
  type TensorValue,
  unknown,
  type Value,
} from '../../../interpreter/values.ts';
import { configOf, emptyConfig } from '../../keras/config.ts';
import type { Config } from '../../keras/layer-spec.ts';
import type { ActiveLayer, LayerRow } from '../layer-row.ts';
import { layerRows } from '../layers.ts';
import { operandsOf } from '../operands.ts';
import { makeParameter } from '../parameters.ts';
import { bidirectional, runRnn, type SequenceCell } from '../rnn.ts';
import { callChain } from '../sequential.ts';
import { moduleClass } from './module.ts';
import { isNnxModule, nnxState, weightsOf } from './registry.ts';

const configs = new WeakMap<InstanceValue, Config>();
const rowsOf = new WeakMap<InstanceValue, LayerRow>();

/** The layers of `flax.nnx`. */
export const layerClasses: Readonly<Record<string, ClassValue>> = Object.fromEntries(
  Object.entries(layerRows).flatMap(([linenName, row]) => {
    const name = row.nnxName ?? linenName;
    return row.nnx === null ? [] : [[name, layerClass(name, row, row.nnx)] as const];
  }),
);

function layerClass(name: string, row: LayerRow, parameters: string): ClassValue {
  const simple = new Set(signature(parameters).parameters.map((parameter) => parameter.name));
  return nativeClass(`flax.nnx.${name}`, {
    bases: [moduleClass],
    parameters,
    construct: (instance, given, context) => {
      const config = configOf(given);
      configs.set(instance, config);
      rowsOf.set(instance, row);
      const { weights } = nnxState(instance);
      for (const spec of row.weights?.(config, [row.promised?.(config) ?? null]) ?? []) {
        const made = makeParameter(spec, config, instance, `nnx.${name}`, context);
        weights.set(spec.name, { as: spec.as, tensor: made });
        if (!spec.name.includes('/')) instance.attributes.set(spec.name, made);
      }
      if (simple.has('use_bias') && !weights.has('bias') && row.weights !== undefined)
        instance.attributes.set('bias', none);
      const base = config.value('base_module');
      if (isNnxModule(base)) instance.attributes.set('base_module', base);
    },
    methods: {
      __call__: method(row.call ?? 'inputs, *args, **kwargs', (self, given, context): Value => {
        const inputs = operandsOf(row, given, context);
        return inputs === null ? unknown(name) : row.forward(activate(self), inputs.given, given, context);
      }),
      ...Object.fromEntries(
        Object.entries(row.methods ?? {}).map(([methodName, { parameters: own, run }]) => [
          methodName,
          method(own, (self, given, context) => run(activate(self), given, context)),
        ]),
      ),
    },
    getAttribute: (instance, attribute) =>
      simple.has(attribute) ? (configs.get(instance) ?? emptyConfig).value(attribute) : null,
  });
}

function activate(instance: InstanceValue): ActiveLayer {
  return { instance, config: configs.get(instance) ?? emptyConfig, weights: weightsOf(instance) };
}

function cellIn(rnn: InstanceValue): SequenceCell {
  const cell = rnn.attributes.get('cell') ?? unknown();
  const own = isNnxModule(cell) && rowsOf.has(cell) ? cell : null;
  return { cell, activate: (_shape: TensorValue['shape']) => (own === null ? null : activate(own)) };
}

const called =
  'inputs, *, initial_carry=None, rngs=None, seq_lengths=None, return_carry=None, time_major=None, reverse=None, keep_order=None';

/** Modules of nnx's that hold others. */
export const containerClasses: Readonly<Record<string, ClassValue>> = {
  Sequential: nativeClass('flax.nnx.Sequential', {
    bases: [moduleClass],
    parameters: '*fns',
    construct: (instance, given) => {
      instance.attributes.set('layers', {
        type: 'list',
        items: given.rest.map(({ value }) => value),
        open: given.raw.open,
      });
    },
    methods: {
      __call__: method('*args, **kwargs', (self, { raw }, context) =>
        callChain(context.iterate(self.attributes.get('layers') ?? unknown()) ?? [], raw, context),
      ),
    },
  }),
  RNN: holder(
    'RNN',
    'cell, *, time_major=False, return_carry=False, reverse=False, keep_order=False, unroll=1, state_axes=None, broadcast_rngs=None, rngs=None',
    (self, given, context) => runRnn(cellIn(self), self, given, context),
  ),
  Bidirectional: holder(
    'Bidirectional',
    'forward_rnn, backward_rnn, *, merge_fn=None, time_major=False, return_carry=False, rngs=None',
    (self, given, context) => {
      const [forward, backward] = ['forward_rnn', 'backward_rnn'].map((name) => self.attributes.get(name));
      if (!isNnxModule(forward) || !isNnxModule(backward)) return unknown('bidirectional');
      return bidirectional(self, [forward, backward], [cellIn(forward), cellIn(backward)], given, context);
    },
  ),
};

/** Keeps its arguments as attributes. */
function holder(
  name: string,
  parameters: string,
  run: (self: InstanceValue, given: BoundArguments, context: NativeContext) => Value,
): ClassValue {
  return nativeClass(`flax.nnx.${name}`, {
    bases: [moduleClass],
    parameters,
    construct: (instance, given) => {
      for (const parameter of signature(parameters).parameters)
        if (parameter.name !== 'rngs') instance.attributes.set(parameter.name, given.get(parameter.name));
    },
    methods: { __call__: method(called, run) },
  });
}
