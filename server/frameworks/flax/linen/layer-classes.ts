import type { BoundArguments, NativeContext } from '../../../interpreter/native.ts';
import { signature } from '../../../interpreter/signature.ts';
import { method, nativeClass } from '../../../interpreter/table.ts';
import type { ClassValue, InstanceValue, TensorValue } from '../../../interpreter/values.ts';
import { configOf, emptyConfig } from '../../keras/config.ts';
import type { Config } from '../../keras/layer-spec.ts';
import type { ActiveLayer, LayerRow } from '../layer-row.ts';
import { layerRows } from '../layers.ts';
import { operandsOf } from '../operands.ts';
import { makeParameter } from '../parameters.ts';
import { moduleClass } from './module.ts';
import { settle, takePlace } from './naming.ts';
import { variableOf } from './variables.ts';

const configs = new WeakMap<InstanceValue, Config>();
const rowsOf = new WeakMap<InstanceValue, LayerRow>();

/** The layers of `flax.linen`. */
export const layerClasses: Readonly<Record<string, ClassValue>> = Object.fromEntries(
  Object.entries(layerRows).flatMap(([name, row]) =>
    row.linen === null ? [] : [[name, layerClass(name, row, row.linen)] as const],
  ),
);

function layerClass(name: string, row: LayerRow, parameters: string): ClassValue {
  return nativeClass(`flax.linen.${name}`, {
    bases: [moduleClass],
    parameters,
    construct: (instance, given, context) => {
      configs.set(instance, configOf(given));
      rowsOf.set(instance, row);
      takePlace(instance, given.given('name')?.value ?? null, given.given('parent')?.value ?? null, context);
      settle(instance, context);
    },
    methods: {
      __call__: method(row.call ?? 'inputs, *args, **kwargs', (self, given, context) => runLayer(self, given, context)),
      ...Object.fromEntries(
        Object.entries(row.methods ?? {}).map(([methodName, { parameters: own, usesWeights = false, run }]) => [
          methodName,
          method(own, (self, given, context) => {
            const layer = usesWeights ? activate(self, row, [null], context) : without(self);
            return run(layer, given, context);
          }),
        ]),
      ),
      clone: method('**updates', (self, given, context) => copyOf(self, given, context)),
      copy: method('**updates', (self, given, context) => copyOf(self, given, context)),
    },
    getAttribute: (instance, attribute) => {
      const isField = signature(parameters).parameters.some((parameter) => parameter.name === attribute);
      if (isField && attribute !== 'name' && attribute !== 'parent')
        return (configs.get(instance) ?? emptyConfig).value(attribute);
      return null;
    },
  });
}

function runLayer(self: InstanceValue, given: BoundArguments, context: NativeContext) {
  const row = rowsOf.get(self);
  const inputs = row === undefined ? null : operandsOf(row, given, context);
  if (row === undefined || inputs === null) return { type: 'unknown', reason: self.class.name } as const;
  const layer = activate(
    self,
    row,
    inputs.all.map((input) => input?.shape ?? null),
    context,
  );
  return row.forward(layer, inputs.given, given, context);
}

/** The layer with its parameters, which it makes when it first runs. */
function activate(
  instance: InstanceValue,
  row: LayerRow,
  shapes: readonly (TensorValue['shape'] | null)[],
  context: NativeContext,
): ActiveLayer {
  const config = configs.get(instance) ?? emptyConfig;
  const weights: Record<string, TensorValue | null> = {};
  for (const spec of row.weights?.(config, shapes) ?? []) {
    weights[spec.as] = variableOf(instance, spec.name, () =>
      makeParameter(spec, config, instance, `nn.${instance.class.name}`, context),
    );
  }
  return { instance, config, weights };
}

function without(instance: InstanceValue): ActiveLayer {
  return { instance, config: configs.get(instance) ?? emptyConfig, weights: {} };
}

/** The layer behind a module of linen's own, as it runs on an input of this shape; `null` for the user's classes. */
export function activeLayer(
  module: InstanceValue,
  shape: TensorValue['shape'],
  context: NativeContext,
): ActiveLayer | null {
  const row = rowsOf.get(module);
  return row === undefined ? null : activate(module, row, [shape], context);
}

function copyOf(self: InstanceValue, given: BoundArguments, context: NativeContext) {
  const config = configs.get(self) ?? emptyConfig;
  const { parameters } = signature(rowsOf.get(self)?.linen ?? '');
  const kept = parameters.flatMap(({ name }) => {
    const argument = config.given(name);
    return argument === null || name === 'name' || name === 'parent' ? [] : [[name, argument] as const];
  });
  const keyword = new Map([...kept, ...given.keywordRest]);
  return context.callWith(self.class, { positional: [], keyword, open: false });
}
